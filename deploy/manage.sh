#!/bin/sh
# A command of manage.py as desk.service would run it: its user, its variables, its data. As root:
# `sudo /srv/desk/deploy/manage.sh createsuperuser`
set -eu
cd "$(dirname "$0")/.."
set -a
. "${DESK_ENV:-/etc/desk.env}"
DATA_DIR=${DATA_DIR:-/var/lib/desk}
set +a
exec runuser -u "${DESK_USER:-desk}" -- "$PWD/.venv/bin/python" manage.py "$@"
