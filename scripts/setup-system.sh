#!/usr/bin/env bash
# Sees to it that what the other scripts and the crates build with is there: a C
# compiler, OpenSSL's headers (git over https and ssh), pip, and the like. On
# Debian and what comes of it the missing ones are installed, elsewhere named.
set -euo pipefail

say() { echo "setup-system: $*"; }
fail() { echo "setup-system: $*" >&2; exit 1; }

missing=()
# needs PACKAGE COMMAND...: the package, unless the command works.
needs() {
	local package=$1
	shift
	"$@" >/dev/null 2>&1 || missing+=("$package")
}
needs gcc cc --version
needs libc6-dev test -e /usr/include/stdio.h
needs pkg-config pkg-config --version
needs libssl-dev pkg-config --exists openssl
needs git git --version
needs curl curl --version
needs ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
needs python3-pip python3 -m pip --version
# The tests make networks of their own (ip), and certificates for them.
needs iproute2 env PATH="$PATH:/usr/sbin:/sbin" ip -V
needs openssl openssl version
# The tests run servers of their own, from folders of their own.
needs postgresql sh -c 'ls /usr/lib/postgresql/*/bin/postgres || command -v postgres'

if [ ${#missing[@]} = 0 ]; then
	say "already there"
	exit 0
fi
command -v apt-get >/dev/null ||
	fail "missing: ${missing[*]} (Debian's names); install them by this system's means and run this again"
root=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || fail "missing: ${missing[*]}; run as root: apt-get install ${missing[*]}"
	root=(sudo)
fi
say "installing ${missing[*]}"
if [[ " ${missing[*]} " == *" postgresql "* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
	# Debian's package would make a server for the whole system, and start it.
	"${root[@]}" mkdir -p /etc/postgresql-common
	echo "create_main_cluster = false" | "${root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null
say "installed"
