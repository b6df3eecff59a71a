#!/usr/bin/env bash
# From a git push to a running component, on this machine. Does all of its own
# set-up; the second time there is nothing to set up.
#
# usage: demo.sh              in Pelato's own host: needs Rust and Go, nothing else
#        demo.sh --lattice    on wasmCloud hosts, with NATS, a registry and Docker
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh

echo "Setting up"
case ${1:-} in
--lattice) set_up system rust go docker lattice ;;
"") set_up system rust go ;;
*)
	echo "usage: demo.sh [--lattice]" >&2
	exit 2
	;;
esac
echo "cargo build: some 7 minutes the first time on 2 cores, seconds later"
cargo build --locked --package pelato --package pelato-demo --bins
echo "Set up after $SECONDS s"

# In place of this shell: signals go straight to it, and the exit code is its own.
exec "$(target_folder)/debug/pelato-demo" "$@"
