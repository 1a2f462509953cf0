#!/bin/sh
# Run once by the image of PostgreSQL when its directory is empty: both roles, the database, what each may.
set -eu
psql --quiet --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<END
CREATE ROLE piaojue_owner LOGIN PASSWORD '$(cat /run/secrets/owner-password)';
CREATE ROLE piaojue LOGIN PASSWORD '$(cat /run/secrets/web-password)';
CREATE DATABASE piaojue OWNER piaojue_owner ENCODING 'UTF8' TEMPLATE template0;
END
psql --quiet --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname piaojue < /opt/piaojue/roles.sql
