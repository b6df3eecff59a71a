#!/bin/sh
# One step of a task's build. The sources come in as a tar on stdin, so that no
# folder of the machine has to be mounted and a remote engine works as well. What
# the step makes goes out on stdout, all that is said goes to stderr:
#
#   pelato-step fetch [SECONDS]     fills the module cache; has a network
#   pelato-step compile [SECONDS]   writes "core <bytes> <KiB of the cache>", a line end and
#                                   the core module
#
# Where nothing was made, "cache <KiB of the cache>" is written instead.
#
# SECONDS says that other tasks were here before, and how long this one may take: it ends
# even when nobody is there any more who would end it. With PELATO_EMPTY set, the cache is
# emptied before.
#
# Exit codes: 70 the sources could not be unpacked, 71 something of another task is left
# that cannot be taken away, 72 there was no room for another process, else that of go.
set -eu

if [ "$#" -gt 1 ]; then
	# Nothing else runs as this user, who is nobody but here. If something does, it ends
	# now: no process starts another one past this. What keeps the lane alive is refused.
	[ "$(id -u)" -eq 65532 ] || exit 64
	kill -s KILL -- -1 2>/dev/null || true
	find /sources /tmp /dev/mqueue -mindepth 1 -delete 2>/dev/null || exit 71
	# Memory, semaphores and queues that no process holds: a header each, and no line.
	[ "$(cat /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg | wc -l)" -eq 3 ] || exit 71
	exec timeout -k 5 "$2" "$0" "$1"
fi

exec 3>&1 1>&2

if [ -n "${PELATO_EMPTY-}" ]; then
	chmod -R u+rwx /cache 2>/dev/null || true
	find /cache -mindepth 1 -delete || exit 71
fi

# How often a process was refused. By the shell alone: where it matters no other one starts.
refused() {
	for at in /sys/fs/cgroup/pids.events /sys/fs/cgroup/pids/pids.events; do
		if [ -r "$at" ]; then
			while read -r name count; do
				[ "$name" != max ] || times=$count
			done < "$at"
		fi
	done
}

# KiB of the cache. Go shuts no folder: what cannot be looked into is beyond any bound.
size() {
	said=$(du -sk /cache 2>&1) || true
	case $said in
	*ermission\ denied*) kib=9999999999999 ;;
	*)
		kib=$(printf '%s\n' "$said" | tail -n 1)
		kib=${kib%%[!0-9]*}
		;;
	esac
}

times=0
refused
before=$times

tar -x -C /sources -f - --no-same-owner --no-same-permissions || exit 70
cd /sources

# A fresh cache begins with what the image has compiled. Not by Docker's own copy to
# an empty volume: two containers that are created at once would overwrite files
# under a compiler that reads them.
if [ ! -e /cache/ready ] && [ "$GOCACHE" = /cache/build ]; then
	exec 4>/cache/lock
	flock 4
	if [ ! -e /cache/ready ]; then
		rm -rf /cache/build
		cp -r /seed /cache/build
		touch /cache/ready
	fi
	exec 4>&-
fi

# Go throws away what no build has used for five days, once a day. The standard
# library that comes with the image is older than that on any other day, so keep
# it; Pelato bounds the cache by itself.
date +%s > "$GOCACHE/trim.txt"

code=0
case "$1" in
fetch)
	go mod download 3>&- || code=$?
	;;
compile)
	# A go.sum is binding. Without one, what the fetch step verified counts.
	mod=
	if [ ! -e go.sum ] && grep -q '^[[:space:]]*require' go.mod; then
		mod=-mod=mod
	fi
	go build $mod -trimpath -buildmode=c-shared -buildvcs=false -ldflags='-s -w -checklinkname=0' -o /tmp/core.wasm . 3>&- || code=$?
	;;
*)
	echo "pelato-step: fetch or compile, not '$1'"
	exit 64
	;;
esac

if [ "$code" -ne 0 ]; then
	refused
	[ "$times" -eq "$before" ] || exit 72
fi
size
if [ "$code" -eq 0 ] && [ "$1" = compile ]; then
	printf 'core %s %s\n' "$(wc -c < /tmp/core.wasm)" "$kib" >&3
	cat /tmp/core.wasm >&3
else
	printf 'cache %s\n' "$kib" >&3
fi
exit "$code"
