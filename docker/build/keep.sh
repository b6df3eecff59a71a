#!/bin/sh
# Keeps a lane alive, and the cache that it writes to within bounds. A container's first
# process: when it ends, all that runs in the container ends with it.
#
#   pelato-keep SECONDS KIB SPARE FILES
#
# SECONDS is how long the lane lives. The cache may take KIB of the disk at most; it is
# looked at whenever the disk lost more than SPARE KiB since the last look. No more than
# FILES may come to it. This runs as another user than the steps, so that none of them can
# end it.
#
# Exit codes: 0 the time is over, 73 the cache took more than it may, 2 (the shell's own)
# there was no room for another process.
set -u

left=$1
most=$2
spare=$3
files=$4

# What the disk has: $free KiB and $nodes files.
room() {
	set -- $(stat -f -c '%a %S %d' /cache)
	free=$(($1 * ($2 / 512) / 2))
	nodes=$3
}

room
first=$free
first_nodes=$nodes
last=$free
last_nodes=$nodes
while [ "$left" -gt 0 ]; do
	sleep 1
	left=$((left - 1))
	room
	if [ $((last - free)) -le "$spare" ] && [ $((last_nodes - nodes)) -le $((files / 8)) ]; then
		continue
	fi
	# What is deleted and still open is in no folder, but the disk knows of it.
	if [ $((first - free)) -gt "$most" ] || [ $((first_nodes - nodes)) -gt "$files" ]; then
		exit 73
	fi
	# Go shuts no folder, and what cannot be counted in this time is too much.
	said=$(timeout 10 du -sk /cache 2>&1)
	[ $? -ne 124 ] || exit 73
	case $said in
	*ermission\ denied*) exit 73 ;;
	esac
	size=$(printf '%s\n' "$said" | tail -n 1)
	size=${size%%[!0-9]*}
	[ "${size:-0}" -le "$most" ] || exit 73
	last=$free
	last_nodes=$nodes
done
