#!/bin/sh
# Back up the compose layout while it runs: the database by pg_dump, then DATA_DIR, in one new folder of /backups.
# `docker compose run --rm backup`
set -eu
target="/backups/desk-$(date -u +%Y%m%d-%H%M%S)"
mkdir -m 700 "$target.part"
echo "Database ..."
pg_dump --verbose --format=custom --file="$target.part/database.dump" 2>&1 | sed -n 's/^pg_dump: dumping contents of table/  /p'
# After the database: every picture that it names was there before
echo "Pictures and keys ..."
tar -C /data --exclude=./mail -czf "$target.part/data.tar.gz" .
(cd "$target.part" && sha256sum database.dump data.tar.gz > SHA256SUMS)
mv "$target.part" "$target"
du -sh "$target"
