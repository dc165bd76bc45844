#!/bin/sh
# Makes the secrets of docker-compose.yml, once: what is there already is never replaced.
# Containers read them as files, as a user who is not yours: the files are readable, their folder is not.
set -eu
umask 022
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"

random() { # bytes, as base64 without characters that an address would need to escape
    head -c "$1" /dev/urandom | base64 | tr -d '\n'
}

keep() {
    [ -e "$folder/$1" ] || printf '%s' "$2" >"$folder/$1"
}

keep postgres_password "$(random 24 | tr '+/' '-_')"
for service in matching scheduling engagement reporting; do
    keep "${service}_database_password" "$(random 24 | tr '+/' '-_')"
    password=$(cat "$folder/${service}_database_password")
    keep "${service}_database_url" "postgresql+asyncpg://$service:$password@postgres:5432/$service"
    keep "${service}_seal_key" "$(random 32)"
done
echo "secrets: in $folder"
