#!/usr/bin/env bash
# Builds `compose-config` into the cache: it reads a Compose file with the library that
# `docker compose` reads it with, pinned in tests/compose/go.mod and go.sum. Some 15 seconds;
# Compose itself would be minutes, and Debian's is of the version before.
#
# usage: setup-compose.sh           builds
#        setup-compose.sh --print   prints the program, or fails where it is missing
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}
source=$here/../tests/compose

say() { echo "setup-compose: $*"; }
fail() { echo "setup-compose: $*" >&2; exit 1; }

program=$cache/compose/$(cat "$source"/{main.go,go.mod,go.sum} | sha256sum | cut -c1-16)/compose-config
if [ "${1:-}" = --print ]; then
	[ -x "$program" ] || fail "compose-config is missing; run scripts/setup-compose.sh"
	echo "$program"
	exit 0
fi
if [ -x "$program" ]; then
	say "already there: $program"
	exit 0
fi
PATH=$("$here/setup-go.sh" --print):$PATH
mkdir -p "$(dirname "$program")"
(cd "$source" && GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0 go build -trimpath -mod=readonly -o "$program.$$" .)
mv "$program.$$" "$program"
say "installed: $program"
