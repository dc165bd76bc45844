#!/bin/sh
# Renew requirements/*.txt from pyproject.toml: lock.sh <service>...
# Every file carries hashes for Linux and macOS, and no index address: pip takes the index it is configured with.
set -eu
unset UV_FIND_LINKS PIP_FIND_LINKS

compile() {
    output=requirements/$1.txt
    shift
    uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
        --output-file "$output" "$@"
    echo "$output: $(grep -c '^[a-z]' "$output") packages"
}

compile runtime --all-extras
compile dev --all-extras --group test --group lint --constraint requirements/runtime.txt
for service in "$@"; do
    compile "$service" --extra "$service" --constraint requirements/runtime.txt
done
