#!/usr/bin/env bash
# Everything that the demo and the tests need, installed where it is missing.
#
# usage: setup.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh
set_up system rust go docker lattice compose tools
