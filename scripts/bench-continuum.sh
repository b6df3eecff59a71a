#!/usr/bin/env bash
# Failover on the continuum, measured: writes benches/continuum.md and what lies beside it.
# Does all of its own set-up. Takes some two minutes for each run, and needs root, for a
# network that can be cut.
#
# usage: bench-continuum.sh [RUNS [STOCK [builtin]]]
#        RUNS on the shipped timings (10), STOCK on the stock ones (3);
#        `builtin` takes the providers within the hosts
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh

if [ "$(id -u)" != 0 ]; then
	echo "bench-continuum.sh: network namespaces need root: sudo -E env PATH=\"\$PATH\" make bench-continuum" >&2
	exit 1
fi
set_up system rust go lattice
# Unoptimized: what is measured are NATS, the hosts and wadm, and a release build of all that
# the bench is linked with takes half an hour.
bench=(cargo bench --quiet --locked --profile dev --bench continuum)
"${bench[@]}" --no-run
# Before whatever else this machine does.
nice -n -5 "${bench[@]}" -- "runs=${1:-10}" "stock=${2:-3}" ${3:+"$3"}
