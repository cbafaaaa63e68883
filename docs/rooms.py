"""Draws docs/rooms.svg, the rooms of core/ from the bottom to the top, from the list in tests/dependencies.cmake.

    python3 docs/rooms.py            writes it
    python3 docs/rooms.py --check    exits with 1 if the picture does not match the list
"""
import html
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs/rooms.svg"
WIDTH, ROW, LEFT, BOX, GAP = 760, 62, 172, 30, 8


def layers():
    """(title, rooms) of each group in the list, the lowest first."""
    text = (ROOT / "tests/dependencies.cmake").read_text()
    text = text[text.index("endfunction()"):text.index("set(checked 0)")]
    found = []
    for line in text.splitlines():
        if line.startswith("# "):
            found.append((line[2:].rstrip("."), []))
        elif match := re.match(r"room\((\S+?)[ )]", line + " "):
            found[-1][1].append(match[1].rstrip(")"))
    return found


def rows_of(rooms):
    """The rooms as rows of boxes (room, x, width)."""
    rows, x = [[]], LEFT
    for room in rooms:
        width = 9 * len(room) + 16
        if x + width > WIDTH - 12:
            rows.append([])
            x = LEFT
        rows[-1].append((room, x, width))
        x += width + GAP
    return rows


def picture():
    parts, y = [], 12
    for title, rooms in reversed(layers()):
        rows = rows_of(rooms)
        height = len(rows) * (BOX + GAP) + 16
        parts.append(f'<rect x="8" y="{y}" width="{WIDTH - 16}" height="{height}" rx="6" class="layer"/>')
        parts.append(f'<text x="20" y="{y + height / 2 + 4:g}" class="title">{html.escape(title)}</text>')
        for k, row in enumerate(rows):
            for room, x, width in row:
                top = y + 12 + k * (BOX + GAP)
                parts.append(f'<rect x="{x}" y="{top}" width="{width}" height="{BOX - 4}" rx="4" class="room"/>')
                parts.append(f'<text x="{x + width / 2:g}" y="{top + 17}" class="name">{html.escape(room)}</text>')
        y += height + 14
    style = (".layer{fill:#f2f5f8;stroke:#c3ccd6}.room{fill:#fff;stroke:#0072b2}"
             "text{font-family:DejaVu Sans,sans-serif;fill:#1b1b1b}.title{font-size:12px}"
             ".name{font-family:DejaVu Sans Mono,monospace;font-size:13px;text-anchor:middle}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}">\n'
            f"<style>{style}</style>\n<rect width=\"{WIDTH}\" height=\"{y}\" fill=\"#fff\"/>\n"
            + "\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PICTURE.exists() and PICTURE.read_text() == picture()
                 else "docs/rooms.svg is not the picture of the rooms: python3 docs/rooms.py draws it")
    PICTURE.write_text(picture())
