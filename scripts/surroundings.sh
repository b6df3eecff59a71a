# shellcheck shell=bash
# To be sourced at the top of the checkout by the scripts that run things: sets up
# what is named, and puts it where this shell and what it starts find it.

# set_up NAME...: runs scripts/setup-NAME.sh for each in turn.
set_up() {
	local name
	for name in "$@"; do
		case $name in
		docker)
			# What it prints on stdout is what it writes into that file.
			scripts/setup-docker.sh >/dev/null
			# shellcheck source=/dev/null
			source "${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}/docker.env"
			;;
		*) "scripts/setup-$name.sh" ;;
		esac
		case $name in
		rust) PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin ;;
		go | tools) PATH=$("scripts/setup-$name.sh" --print):$PATH ;;
		esac
	done
	export PATH
}

# Where cargo puts what it builds here.
target_folder() {
	cargo metadata --locked --format-version 1 --no-deps | grep -o '"target_directory":"[^"]*"' | cut -d'"' -f4
}
