#!/usr/bin/env python3
"""How long `pelato check` takes for a workflow of 1,000 tasks: time of the whole
process, from its start to its end.

usage: benches/check.py [--pelato PROGRAM] [--tasks N] [--rounds N]

Build the program first: cargo build --release
"""

import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

CODE = """package main

import "strings"

// exec_task is task {number}.
func exec_task(arg string) string {{
	return strings.ToUpper(arg)
}}
"""

TASK = """  - name: Task {number}
    type: {type}
    code: {code}
    targets: [edge, cloud]
    source_topic: "{source}"
    dest_topic: "{dest}"
    component_name: task_{number}
    version: 1.0.{number}
"""


def project(folder: pathlib.Path, tasks: int, source, dest, shared_code: bool) -> None:
    (folder / "tasks").mkdir(parents=True)
    text = ["project_name: A thousand tasks\ntasks:\n"]
    for number in range(tasks):
        code = "task.go" if shared_code else f"task_{number}.go"
        (folder / "tasks" / code).write_text(CODE.format(number=number))
        text.append(
            TASK.format(number=number, type="processor_nats", code=code, source=source(number), dest=dest(number))
        )
    (folder / "workflow.yaml").write_text("".join(text))


def milliseconds(command: list[str], rounds: int, code: int) -> list[float]:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        times.append((time.perf_counter() - begun) * 1e3)
        if ended.returncode != code:
            raise SystemExit(f"exit code {ended.returncode}, not {code}: {ended.stderr.decode()[-2000:]}")
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pelato", default="target/release/pelato")
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    last = arguments.tasks - 1
    shapes = {
        "a file each, in a chain": (lambda n: f"step.{n}", lambda n: f"step.{n + 1}", False, 0),
        "one file for all": (lambda n: "in.*", lambda n: "out", True, 0),
        "all to all": (lambda n: "out", lambda n: "out" if n < last else "end", True, 0),
        "wildcards": (lambda n: f"*.{n}.>", lambda n: f"a.{n}", True, 0),
        "an error in each": (lambda n: f"step {n}", lambda n: f"step.{n}", True, 2),
    }
    pelato = str(pathlib.Path(arguments.pelato).resolve())
    print(f"{arguments.tasks} tasks, {arguments.rounds} rounds, ms")
    with tempfile.TemporaryDirectory() as top:
        for at, (name, (source, dest, shared, code)) in enumerate(shapes.items()):
            folder = pathlib.Path(top) / str(at)
            project(folder, arguments.tasks, source, dest, shared)
            for output in ["human", "json"]:
                command = [pelato, "check", "--format", output, str(folder)]
                milliseconds(command, 2, code)
                times = milliseconds(command, arguments.rounds, code)
                print(f"{name:28} {output:6} median {statistics.median(times):7.1f}  least {min(times):7.1f}")
        empty = milliseconds([pelato, "--version"], arguments.rounds, 0)
        print(f"{'the program alone':28} {'':6} median {statistics.median(empty):7.1f}  least {min(empty):7.1f}")


if __name__ == "__main__":
    main()
