#!/usr/bin/env python3
"""Collects the ratios of benches into the table of benches/README.md.

usage: benches/table.py FOLDER     a file for each bench that ran, its name the bench's

Of each file the lines `ratio` and `skipped` count, with tabs between their fields (see
benches/README.md). The rows of benches that have no file here stay as they are.
"""

import os
import pathlib
import platform
import re
import sys
import time

README = pathlib.Path(__file__).with_name("README.md")
BEGIN, END = "<!-- make bench -->", "<!-- what make bench wrote -->"
HEAD = ["| bench | what | against | to reach | measured | when, on what |", "| --- | --- | --- | --- | --- | --- |"]


def main():
    said = {file.name: rows(file) for file in sorted(pathlib.Path(sys.argv[1]).iterdir())}
    text = README.read_text()
    before, rest = text.split(BEGIN, 1)
    table, after = rest.split(END, 1)
    kept = [line for line in table.splitlines() if line.startswith("| `")]
    kept = [line for line in kept if name_of(line) not in said]
    lines = sorted(kept + [line for lines in said.values() for line in lines], key=name_of)
    README.write_text("\n".join([before + BEGIN, *HEAD, *lines, END]) + after)
    print("\n" + "\n".join([*HEAD, *lines]))


def name_of(line):
    return re.match(r"\| `([^`]*)`", line)[1]


def rows(file):
    found = []
    for line in file.read_text().splitlines():
        kind, *fields = line.split("\t")
        if kind == "ratio" and len(fields) == 4:
            what, against, to_reach, measured = fields
        elif kind == "skipped" and len(fields) == 4:
            what, against, to_reach, why = fields
            measured = f"skipped: {why}"
        elif kind in ("ratio", "skipped"):
            sys.exit(f"{file.name}: four fields come after `{kind}`, not {len(fields)}: {line!r}")
        else:
            continue
        cells = [f"`{file.name}`", what, against, to_reach, measured, f"{time.strftime('%Y-%m-%d')}, {machine()}"]
        found.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return found


def machine():
    model = platform.processor() or platform.machine()
    try:
        model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)[1]
    except (OSError, TypeError):
        pass
    return f"{os.cpu_count()} × {model}"


if __name__ == "__main__":
    main()
