#!/bin/sh
# The browser tests drive a Chromium, and its headless shell where there is one: that is three times as quick.
# What is missing is installed from Debian's packages (as root, or with sudo); elsewhere say how to get one.
# CHROMIUM=/path/to/chromium overrides what is found.
set -eu
[ -n "${CHROMIUM:-}" ] && exit 0

found() {
    command -v "$1" >/dev/null 2>&1
}

missing=""
found chromium || found chromium-browser || found google-chrome || found google-chrome-stable \
    || [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] || missing="chromium fonts-noto-core"
if ! found apt-get; then
    [ -z "$missing" ] && exit 0
    echo "The browser tests need Chromium or Chrome: install one, or set CHROMIUM=/path/to/it." >&2
    exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
    # Only to be quicker, a password is not asked for
    [ -z "$missing" ] && exit 0
    as_root="sudo"
fi
found chromium-headless-shell && [ -z "$missing" ] && exit 0
echo "Installing Chromium for the browser tests ..."
$as_root apt-get update -qq || [ -z "$missing" ]
install() {
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
[ -z "$missing" ] || install $missing
install chromium-headless-shell || echo "There is no chromium-headless-shell; the tests do without."
