#!/bin/sh
# Run by the postgres image when its volume is empty: one database and one role a service, and no way into another's.
set -eu
secrets=${SECRETS_FOLDER:-/run/secrets}

for service in matching scheduling engagement reporting; do
    psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
\set password \`cat "$secrets/${service}_database_password"\`
CREATE ROLE "$service" LOGIN PASSWORD :'password';
CREATE DATABASE "$service" OWNER "$service";
REVOKE CONNECT ON DATABASE "$service" FROM PUBLIC;
SQL
done
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --command 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC'
