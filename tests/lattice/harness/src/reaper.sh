# shellcheck shell=sh
# reaper.sh FOLDER [LOGS [NETWORK]]: waits until standard input ends, which the kernel sees
# to however its other end dies; then kills what works in FOLDER, saves its logs in
# LOGS where that is given, and removes it and the network of that number.
#
# A process belongs to the lattice when its working folder lies in FOLDER. That
# holds for children of children too, in whatever group or session they are and
# whoever has become their parent.
trap '' HUP INT TERM
cat >/dev/null
while
	living=$(find /proc -mindepth 2 -maxdepth 2 -name cwd -lname "$1/*" -printf '%h\n' 2>/dev/null)
	[ -n "$living" ]
do
	for process in $living; do
		kill -KILL "${process#/proc/}" 2>/dev/null
	done
	sleep 0.02
done
if [ -n "${2:-}" ]; then
	mkdir -p "$2/${1##*/}"
	cp "$1"/logs/* "$2/${1##*/}/"
fi
rm -rf "$1"
[ -n "${3:-}" ] || exit 0
PATH=$PATH:/usr/sbin:/sbin
# First what ends on this machine: a connection over a link that was cut keeps its namespace,
# without a name, for as long as the kernel tries to deliver what it still has.
for link in "plt$3c" "plt$3e"; do
	ip link del "$link"
done
for side in cloud edge wan; do
	ip netns del "pelato-$3-$side"
done
