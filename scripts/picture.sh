#!/usr/bin/env bash
# The picture of the README, docs/picture.svg: what Pelato says while an example is deployed
# on this machine, called, changed and deployed again. Does all of its own set-up; needs the
# ports 8000 and 8001 for a minute.
#
# usage: picture.sh              with a release build of this checkout, for its times
#        picture.sh PROGRAM      with a pelato that is there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh

set_up system rust go
top=$PWD
work=$(mktemp -d)
if [ -z "${1:-}" ]; then
	cargo build --locked --release --package pelato --bins
	set -- "$(target_folder)/release/pelato"
fi
mkdir "$work/bin"
ln -s "$(realpath "$1")" "$work/bin/pelato"
PATH=$work/bin:$PATH

# A home of somebody else's, but for the compiler's caches.
cache=${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}
export PELATO_CACHE=$cache PELATO_BUILDER=local HOME=$work LC_ALL=C.UTF-8
unset XDG_STATE_HOME PELATO_STATE
cp -r examples/temperature "$work/temperature"
cd "$work/temperature"
# Names that leave room on a line.
sed -i 's/celsius_to_kelvin_conversion/convert/; s/kelvin_filter/filter/' workflow.yaml
end() {
	pelato remove --deploy local >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap end EXIT
git init --quiet --initial-branch main
git add .
git -c user.name=Ada -c user.email=ada@example.org commit --quiet --message "Temperature"
# What Go compiles once for each machine is no part of the story.
pelato test >/dev/null 2>&1

# say COMMAND: what a terminal shows of it.
say() {
	echo "\$ $1"
	bash -euo pipefail -c "$1" 2>&1
	echo
}
{
	say 'pelato brush --deploy local'
	say "curl -sS -d '{\"sensor\":\"sofa\",\"celsius\":21.5}' localhost:8000 && echo"
	say "sed -i 's/293.15/294.15/' tasks/filter.go"
	say 'pelato plan --deploy local'
	say 'pelato brush --deploy local'
} >"$work/said.txt"
python3 "$top/scripts/picture.py" "$work" <"$work/said.txt" >"$work/picture.svg"
mv "$work/picture.svg" "$top/docs/picture.svg"
echo "docs/picture.svg"
