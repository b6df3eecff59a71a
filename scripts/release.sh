#!/usr/bin/env bash
# What a release is made of. .github/workflows/release.yml calls it step by step; each step
# runs anywhere else just as well.
#
# usage: release.sh check TAG          whether TAG, Cargo.toml and CHANGELOG.md agree
#        release.sh notes VERSION      prints what CHANGELOG.md says of it
#        release.sh setup TARGET       installs what `build` needs (rustup; musl-tools on Debian)
#        release.sh build TARGET       builds target/TARGET/release/pelato
#        release.sh pack TARGET OUT    OUT/pelato-TARGET.tar.gz of it: program, manual, completions
#        release.sh deb TARGET OUT     OUT/pelato_VERSION_ARCH.deb of it
#        release.sh sbom OUT           OUT/pelato.cdx.json: all crates, as CycloneDX
#        release.sh sums OUT           OUT/SHA256SUMS of all that is in OUT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The tools that are built for it, by cargo.
cargo_deb=3.8.0
cargo_cyclonedx=0.5.9

say() { echo "release: $*" >&2; }
fail() { echo "release: $*" >&2; exit 1; }
usage() {
	sed -n '5,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

version() { sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1; }

# Where `build` leaves the program. RELEASE_BINARY names another one: that of a test, say.
binary() { echo "${RELEASE_BINARY:-${CARGO_TARGET_DIR:-target}/$1/release/pelato}"; }

# The section of a version, without its headline and the blank lines around it.
notes() {
	awk -v version="$1" '
		/^## / { inside = index($0, "## [" version "]") == 1; next }
		/^\[[^]]*\]: / { inside = 0 }
		inside && (NF || begun) { begun = 1; print }
	' CHANGELOG.md | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

check() {
	local tag=$1 version
	version=$(version)
	[ "$tag" = "v$version" ] ||
		fail "the tag is $tag, but Cargo.toml says $version; a release is tagged v$version"
	grep -Eqx "## \[${version//./\\.}\] - [0-9]{4}-[0-9]{2}-[0-9]{2}" CHANGELOG.md ||
		fail "CHANGELOG.md has no line '## [$version] - YYYY-MM-DD'; give what is under [Unreleased] that headline"
	[ -n "$(notes "$version")" ] || fail "CHANGELOG.md says nothing of $version"
	grep -A 1 -Fx 'name = "pelato"' Cargo.lock | grep -Fqx "version = \"$version\"" ||
		fail "Cargo.lock has another version of pelato than $version; run cargo build, and commit it"
	say "$tag agrees with Cargo.toml and CHANGELOG.md"
}

setup() {
	scripts/setup-rust.sh >&2
	PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
	rustup target add "$1"
	case $1 in
	*-musl)
		command -v musl-gcc >/dev/null && return
		local root=()
		[ "$(id -u)" = 0 ] || root=(sudo)
		"${root[@]}" apt-get update -qq
		"${root[@]}" apt-get install -qq --no-install-recommends musl-tools >/dev/null
		;;
	esac
}

# OpenSSL is compiled in; libgit2, libssh2, zlib and SQLite always are. With musl nothing of
# the machine is left to need.
build() {
	local built
	PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
	case $1 in
	# On arm64 a compiler is looked for under a name that Debian's package does not have.
	*-musl) export "CC_${1//-/_}=musl-gcc" ;;
	esac
	cargo build --release --locked --features vendored --target "$1" --bin pelato
	built=$(binary "$1")
	case $1 in
	*-musl)
		if ldd "$built" 2>/dev/null | grep -q '=>'; then
			ldd "$built" >&2
			fail "$built is not static: it needs the libraries above"
		fi
		;;
	esac
	"$built" --version
}

# assets PROGRAM FOLDER: its manual and completions.
assets() {
	local program=$1 folder=$2
	mkdir -p "$folder/completions"
	"$program" man --dir "$folder/man" 2>/dev/null
	"$program" completions bash >"$folder/completions/pelato.bash"
	"$program" completions zsh >"$folder/completions/_pelato"
	"$program" completions fish >"$folder/completions/pelato.fish"
}

pack() {
	local target=$1 out=$2 program folder time
	program=$(binary "$target")
	[ -x "$program" ] || fail "there is no $program; run release.sh build $target"
	mkdir -p "$out"
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	folder=$work/pelato-$target
	mkdir "$folder"
	install -m 755 "$program" "$folder/pelato"
	install -m 644 LICENSE README.md CHANGELOG.md SECURITY.md packaging/pelato.service packaging/runner.yaml "$folder"
	assets "$program" "$folder"
	# The same files make the same archive, whoever packs them and when.
	time=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
	tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$time" \
		-c "pelato-$target" | gzip -9n >"$out/pelato-$target.tar.gz"
	say "$out/pelato-$target.tar.gz"
}

deb() {
	local target=$1 out=$2 program
	program=$(binary "$target")
	[ -x "$program" ] || fail "there is no $program; run release.sh build $target"
	mkdir -p "$out"
	assets "$program" target/assets
	PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
	cargo deb --version 2>/dev/null | grep -Fqx "$cargo_deb" ||
		cargo install --quiet --locked "cargo-deb@$cargo_deb"
	cargo deb --no-build --no-strip --locked --target "$target" --output "$out/"
}

sbom() {
	local out=$1
	mkdir -p "$out"
	PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
	cargo cyclonedx --version 2>/dev/null | grep -Fq "$cargo_cyclonedx" ||
		cargo install --quiet --locked "cargo-cyclonedx@$cargo_cyclonedx"
	# It writes a file beside the manifest of each crate of the workspace.
	cargo cyclonedx --format json --spec-version 1.5 --features vendored --target x86_64-unknown-linux-musl \
		--override-filename pelato.cdx
	mv pelato.cdx.json "$out/pelato.cdx.json"
	rm -f tests/demo/pelato.cdx.json tests/lattice/harness/pelato.cdx.json
	say "$out/pelato.cdx.json"
}

sums() {
	local out=$1
	cd "$out"
	rm -f SHA256SUMS
	# Into a file elsewhere, or it would be one of those that are summed.
	local text
	text=$(find . -maxdepth 1 -type f -printf '%f\n' | LC_ALL=C sort | xargs -d '\n' -r sha256sum)
	[ -n "$text" ] || fail "there is nothing in $out"
	echo "$text" >SHA256SUMS
	sha256sum --check --strict --quiet SHA256SUMS
	say "$out/SHA256SUMS"
}

case "${1:-} $#" in
"check 2" | "setup 2" | "build 2" | "notes 2" | "sbom 2" | "sums 2" | "pack 3" | "deb 3") "$@" ;;
*) usage ;;
esac
