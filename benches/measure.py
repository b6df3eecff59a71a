#!/usr/bin/env python3
"""Memory of `pelato serve` at rest, and the time of each stage for the example.

usage: benches/measure.py [RUNS]      after `make setup`; 5 runs where none is said

Builds in release mode, starts a lattice of its own, and prints tables for
benches/README.md. Asserts what each run did, never how long it took.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")) / "release"
PELATO = TARGET / "pelato"
STAGES = ("generate", "plan", "build", "publish", "deploy")


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    subprocess.run(["cargo", "build", "--release", "--locked", "--workspace", "--bins"], cwd=TOP, check=True)
    print(f"\nprogram: {PELATO.stat().st_size / 1e6:.1f} MB; {os.cpu_count()} cores; {time.strftime('%Y-%m-%d')}\n")
    with tempfile.TemporaryDirectory() as folder:
        print(f"serve at rest: {memory_at_rest(pathlib.Path(folder)):.1f} MiB resident\n")
        stages(pathlib.Path(folder), runs)


def memory_at_rest(folder):
    """MiB that the runner holds once it listens and its first look at the queue is over."""
    (folder / "runner.yaml").write_text(
        "listen: 127.0.0.1:0\n"
        "reconcile: off\n"
        "repositories:\n"
        "  - name: acme/thermo\n"
        "    forge: gitea\n"
        "    url: https://git.example.org/acme/thermo.git\n"
        "    api: https://git.example.org/api/v1\n"
        "    webhook_secret: { env: SECRET }\n"
        "    branches: { main: production }\n"
        "environments:\n"
        "  production: { registry: { url: 127.0.0.1:5000 } }\n"
    )
    serve = subprocess.Popen(
        [PELATO, "serve", "--config", folder / "runner.yaml"],
        env={**os.environ, "SECRET": "s"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for line in serve.stderr:
            if line.startswith("listening on"):
                break
        time.sleep(2)
        status = pathlib.Path(f"/proc/{serve.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024
    finally:
        serve.terminate()
        serve.wait()


def stages(folder, runs):
    lattice = subprocess.Popen([TARGET / "lattice"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        place = json.loads(lattice.stdout.readline())
        project = folder / "temperature"
        shutil.copytree(TOP / "examples" / "temperature", project)
        workflow = project / "workflow.yaml"
        text = workflow.read_text()
        for port in ("8000", "8001"):
            text = text.replace(f"0.0.0.0:{port}", f"127.0.0.1:{free_port()}")
        workflow.write_text(text)
        env = {
            **docker_environment(),
            **os.environ,
            "REGISTRY_URL": place["registry"],
            "PELATO_NATS_URL": place["nats"],
            "PELATO_LATTICE": place["lattice"],
            "PELATO_PROVIDERS": "builtin",
            "PELATO_BUILDER": "docker",
        }
        brush(project, env)  # makes the build image and the cache volume
        subprocess.run([PELATO, "remove", project], env=env, check=True, capture_output=True)

        rows = {"one of two tasks changed": [], "nothing changed": []}
        source = project / "tasks" / "filter.go"
        code = source.read_text()
        rows["both tasks deployed anew"] = [brush(project, env, deployed=2)]
        for run in range(runs):
            source.write_text(code.replace("293.15", f"293.{20 + run}"))
            rows["one of two tasks changed"].append(brush(project, env, built=1, deployed=1))
            rows["nothing changed"].append(brush(project, env, built=0, deployed=0))
        print(f"| the example, seconds (median, least–most) | {' | '.join(STAGES)} | all |")
        print(f"| --- |{' --- |' * (len(STAGES) + 1)}")
        for name, results in rows.items():
            cells = (cell([result[stage] for result in results]) for stage in (*STAGES, "total"))
            print(f"| {name} | {' | '.join(cells)} |")
    finally:
        lattice.stdin.close()
        lattice.wait()


def brush(project, env, built=None, deployed=None):
    out = subprocess.run([PELATO, "brush", "--json", project], env=env, capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(out.stderr)
    result = json.loads(out.stdout)
    did = {key: sum(task[key] for task in result["tasks"]) for key in ("built", "deployed")}
    for key, wanted in (("built", built), ("deployed", deployed)):
        if wanted is not None and did[key] != wanted:
            sys.exit(f"{did[key]} tasks were {key}, not {wanted}:\n{out.stderr}")
    took = dict.fromkeys(STAGES, 0.0)
    for line in out.stderr.splitlines():
        # `   build  kelvin_filter: 2.1 MB (0.41 s)`: what each task took, added up.
        if said := re.fullmatch(r" *(\w+)  .*\(([0-9.]+) s\)", line):
            took[said[1]] = took.get(said[1], 0.0) + float(said[2])
    return {**took, "total": result["seconds"]["total"]}


def cell(values):
    if len(values) == 1:
        return f"{values[0]:.2f}"
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def docker_environment():
    """What scripts/setup-docker.sh left: the base of the build image."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "pelato"
    written = pathlib.Path(os.environ.get("PELATO_CACHE", cache)) / "docker.env"
    lines = written.read_text().splitlines() if written.exists() else []
    return dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))


if __name__ == "__main__":
    main()
