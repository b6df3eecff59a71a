#!/usr/bin/env bash
# docs/ as a book, into target/book. Does all of its own set-up.
#
# usage: book.sh           builds it
#        book.sh --open    and shows it in a browser
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh

set_up system rust go tools
mdbook build "$@"
echo "target/book/index.html"
