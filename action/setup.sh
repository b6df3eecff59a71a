#!/usr/bin/env bash
# Sees to it that a pelato is there: the one that the input names, or the release, fetched
# and held against its SHA256SUMS. Says where it is, where caches lie, and what they are
# kept under, as outputs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/say.sh
source "$here/say.sh"

temporary=${RUNNER_TEMP:-${TMPDIR:-/tmp}}

# output NAME VALUE: a value of one line.
output() {
	[[ $2 != *[$'\r\n']* ]] || fail "the value of \`$1\` has a line break in it"
	printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# The names of release archives: static programs, for any Linux.
target() {
	case $(uname -s)-$(uname -m) in
	Linux-x86_64) echo x86_64-unknown-linux-musl ;;
	Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
	*) fail "there is no release for $(uname -s) on $(uname -m); build pelato and name it in the input \`binary\`" ;;
	esac
}

get() {
	curl --fail --silent --show-error --location --proto '=https,http' --proto-redir '=https' \
		--retry 3 --retry-delay 1 --connect-timeout 20 --output "$2" -- "$1" ||
		fail "cannot fetch $1; look at the inputs \`version\` and \`releases\`, or name a program in \`binary\`"
}

# expected ARCHIVE FILE: the digest that SHA256SUMS has of it.
expected() {
	local digest name
	while read -r digest name; do
		# A name that was read as binary begins with an asterisk.
		[ "${name#\*}" != "$1" ] || { echo "$digest"; return; }
	done <"$2"
}

fetch() {
	local version=$1 target archive folder wanted found
	[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
		fail "the input \`version\` is \`$version\`; it is a release, as 1.2.3"
	[[ $WITH_RELEASES =~ ^https?://[^[:space:]]+$ ]] ||
		fail "the input \`releases\` is \`$WITH_RELEASES\`; it is an address, https://…"
	target=$(target)
	archive=pelato-$target.tar.gz
	folder=$temporary/pelato-$version-$target
	work=$(mktemp -d "$temporary/pelato-fetch-XXXXXX")
	trap 'rm -rf "$work"' EXIT
	get "${WITH_RELEASES%/}/v$version/SHA256SUMS" "$work/SHA256SUMS"
	wanted=$(expected "$archive" "$work/SHA256SUMS")
	[[ $wanted =~ ^[0-9a-f]{64}$ ]] || fail "SHA256SUMS of release v$version has no line for $archive"
	get "${WITH_RELEASES%/}/v$version/$archive" "$work/$archive"
	found=$(sha256sum <"$work/$archive" | cut -d ' ' -f 1)
	[ "$found" = "$wanted" ] ||
		fail "$archive of release v$version is not what its SHA256SUMS says: expected $wanted, found $found"
	tar --extract --gzip --no-same-owner --file "$work/$archive" --directory "$work" "pelato-$target/pelato"
	mkdir -p "$folder"
	mv -f "$work/pelato-$target/pelato" "$folder/pelato"
	chmod 755 "$folder/pelato"
	binary=$folder/pelato
}

known "$WITH_COMMAND"
[ -d "$WITH_PROJECT" ] || fail "the input \`project\` is \`$WITH_PROJECT\`, and there is no such folder; is the repository checked out?"

if [ -n "$WITH_BINARY" ]; then
	binary=$(command -v -- "$WITH_BINARY") || fail "the input \`binary\` is \`$WITH_BINARY\`, and there is no such program"
	binary=$(realpath -- "$binary")
else
	fetch "${WITH_VERSION#v}"
fi
said=$("$binary" --version) || fail "$binary does not run; is it of this system?"
said=${said%%$'\n'*}
echo "$said"
output binary "$binary"

# Caches: of what compiles, and of what is compiled. A change of any code is a new cache that
# begins with the last one of the same Go and Pelato.
cache=${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}
output cache "$cache"
case $WITH_COMMAND in
plan | check | remove | gen) exit 0 ;;
esac
go=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || echo none)
tools=$(printf '%s\n' "$said" "$go" "$(uname -sm)" | sha256sum | cut -c 1-16)
code=$(cd "$WITH_PROJECT" && find . -name .git -prune -o -name gen -prune -o -type f \
	\( -name '*.go' -o -name go.mod -o -name go.sum -o -name workflow.yaml -o -name workflow.yml \) -print0 |
	LC_ALL=C sort -z | xargs -0 -r sha256sum -- | sha256sum | cut -c 1-32)
output key "pelato-$tools-$code"
output older "pelato-$tools-"
