#!/usr/bin/env bash
# Makes a Python environment with Jinja2 in the cache, for the bench of `gen` alone.
#
# usage: setup-jinja.sh           installs
#        setup-jinja.sh --print   prints its python, or fails where it is missing
set -euo pipefail
cache=${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}
pins=(Jinja2==3.1.6 MarkupSafe==3.0.3 PyYAML==6.0.3)

say() { echo "setup-jinja: $*"; }
fail() { echo "setup-jinja: $*" >&2; exit 1; }

folder=$cache/jinja/$(echo "${pins[*]} $(python3 -V)" | sha256sum | cut -c1-16)
if [ "${1:-}" = --print ]; then
	[ -x "$folder/bin/python" ] || fail "Jinja2 is missing; run scripts/setup-jinja.sh"
	echo "$folder/bin/python"
	exit 0
fi
if [ -x "$folder/bin/python" ]; then
	say "already there: ${pins[*]}"
	exit 0
fi
say "${pins[*]}"
mkdir -p "$cache/jinja"
work=$(mktemp -d "$cache/jinja/.new-XXXXXX")
trap 'rm -rf "$work"' EXIT
# Debian's Python makes no environment with a pip of its own; the machine's pip does as well.
python3 -m venv --without-pip "$work/env"
site=$("$work/env/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --target "$site" "${pins[@]}"
"$work/env/bin/python" -m compileall -q "$site"
mv -T "$work/env" "$folder" 2>/dev/null || [ -x "$folder/bin/python" ] || fail "cannot write $folder"
say "installed: $folder/bin/python"
