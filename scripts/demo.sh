#!/usr/bin/env bash
# From a git push to a running component, on real parts, on this machine. Does all
# of its own set-up; the second time there is nothing to set up.
#
# usage: demo.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh

echo "Setting up"
set_up system rust go docker lattice
echo "cargo build: some 6 minutes the first time on 2 cores, seconds later"
cargo build --locked --workspace --bins
echo "Set up after $SECONDS s"

# In place of this shell: signals go straight to it, and the exit code is its own.
exec "$(target_folder)/debug/pelato-demo"
