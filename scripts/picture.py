"""Draws what a terminal showed: lines on stdin, an SVG on stdout.

usage: picture.py HOME

Nothing is added to the lines. HOME becomes `~` and a digest its first digits, or they would
not fit; commands, stages and results get a colour of their own.
"""

import re
import sys
from xml.sax.saxutils import escape

WIDTH = 100  # characters
SIZE, ADVANCE, HEIGHT = 14, 8.43, 20  # pixels: of the font, of a character, of a line
MARGIN, BAR = 18, 34

STYLE = """
text { font: %dpx ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #c9d1d9; white-space: pre }
.prompt { fill: #7ee787 } .command { fill: #ffffff; font-weight: bold } .stage { fill: #79c0ff }
.good { fill: #7ee787 } .bad { fill: #ff7b72 } .note { fill: #8b949e }
""" % SIZE

# A line and the classes of its parts; the first that matches is taken.
PARTS = [
    (r"(\$ )(.*)", ["prompt", "command"]),
    (r"( *(?:generate|plan|build|test|publish|deploy|remove) )( \|.*)", ["stage", "note"]),
    (r"( *(?:generate|plan|build|test|publish|deploy|remove) )( .*)", ["stage", ""]),
    (r"(done:)(.*)", ["good", ""]),
    (r"(failed:)(.*)", ["bad", ""]),
    (r"(  unchanged .*)", ["note"]),
    (r"(.*)", [""]),
]


def shortened(line, home):
    line = line.rstrip("\n").replace(home, "~")
    return re.sub(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}", r"\1…", line)


def wrapped(line):
    """As a terminal breaks it."""
    return [line[at : at + WIDTH] for at in range(0, max(len(line), 1), WIDTH)]


def drawn(lines):
    """The parts of a logical line, over the rows that it takes."""
    first = True
    for row in lines:
        for pattern, classes in PARTS if first else PARTS[-1:]:
            found = re.fullmatch(pattern, row)
            if found:
                break
        first = False
        yield "".join(
            f'<tspan class="{name}">{escape(text)}</tspan>' if name else escape(text)
            for text, name in zip(found.groups(), classes)
        )


def main():
    home = sys.argv[1]
    said = [shortened(line, home) for line in sys.stdin]
    while said and not said[-1]:
        said.pop()
    rows = [row for line in said for row in drawn(wrapped(line))]
    width = round(WIDTH * ADVANCE) + 2 * MARGIN
    height = BAR + len(rows) * HEIGHT + MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">')
    print("<!-- made by scripts/picture.sh: do not edit -->")
    print(f"<title>Pelato at work</title><style>{STYLE}</style>")
    print(f'<rect width="{width}" height="{height}" rx="10" fill="#0d1117"/>')
    for at, colour in enumerate(["#ff5f57", "#febc2e", "#28c840"]):
        print(f'<circle cx="{MARGIN + 6 + at * 20}" cy="18" r="6" fill="{colour}"/>')
    for at, row in enumerate(rows):
        if row:
            y = BAR + SIZE + at * HEIGHT
            print(f'<text x="{MARGIN}" y="{y}" xml:space="preserve">{row}</text>')
    print("</svg>")


main()
