#!/usr/bin/env bash
# From a git push to a running component, on real parts, on this machine. Does all
# of its own set-up; the second time there is nothing to set up.
#
#   scripts/demo.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh

echo "0. What it needs"
begun=$SECONDS
set_up rust go docker lattice
echo "setup: cargo build"
cargo build --quiet --locked --workspace --bins
echo "setup: ready after $((SECONDS - begun)) s"

# The last word: signals and the exit code are the demo's own.
exec "$(target_folder)/debug/pelato-demo"
