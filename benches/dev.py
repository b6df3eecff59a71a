#!/usr/bin/env python3
"""From a saved file to the answer of the new code in `pelato dev`, beside a bare `go build`.

usage: benches/dev.py [RUNS]      needs Go on the PATH; 15 runs where none is said

Builds in release mode. For each task it saves a change, asks until the new code
answers, and then compiles the same change with `go build` alone, with the flags and
the cache that Pelato uses. Both are warm. Prints a table for benches/README.md.
"""

import http.client
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")) / "release"
PELATO = TARGET / "pelato"
PORT = 18090

PLAIN = """package main

func exec_task(arg string) string { return "MARK " + arg }
"""

JSON = """package main

import (
	"encoding/json"
	"fmt"
)

func exec_task(arg string) (string, error) {
	var in struct {
		Celsius float64 `json:"celsius"`
	}
	if err := json.Unmarshal([]byte(arg), &in); err != nil {
		return "", err
	}
	return fmt.Sprintf("MARK %.2f", in.Celsius+273.15), nil
}
"""

WORKFLOW = """project_name: Bench
tasks:
  - name: Bench
    type: http_producer_nats
    code: bench.go
    targets: [edge]
    dest_topic: out
    component_name: bench
    version: 1.0.0
    address: 127.0.0.1:%d
"""

GO = ["build", "-trimpath", "-buildmode=c-shared", "-ldflags=-s -w -checklinkname=0"]


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    subprocess.run(["cargo", "build", "--release", "--locked", "--bin", "pelato"], cwd=TOP, check=True)
    print(f"\n{os.cpu_count()} cores; {time.strftime('%Y-%m-%d')}; median of {runs} (least–most), seconds\n")
    print("| task | component | saved → answered | bare `go build` | on top |")
    print("| --- | --- | --- | --- | --- |")
    for name, code in [("strings only", PLAIN), ("encoding/json, fmt", JSON)]:
        with tempfile.TemporaryDirectory() as folder:
            print(row(name, code, pathlib.Path(folder), runs), flush=True)


def row(name, code, folder, runs):
    cache = pathlib.Path(os.environ.get("PELATO_CACHE", pathlib.Path.home() / ".cache" / "pelato"))
    (folder / "tasks").mkdir()
    (folder / "workflow.yaml").write_text(WORKFLOW % PORT)
    source = folder / "tasks" / "bench.go"
    source.write_text(code.replace("MARK", "v0"))
    subprocess.run([PELATO, "gen", folder], check=True, capture_output=True)
    bare = folder / "bare"
    shutil.copytree(folder / "gen" / "bench", bare)
    environment = {**os.environ, "GOOS": "wasip1", "GOARCH": "wasm", "GOTOOLCHAIN": "local", "GOWORK": "off",
                   "GOCACHE": str(cache / "go-build")}
    dev = subprocess.Popen([PELATO, "dev", folder, "--builder", "local"], stdin=subprocess.PIPE,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
    saved, compiled = [], []
    try:
        until_answers("v0", limit=60)
        for run in range(1, runs + 1):
            changed = code.replace("MARK", f"v{run}")
            begun = time.monotonic()
            source.write_text(changed)
            until_answers(f"v{run}", limit=30)
            saved.append(time.monotonic() - begun)
            # Another text, so that neither takes what the other has compiled.
            (bare / "task.go").write_text("//line tasks/bench.go:1:1\n" + code.replace("MARK", f"bare{run}"))
            begun = time.monotonic()
            subprocess.run(["go", *GO, "-o", folder / "core.wasm", "."], cwd=bare, env=environment, check=True)
            compiled.append(time.monotonic() - begun)
    finally:
        dev.communicate("q\n", timeout=30)
    size = (folder / "core.wasm").stat().st_size / 1e6
    top = statistics.median(saved) - statistics.median(compiled)
    return f"| {name} | {size:.1f} MB | {cell(saved)} | {cell(compiled)} | {top:.2f} |"


def until_answers(mark, limit):
    """Asks until the task answers with `mark`. Each question is work for the same cores:
    one every 10 ms."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("POST", "/", body='{"celsius": 21}')
            if connection.getresponse().read().decode().startswith(mark + " "):
                return
        except (ConnectionError, http.client.HTTPException):
            pass
        time.sleep(0.01)
    raise SystemExit(f"no answer with {mark} within {limit} s")


def cell(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


if __name__ == "__main__":
    main()
