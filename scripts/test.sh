#!/usr/bin/env bash
# All checks and all tests. Does all of its own set-up. Goes on after a failure, so
# that one run shows them all. The last line is the sum of the tests,
# `N passed, N failed, N skipped`, whatever happened; the exit code is 0 only when
# every check and every test went well.
#
# usage: test.sh          checks and tests
#        test.sh --lint   checks only
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh

log=$(mktemp)
failed=()

conclude() {
	local code=$? name
	for name in "${failed[@]}"; do
		echo "failed: $name"
		code=1
	done
	[ "$code" = 0 ] || [ ${#failed[@]} -gt 0 ] || echo "failed: the set-up, or interrupted"
	if [ -z "${lint_only:-}" ]; then
		awk '/^test result: / {
			for (i = 2; i <= NF; i++) {
				if ($i == "passed;") passed += $(i - 1)
				if ($i == "failed;") bad += $(i - 1)
				if ($i == "ignored;") skipped += $(i - 1)
			}
		} END { printf "%d passed, %d failed, %d skipped\n", passed, bad, skipped }' "$log"
	fi
	rm -f "$log"
	exit "$code"
}
trap conclude EXIT

# check COMMAND...: runs it, remembers whether it went well.
check() {
	echo "== $*"
	"$@" || failed+=("$*")
}

# What `cargo clippy` does (`CLIPPY_ARGS` are its words for `-D warnings`), in the build of
# the tests: crates of ours go through clippy's driver, which is the compiler with lints, and
# hundreds of others are compiled once, not once to be looked at and once to run.
lints_and_build() {
	cargo test --locked --workspace --all-targets --no-run
}

tests() {
	# Plain cargo test: the stories of one program share a lattice. The result
	# lines are counted at the end.
	cargo test --locked --workspace --no-fail-fast 2>&1 | tee "$log"
}

[ "${1:-}" != --lint ] || lint_only=1

set_up system rust go tools
# cargo-deny reads every crate of the lock, of other systems too.
cargo fetch --quiet --locked
check cargo fmt --all -- --check -l
check cargo deny --offline check bans licenses sources
check cargo machete
check scripts/lint-workflows.sh
if [ -n "${lint_only:-}" ]; then
	check cargo clippy --locked --workspace --all-targets -- -D warnings
	# Without the embedded host, as a runner beside a lattice may be built.
	check cargo clippy --locked --package pelato --lib --bins --no-default-features -- -D warnings
	exit
fi
check scripts/fuzz.sh
set_up docker lattice compose
export RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__
check lints_and_build
# A finding is no reason to run no test.
[[ " ${failed[*]} " != *" lints_and_build "* ]] || unset CLIPPY_ARGS
check tests
