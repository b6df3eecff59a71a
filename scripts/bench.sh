#!/usr/bin/env bash
# The benches, one after the other, each against its peer in the same run. Does all of its
# own set-up. The ratios go into benches/README.md, between its two marker lines. Goes on
# after a failure; the exit code is 0 only when every bench did what it is for.
#
# usage: bench.sh            all of them
#        bench.sh NAME...    these; the rows of the others stay
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh

only=("$@")
known=() failed=()
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# one NAME "NEEDS" COMMAND...: a bench. What it needs are names for set_up, and `release`:
# the programs of the workspace, built in release mode.
one() {
	local name=$1 needs=$2 need
	shift 2
	known+=("$name")
	[ ${#only[@]} = 0 ] || [[ " ${only[*]} " == *" $name "* ]] || return 0
	echo "== $name: setting up"
	for need in $needs; do
		case $need in
		release) cargo build --release --quiet --locked --workspace --bins ;;
		*) set_up "$need" ;;
		esac
	done
	echo "== $name: $*"
	"$@" | tee "$work/$name" || failed+=("$name")
}

one plan "system rust" cargo bench --quiet --locked --bench monorepo
one gen "system rust jinja release" benches/against_jinja.py
one micro "system rust go" cargo bench --quiet --locked --bench micro
one nothing "system rust go docker lattice release" benches/serve.py nothing
one memory "system rust go docker release" benches/serve.py memory
one builds "system rust go docker lattice" cargo bench --quiet --locked --bench builds
one deploys "system rust go docker lattice" cargo bench --quiet --locked --bench deploys

for name in "${only[@]}"; do
	[[ " ${known[*]} " == *" $name "* ]] || {
		echo "bench.sh: there is no bench $name; there are: ${known[*]}" >&2
		exit 2
	}
done
benches/table.py "$work"
for name in "${failed[@]}"; do
	echo "failed: $name" >&2
done
[ ${#failed[@]} = 0 ]
