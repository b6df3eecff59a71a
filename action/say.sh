# To be sourced by the scripts of the action: how they say what is wrong.
# shellcheck shell=bash

# fail TEXT: an annotation of one line, whatever is in the text, and the end. On stderr, which
# the runner reads too: what calls it may be in a `$(…)`.
fail() {
	local text=$1
	text=${text//'%'/%25}
	text=${text//$'\r'/%0D}
	text=${text//$'\n'/%0A}
	echo "::error title=Pelato::$text" >&2
	exit 2
}

# The commands that the action knows.
known() {
	case $1 in
	plan | check | test | build | deploy | brush | remove | gen) ;;
	*) fail "the input \`command\` is \`$1\`; it is plan, check, test, build, deploy, brush, remove or gen" ;;
	esac
}

# truth NAME VALUE: whether an input says true; anything but true and false is wrong.
truth() {
	case $2 in
	true) return 0 ;;
	false) return 1 ;;
	*) fail "the input \`$1\` is \`$2\`; it is true or false" ;;
	esac
}
