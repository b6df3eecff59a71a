#!/usr/bin/env bash
# Feeds what reads strangers' text with whatever libFuzzer thinks of, for a minute or so
# many seconds each. Works with the stable compiler: the counters come from LLVM's own
# pass, and the code has no `unsafe` for a sanitizer to look at. What is found to be worth
# keeping is kept in the cache for the next time. An input that panics, takes longer than
# ten seconds or a gigabyte ends it, and is named: put it into a test.
#
# usage: fuzz.sh [SECONDS [TARGET…]]    targets: workflow delivery runner values
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/surroundings.sh
source scripts/surroundings.sh

seconds=${1:-60}
cache=${PELATO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pelato}/fuzz
targets=("${@:2}")
((${#targets[@]})) || targets=(workflow delivery runner values)
mkdir -p "$cache/found"
for target in workflow delivery runner values; do
	mkdir -p "$cache/$target/corpus" "$cache/$target/seeds"
done

set_up system rust
host=$(rustc -vV | sed -n 's/^host: //p')
counters="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
counters+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
counters+=" -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
# With a named target, build scripts and macros go without counters.
RUSTFLAGS="$counters --cfg fuzzing" cargo build --quiet --locked --release \
	--manifest-path fuzz/Cargo.toml --target "$host" --target-dir fuzz/target

# To begin with: the examples and every case of the public YAML test suite; deliveries of a
# real Gitea; the runner.yaml of the README; a task's values.
python3 - "$cache" <<'PYTHON'
import json, pathlib, re, sys

cache = pathlib.Path(sys.argv[1])
seeds = lambda target, name, data: (cache / target / "seeds" / name).write_bytes(data)
for example in pathlib.Path("examples").glob("*/workflow.yaml"):
    seeds("workflow", f"example-{example.parent.name}", example.read_bytes())
for case in json.loads(pathlib.Path("tests/data/yaml-test-suite/cases.json").read_text("utf-8")):
    seeds("workflow", f"yaml-{case['id'].replace('/', '-')}", case["yaml"].encode("utf-8"))
for file in pathlib.Path("tests/data/gitea-deliveries").glob("*.headers"):
    body = file.with_suffix(".json").read_bytes()
    seeds("delivery", file.stem, file.read_bytes().replace(b"\r", b"").strip() + b"\n\n" + body)
blocks = re.findall(r"```yaml\n(.*?)```", pathlib.Path("README.md").read_text("utf-8"), re.S)
for number, block in enumerate(block for block in blocks if "environments:" in block):
    seeds("runner", f"readme-{number}", re.sub(r"env: \w+", "env: A", block).encode("utf-8"))
values = ["edge", "Convert", "convert", "1.0.0", "a.*.b", "c.d", "127.0.0.1:8000", "bucket", "public.rows", "id"]
seeds("values", "task", "\1".join(values).encode("utf-8"))
PYTHON

export seconds cache host
logs=$(mktemp -d)
export logs
trap 'rm -rf "$logs"' EXIT
fuzz() {
	local target=$1 log=$logs/$1 inputs branches
	if ! "fuzz/target/$host/release/$target" "$cache/$target/corpus" "$cache/$target/seeds" -dict=fuzz/workflow.dict \
		-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
		-artifact_prefix="$cache/found/$target-" -print_final_stats=1 >"$log" 2>&1; then
		tail -n 60 "$log"
		echo "fuzz: an input of $target that fails is in $cache/found" >&2
		return 1
	fi
	inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	branches=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
	echo "fuzz: $target: $inputs inputs in $seconds s, $branches branches, nothing found"
}
export -f fuzz
# As many side by side as there are cores: each is one thread.
# shellcheck disable=SC2016 # for the shell that xargs starts
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'fuzz "$1"' fuzz {}
