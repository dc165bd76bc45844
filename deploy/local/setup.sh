#!/bin/sh
# Build a virtual environment from a hashed requirements file: setup.sh <venv> <requirements>.
# Needs Python 3.11 or later and an index that pip can reach.
set -eu
venv=$1
requirements=$2

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

for python in ${PYTHON3:-} python3 python3.13 python3.12 python3.11 python3.14; do
    if is_new_enough "$python"; then
        found=$python
        break
    fi
done
if [ -z "${found:-}" ]; then
    echo "setup: no Python 3.11 or later found; name one by PYTHON3=/path/to/python make setup" >&2
    exit 1
fi

began=$(date +%s)
count=$(grep -c '^[a-z]' "$requirements")
echo "setup: $("$found" --version) -> $venv, $count packages from $requirements (every file checked by its hash)"
"$found" -m venv --clear "$venv"
{ "$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes --no-deps -r "$requirements" ||
    echo "pip failed"; } |
    awk -v count="$count" '
        /^Collecting/ { printf "\r\033[K  %3d/%d  %s", ++n, count, $2; fflush() }
        /^Installing/ { printf "\r\033[K  unpacking…\n"; fflush() }
        /^pip failed/ { exit 1 }'
"$venv/bin/python" -m pip check --disable-pip-version-check
seconds=$(($(date +%s) - began))
echo "$seconds" >"$venv/.install_seconds"
echo "setup: installed in $seconds s"
