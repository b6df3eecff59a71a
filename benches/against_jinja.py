#!/usr/bin/env python3
"""`pelato gen` for 20 tasks beside a Python script that renders Jinja templates, as the
original did. Both as whole processes; both write the same files.

usage: benches/against_jinja.py [ROUNDS]     15 where none is said; PELATO names another program

Needs `cargo build --release` and scripts/setup-jinja.sh. The peer's templates are made of
what `gen` writes for one task, its values put back into `{{ … }}`. What each side wrote is
compared file by file; digests alone are left out, since the peer makes none. What it does
not do either: check the workflow, read the author's Go, and write only what is different.
"""

import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from figures import ratio, skipped, spread

TOP = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")) / "release"
PELATO = pathlib.Path(os.environ.get("PELATO", TARGET / "pelato"))
RENDER = TOP / "benches" / "jinja" / "render.py"
TASKS = 20
WHAT, AGAINST, TO_REACH = f"`gen`, {TASKS} tasks", "Python with Jinja2", "20 × faster"

CODE = """package main

func exec_task(arg string) string { return arg }
"""

TASK = """  - name: The task of number {n}
    type: processor_nats
    code: code{n}.go
    targets: [edge, cloud]
    source_topic: topic.in.{n}
    dest_topic: topic.out.{n}
    component_name: component{n}
    version: 1.0.0
"""


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    if not PELATO.exists():
        raise SystemExit(f"{PELATO} is missing: cargo build --release --bin pelato")
    peer = subprocess.run([TOP / "scripts" / "setup-jinja.sh", "--print"], capture_output=True, text=True)
    if peer.returncode != 0:
        skipped(WHAT, AGAINST, TO_REACH, "Jinja2 is not installed; scripts/setup-jinja.sh does that")
        return
    python = peer.stdout.strip()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    for place, folder in (("in memory", memory), ("on the disk", None)):
        with tempfile.TemporaryDirectory(dir=folder) as name:
            compare(pathlib.Path(name), place, python, rounds)


def compare(folder, place, python, rounds):
    ours, theirs = folder / "ours", folder / "theirs"
    for project in (ours, theirs):
        (project / "tasks").mkdir(parents=True)
        for n in range(TASKS):
            (project / "tasks" / f"code{n}.go").write_text(CODE)
        tasks = "".join(TASK.format(n=n) for n in range(TASKS))
        (project / "workflow.yaml").write_text(f"project_name: Bench\ntasks:\n{tasks}")
    gen = [PELATO, "gen", ours]
    render = [python, RENDER, folder / "templates", theirs]
    run(gen)
    templates(ours / "gen", folder)
    run(render)
    same(ours / "gen", theirs / "gen")
    kinds = {"no files yet": gone, "again": lambda _: None}
    for kind, before in kinds.items():
        mine, other = [], []
        for _ in range(rounds):
            before(ours)
            mine.append(run(gen))
            before(theirs)
            other.append(run(render))
            same(ours / "gen", theirs / "gen")
        times = statistics.median(other) / statistics.median(mine)
        measured = f"{times:.1f} × ({spread(mine)} ms against {spread(other)} ms)"
        ratio(f"{WHAT}, {kind}, files {place}", AGAINST, TO_REACH, measured)


def gone(project):
    shutil.rmtree(project / "gen")


def run(command):
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return (time.monotonic() - begun) * 1e3


def templates(generated, folder):
    """What was written for the task of number 7, as templates."""
    to = folder / "templates"
    shutil.copytree(generated / "component7", to)
    shutil.copy(generated / ".gitignore", folder / "gitignore")
    (to / "task.go").unlink()
    (to / "wadm-edge.yaml").unlink()
    (to / "wadm-cloud.yaml").rename(to / "wadm.yaml")
    # Names of configurations are the application's, the others are values of the task.
    values = {
        "component7": "{{ component_name }}",
        "The task of number 7": "{{ name }}",
        "topic.in.7": "{{ source_topic }}",
        "topic.out.7": "{{ dest_topic }}",
        "cloud": "{{ target }}",
    }
    for file in to.rglob("*"):
        if file.is_dir():
            continue
        text = file.read_text()
        if re.search(r"\{[{%#]", text):
            sys.exit(f"{file.name} has marks of Jinja's own in it")
        for value, key in values.items():
            if key != "{{ target }}" or file.name == "wadm.yaml":
                text = re.sub(rf"\b{re.escape(value)}\b", key, text)
        file.write_text(text.replace(str(folder / "ours"), str(folder / "theirs")))


def same(ours, theirs):
    """Both wrote the same files, but for digests."""

    def read(folder):
        files = [file for file in folder.rglob("*") if file.is_file()]
        return {str(file.relative_to(folder)): file.read_text() for file in files}

    def bare(text):
        text = text.replace(str(theirs.parent), str(ours.parent))
        return re.sub(r"[0-9a-f]{64}|[0-9a-f]{16}|[0-9a-f]{12}", "…", text)

    mine, other = read(ours), read(theirs)
    if mine.keys() != other.keys() or len(mine) < TASKS * 10:
        sys.exit(f"not the same files: {sorted(mine.keys() ^ other.keys())}")
    for name, text in mine.items():
        if bare(text) != bare(other[name]):
            sys.exit(f"{name} is not the same on both sides")


if __name__ == "__main__":
    main()
