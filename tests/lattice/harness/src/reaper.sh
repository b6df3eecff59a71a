# reaper.sh FOLDER: waits until standard input ends, which the kernel sees to
# however its other end dies; then kills what works in FOLDER and removes it.
#
# A process belongs to the lattice when its working folder lies in FOLDER. That
# holds for children of children too, in whatever group or session they are and
# whoever has become their parent.
trap '' HUP INT TERM
cd /
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
rm -rf "$1"
