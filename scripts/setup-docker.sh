#!/usr/bin/env bash
# Makes sure that a Docker engine answers and that the build image has a base to
# start from. Running it again is quick and changes nothing.
#
#   scripts/setup-docker.sh
#
# It takes the engine that answers; where there is none, it installs Debian's and
# starts it in the background. Where the official Go image cannot be pulled, it
# makes a stand-in of Debian and this machine's Go.
#
# The last line of its output, also written to <cache>/docker.env, is
# `export PELATO_GO_IMAGE=…`: a shell can source that file, make can include it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# A base of the user's own; a stand-in of an earlier run is looked at again.
case ${PELATO_GO_IMAGE:-} in
"" | pelato-go:*) go_image=$(sed -n 's/^ARG GO_IMAGE=//p' "$here/../docker/build.Dockerfile") ;;
*) go_image=$PELATO_GO_IMAGE ;;
esac
cache=${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}
# Raise it when the way in which the stand-in is made changes.
recipe=1

say() { echo "setup-docker: $*" >&2; }
die() { say "$*"; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "this needs root: run '$*' as root, then this script again"
	fi
}

answers() { command -v docker >/dev/null && timeout 20 docker version >/dev/null 2>&1; }

runs() { grep -qsx dockerd /proc/[0-9]*/comm; }

# Waits so many seconds at most, and not for one that has given up.
wait_for_engine() {
	local begun=$SECONDS
	until answers; do
		[ "$SECONDS" -lt $((begun + $1)) ] || return 1
		[ "$SECONDS" -lt $((begun + 5)) ] || runs || return 1
		sleep 0.3
	done
}

install_engine() {
	command -v apt-get >/dev/null ||
		die "no Docker engine answers, and only Debian's can be installed from here: install Docker and start it"
	say "installing Debian's Docker engine"
	as_root apt-get update -q >&2
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
		docker.io iptables ca-certificates >&2
	# From Debian 13 on the command line is a package of its own.
	command -v docker >/dev/null ||
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends docker-cli >&2
}

start_engine() {
	local log=$cache/dockerd.log
	if runs; then
		say "dockerd runs already, waiting for it"
		wait_for_engine 30 && return
		die "dockerd runs but does not answer; are you in the group 'docker'? (docker version says why)"
	fi
	# A machine that was stopped hard leaves these behind, and dockerd refuses to
	# start when some other process has got that number since.
	as_root rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid
	say "starting dockerd, its log is $log"
	# The lock must not be inherited: dockerd would hold it for ever.
	as_root setsid nohup dockerd >>"$log" 2>&1 </dev/null 9>&- &
	wait_for_engine 60 || {
		tail -n 20 "$log" >&2
		die "dockerd did not come up; the end of $log is above"
	}
}

# The certificates that this machine trusts: without them a container behind a
# proxy that ends TLS cannot download modules.
ca_bundle() {
	local file
	for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
		if [ -n "$file" ] && [ -r "$file" ]; then
			echo "$file"
			return
		fi
	done
	die "no CA bundle found: install ca-certificates"
}

make_stand_in() {
	local name=$1 version=$2 bundle=$3 root
	command -v debootstrap >/dev/null || {
		as_root apt-get update -q >&2
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends debootstrap >&2
	}
	root=$(mktemp -d "$cache/stand-in.XXXXXX")
	# shellcheck disable=SC2064
	trap "as_root rm -rf '$root'" EXIT
	say "making $name of Debian and this machine's Go (about a minute)"
	as_root debootstrap --variant=minbase --include=ca-certificates bookworm "$root" >"$cache/debootstrap.log" 2>&1 || {
		tail -n 20 "$cache/debootstrap.log" >&2
		die "debootstrap failed; the end of $cache/debootstrap.log is above"
	}
	as_root rm -rf "$root/var/cache/apt" "$root/var/lib/apt/lists" "$root/usr/share/doc" "$root/usr/share/man"
	as_root cp "$bundle" "$root/etc/ssl/certs/ca-certificates.crt"
	as_root mkdir -p "$root/usr/local/go"
	as_root cp -rL "$(go env GOROOT)/." "$root/usr/local/go/"
	as_root rm -rf "$root/usr/local/go/test" "$root/usr/local/go/api" "$root/usr/local/go/doc"
	as_root tar -C "$root" --numeric-owner -c . | docker import \
		-c 'ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
		-c "ENV GOLANG_VERSION=$version" -c 'ENV GOTOOLCHAIN=local' -c 'ENV GOPATH=/go' \
		- "$name" >/dev/null
}

mkdir -p "$cache"
# Two runs at once would both install, or both start an engine.
exec 9>"$cache/docker.lock"
flock 9

if ! answers; then
	[ -z "${DOCKER_HOST:-}" ] || die "the engine at DOCKER_HOST=$DOCKER_HOST does not answer; unset it to use this machine's"
	command -v dockerd >/dev/null || install_engine
	start_engine
fi
say "engine $(docker version --format '{{.Server.Version}}')"

if docker image inspect "$go_image" >/dev/null 2>&1; then
	image=$go_image
else
	stand_in=
	if command -v go >/dev/null; then
		version=$(GOTOOLCHAIN=local go env GOVERSION)
		version=${version#go}
		bundle=$(ca_bundle)
		# Named by what is in it, since a base under an old name makes no new build image.
		stand_in=pelato-go:$version-$({ echo "$recipe"; cat "$bundle"; } | sha256sum | cut -c1-8)
	fi
	if [ -n "$stand_in" ] && docker image inspect "$stand_in" >/dev/null 2>&1; then
		image=$stand_in
	elif timeout 600 docker pull -q "$go_image" >/dev/null 2>"$cache/docker-pull.log"; then
		image=$go_image
	else
		say "$go_image cannot be pulled: $(tail -n 1 "$cache/docker-pull.log")"
		[ -n "$stand_in" ] ||
			die "and there is no Go on this machine to make a stand-in of: install Go 1.26 or later, or set PELATO_GO_IMAGE to a Go image that can be pulled"
		make_stand_in "$stand_in" "$version" "$bundle"
		image=$stand_in
	fi
fi

echo "export PELATO_GO_IMAGE=$image" | tee "$cache/docker.env"
