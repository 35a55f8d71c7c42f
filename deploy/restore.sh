#!/bin/sh
# Restore a folder that backup.sh made into an empty database and an empty DATA_DIR.
# `docker compose up -d postgres`, then `docker compose run --rm backup sh /deploy/restore.sh /backups/desk-...`
set -eu
data=${DATA:-/data}
source="$1"
(cd "$source" && sha256sum -c SHA256SUMS)
if [ -n "$(psql -Atc "select 1 from information_schema.tables where table_schema = 'public' limit 1")" ]; then
  echo "There is a desk in this database already. Restore into an empty one." >&2
  exit 1
fi
if [ -n "$(ls -A "$data" | head -1)" ]; then
  echo "There are files in DATA_DIR already. Restore into an empty volume." >&2
  exit 1
fi
echo "Database ..."
{ pg_restore --verbose --exit-on-error --no-owner --dbname="$PGDATABASE" "$source/database.dump" 2>&1 \
  && echo "ended 0" || echo "ended $?"; } \
  | awk '/^pg_restore: processing data for table/ {print "  " $NF; fflush()} /^pg_restore: error/ {print > "/dev/stderr"}
         /^ended / {code = $2} END {exit code}'
echo "Pictures and keys ..."
tar -C "$data" -xzf "$source/data.tar.gz"
echo "Restored. Start the desk: docker compose up -d"
