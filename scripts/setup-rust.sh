#!/usr/bin/env bash
# Sees to it that cargo is there and new enough for Cargo.toml's rust-version.
# Where it is not, rustup is asked for the stable toolchain; where there is no
# rustup either, its official installer is fetched, which needs the network.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$here/../Cargo.toml")

say() { echo "setup-rust: $*"; }
fail() { echo "setup-rust: $*" >&2; exit 1; }

version() { rustc -V 2>/dev/null | cut -d' ' -f2; }
enough() { [ -n "$(version)" ] && printf '%s\n%s\n' "$wanted" "$(version)" | sort -VC; }

PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
if enough; then
	say "already there: rustc $(version)"
	exit 0
fi
if command -v rustup >/dev/null; then
	say "rustc $(version) is older than $wanted: rustup update stable"
	rustup update stable || fail "rustup could not install Rust $wanted or newer; see above"
else
	say "no Rust $wanted here: fetching the installer of rustup"
	installer=$(mktemp)
	trap 'rm -f "$installer"' EXIT
	curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs -o "$installer" ||
		fail "cannot fetch the installer; install Rust $wanted or newer (https://rustup.rs) and run this again"
	sh "$installer" -y --no-modify-path --profile minimal -c clippy -c rustfmt
fi
enough || fail "rustc is still $(version), older than $wanted; make the new toolchain the default (rustup default stable)"
say "installed: rustc $(version), in ${CARGO_HOME:-$HOME/.cargo}/bin"
