#!/usr/bin/env python3
"""Records `governorctl demo` in a terminal and draws it as an animated SVG.

  scripts/record_demo.py GOVERNORCTL PICTURE.svg

Each line appears when it did, once; who wants no motion sees the whole at once."""
import os
import pty
import re
import select
import subprocess
import sys
import time
from html import escape

SECONDS_AT_MOST = 120
COLUMNS, FONT, LINE, MARGIN = 104, 14, 20, 16
WIDTH_OF_CHARACTER = FONT * 0.602
COLOURS = {"2": "#8b949e", "31": "#ff7b72", "32": "#7ee787", "33": "#e3b341"}
ENDS_WITH = "Put this into"  # what follows is for whoever has run it


def record(program):
    """Lines with the seconds after which they came."""
    ours, theirs = pty.openpty()
    environment = dict(os.environ, TERM="xterm-256color", COLUMNS=str(COLUMNS), LANG="C.UTF-8")
    begin = time.monotonic()
    child = subprocess.Popen([program, "demo"], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    pending, lines = b"", []
    try:
        while True:
            left = SECONDS_AT_MOST - (time.monotonic() - begin)
            if left <= 0 or not select.select([ours], [], [], left)[0]:
                raise SystemExit(f"{program} demo took more than {SECONDS_AT_MOST} s")
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how a terminal says that its other side is closed
                break
            if not piece:
                break
            *whole, pending = (pending + piece).split(b"\n")
            lines += [(time.monotonic() - begin, line.decode().rstrip("\r").rsplit("\r", 1)[-1]) for line in whole]
    finally:
        os.close(ours)
        if child.poll() is None:
            child.terminate()
        code = child.wait(10)
    if code != 0:
        raise SystemExit(f"{program} demo failed with {code}")
    return lines


def spans(line):
    """Pieces of one colour: (column, text, colour)."""
    column, colour, found = 0, None, []
    for piece in re.split(r"(\x1b\[[0-9;]*[A-Za-z])", line):
        if piece.startswith("\x1b["):
            if piece.endswith("m"):
                colour = COLOURS.get(piece[2:-1])
        elif piece:
            found.append((column, piece, colour))
            column += len(piece)
    return found


def drawn(line, row):
    parts = []
    for column, text, colour in spans(line):
        x = MARGIN + column * WIDTH_OF_CHARACTER
        fill = f' fill="{colour}"' if colour else ""
        parts.append(f'<tspan x="{x:.1f}"{fill}>{escape(text)}</tspan>')
    return f'<text y="{MARGIN + row * LINE + FONT}" xml:space="preserve">{"".join(parts)}</text>'


def picture(lines):
    width = int(2 * MARGIN + COLUMNS * WIDTH_OF_CHARACTER)
    height = 2 * MARGIN + len(lines) * LINE
    body = []
    for row, (seconds, line) in enumerate(lines):
        if line:
            body.append(f'<g class="line" style="animation-delay:{seconds:.2f}s">{drawn(line, row)}</g>')
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title">
<title id="title">governorctl demo: the daemon is killed three times while three clients work, and every acknowledged update is stored exactly once</title>
<style>
text {{ font: {FONT}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #e6edf3 }}
@media (prefers-reduced-motion: no-preference) {{ .line {{ opacity: 0; animation: appear 0.15s forwards }} }}
@keyframes appear {{ to {{ opacity: 1 }} }}
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
{chr(10).join(body)}
</svg>
"""


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    lines = [(0.0, "$ governorctl demo")] + record(os.path.abspath(sys.argv[1]))
    end = next((at for at, (_, line) in enumerate(lines) if line.startswith(ENDS_WITH)), len(lines))
    lines = lines[:end]
    while lines and not lines[-1][1]:
        lines.pop()
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(picture(lines))


if __name__ == "__main__":
    main()
