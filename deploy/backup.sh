#!/bin/sh
# Back up the compose layout while it runs: the database by pg_dump, then DATA_DIR, in one new folder of /backups.
# `docker compose run --rm backup`
set -eu
data=${DATA:-/data}
target="${BACKUPS:-/backups}/desk-$(date -u +%Y%m%d-%H%M%S)"
mkdir -m 700 "$target.part"
echo "Database ..."
# A pipe ends as its last command does: how pg_dump ended is a line of its own
{ pg_dump --verbose --format=custom --file="$target.part/database.dump" 2>&1 && echo "ended 0" || echo "ended $?"; } \
  | awk '/^pg_dump: dumping contents of table/ {print "  " $NF; fflush()} /^pg_dump: (error|detail)/ {print > "/dev/stderr"}
         /^ended / {code = $2} END {exit code}'
# After the database: every picture that it names was there before
echo "Pictures and keys ..."
tar -C "$data" --exclude=./mail -czf "$target.part/data.tar.gz" .
(cd "$target.part" && sha256sum database.dump data.tar.gz > SHA256SUMS)
mv "$target.part" "$target"
du -sh "$target"
