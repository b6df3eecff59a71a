# shellcheck shell=sh
# reaper.sh FOLDER [LOGS [NAMESPACE...]]: waits until standard input ends, which the kernel sees
# to however its other end dies; then kills what works in FOLDER, saves its logs in
# LOGS where that is given, removes it, and the network namespaces.
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
shift
[ $# = 0 ] || shift
for namespace; do
	PATH=$PATH:/usr/sbin:/sbin ip netns del "$namespace"
done
