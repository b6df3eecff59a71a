#!/usr/bin/env bash
# Feeds the reader of workflow.yaml with whatever libFuzzer thinks of, for a minute or so
# many seconds. Works with the stable compiler: the counters come from LLVM's own pass,
# and the code has no `unsafe` for a sanitizer to look at. What is found to be worth
# keeping is kept in the cache for the next time. An input that panics, takes longer
# than ten seconds or a gigabyte ends it, and is named.
#
# usage: fuzz.sh [SECONDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh

seconds=${1:-60}
cache=${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}/fuzz
mkdir -p "$cache/corpus" "$cache/seeds" "$cache/found"

set_up system rust
host=$(rustc -vV | sed -n 's/^host: //p')
counters="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
counters+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
counters+=" -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
# With a named target, build scripts and macros go without counters.
RUSTFLAGS="$counters --cfg fuzzing" cargo build --quiet --locked --release \
	--manifest-path fuzz/Cargo.toml --target "$host" --target-dir fuzz/target

# To begin with: the examples, and every case of the public YAML test suite.
python3 - "$cache/seeds" <<'PYTHON'
import json, pathlib, sys

seeds = pathlib.Path(sys.argv[1])
for example in pathlib.Path("examples").glob("*/workflow.yaml"):
    (seeds / f"example-{example.parent.name}").write_bytes(example.read_bytes())
for case in json.loads(pathlib.Path("tests/data/yaml-test-suite/cases.json").read_text("utf-8")):
    (seeds / f"yaml-{case['id'].replace('/', '-')}").write_text(case["yaml"], "utf-8", newline="")
PYTHON

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "fuzz/target/$host/release/workflow" "$cache/corpus" "$cache/seeds" -dict=fuzz/workflow.dict \
	-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
	-artifact_prefix="$cache/found/" -print_final_stats=1 >"$log" 2>&1; then
	tail -n 60 "$log"
	echo "fuzz: an input that fails is in $cache/found" >&2
	exit 1
fi
echo "fuzz: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, $(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1) branches, nothing found"
