"""How benches write their figures, and the lines that benches/table.py collects."""

import statistics


def spread(values, digits=1):
    """Median, least and most."""
    shown = [f"{value:.{digits}f}" for value in (statistics.median(values), min(values), max(values))]
    return f"{shown[0]} ({shown[1]}–{shown[2]})"


def ratio(what, against, to_reach, measured):
    """A row of the table."""
    print("\t".join(["ratio", what, against, to_reach, measured]), flush=True)


def skipped(what, against, to_reach, why):
    """A row of a bench that could not be run, since its peer is not here."""
    print("\t".join(["skipped", what, against, to_reach, why]), flush=True)
