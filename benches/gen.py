#!/usr/bin/env python3
"""How long `pelato gen` takes for 20 tasks, beside a `pelato` that does nothing.

usage: benches/gen.py [RUNS]      25 runs where none is said; PELATO names another program

Needs `cargo build --release`. Prints user and system time of the process, and how long it
took, in milliseconds: where `gen/` is not there, is as it should be, and for one task.
"""

import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")) / "release"
PELATO = pathlib.Path(os.environ.get("PELATO", TARGET / "pelato"))
TASKS = 20

CODE = """package main

func exec_task(arg string) string { return arg }
"""

TASK = """  - name: Task {n}
    type: {template}
    code: task{n}.go
    targets: [edge, cloud]
    source_topic: in.{n}
    dest_topic: out.{n}
    component_name: task{n}
    version: 1.0.0
"""


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    if not PELATO.exists():
        raise SystemExit(f"{PELATO} is missing: cargo build --release --bin pelato")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "project"
        (folder / "tasks").mkdir(parents=True)
        text = "project_name: Bench\ntasks:\n"
        for n in range(TASKS):
            (folder / "tasks" / f"task{n}.go").write_text(CODE)
            text += TASK.format(n=n, template="processor_nats")
        (folder / "workflow.yaml").write_text(text)
        # A folder for each run, and none is deleted: ext4 does not give an inode away again
        # for some seconds, and looks for another one at the expense of who comes next.
        copies = [shutil.copytree(folder, pathlib.Path(name) / f"copy-{n}") for n in range(runs)]
        print(f"\n{os.cpu_count()} cores; {time.strftime('%Y-%m-%d')}; median of {runs} (least–most), milliseconds\n")
        print("| | process | elapsed |")
        print("| --- | --- | --- |")
        same = [folder] * runs
        row("`pelato --version`", lambda _: ["--version"], same)
        row(f"gen, {TASKS} tasks, no gen/ yet", lambda project: ["gen", project], copies)
        row(f"gen, {TASKS} tasks, up to date", lambda project: ["gen", project], copies)
        row(f"gen --task, one of {TASKS}, up to date", lambda project: ["gen", project, "--task", "task7"], copies)
        row(f"check, {TASKS} tasks", lambda project: ["check", project], same)


def row(name, arguments, projects):
    process, elapsed = [], []
    for project in projects:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.monotonic()
        subprocess.run([PELATO, *arguments(project)], check=True, capture_output=True)
        elapsed.append((time.monotonic() - begun) * 1e3)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        process.append((now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) * 1e3)
    cell = lambda values: f"{statistics.median(values):.1f} ({min(values):.1f}–{max(values):.1f})"
    print(f"| {name} | {cell(process)} | {cell(elapsed)} |", flush=True)


if __name__ == "__main__":
    main()
