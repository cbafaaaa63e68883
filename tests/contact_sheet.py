#!/usr/bin/env python3
"""All shipped figures on one page, drawn anew from their references at the width that they have in print (8 cm): as they are,
and as readers without green cones see them. Usage: tests/contact_sheet.py QKLAB [OUT] [REFERENCE ...]

Writes OUT/contact_sheet.html (default: build/contact_sheet) and, where Chromium is there, a picture of it for each
reference, OUT/<reference>.png, at 192 dots an inch. People look at it: no test can tell whether a figure is legible.
"""
import html
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "program"))

# Machado, Oliveira and Fernandes (2009), deuteranopia, severity 1; in linear RGB, as filters of SVG compute.
DEUTERANOPIA = ("0.367322 0.860646 -0.227968 0 0  0.280085 0.672501 0.047413 0 0  "
                "-0.011820 0.042940 0.968881 0 0  0 0 0 1 0")
HEAD = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shipped figures</title><style>
body {{ font: 13px sans-serif; background: #ddd; margin: 12px; width: 1290px; }}
h2 {{ margin: 18px 0 6px; }} .grid {{ display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; }}
figure {{ margin: 0; background: #fff; padding: 4px; }} figcaption {{ font-size: 11px; color: #333; width: 8cm; }}
img {{ width: 8cm; display: block; }} .pair {{ display: flex; gap: 6px; }} .deuteranopia img {{ filter: url(#deuteranopia); }}
</style></head><body>
<svg width="0" height="0" aria-hidden="true"><filter id="deuteranopia"><feColorMatrix values="{DEUTERANOPIA}"/></filter></svg>
"""


def block(path, folder):
    source = html.escape(str(path.relative_to(folder)))
    picture = f'<img src="{source}" alt="{html.escape(path.stem)}">'
    return (f'<figure><div class="pair"><div>{picture}</div><div class="deuteranopia">{picture}</div></div>'
            f"<figcaption>{html.escape(path.stem)}: as it is, and without green cones</figcaption></figure>")


def draw(qklab, name, out):
    """The reference's figures by this version of the program."""
    subprocess.run([qklab, "export", ROOT / "results/reference" / name, "--format", "reference", "--out", out / name], check=True,
                   stdout=subprocess.DEVNULL)
    return sorted((out / name / "figures").glob("*.svg"))


def photograph(page, out, names):
    from browser import CHROMIUM, Browser
    if not CHROMIUM:
        return
    with Browser(width=1320, height=900) as browser:
        browser.open(page.as_uri())
        for name in names:
            browser.run(f"""for (const s of document.querySelectorAll("section")) s.hidden = s.id !== "{name}";
                await Promise.all([...document.images].map((image) => image.decode().catch(() => {{}})));""")
            browser.call("Emulation.setDeviceMetricsOverride", width=1320, height=900, deviceScaleFactor=2, mobile=False)
            browser.screenshot(out / f"{name}.png", full=True)


def main(qklab, out="build/contact_sheet", *names):
    out = pathlib.Path(out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    names = names or sorted(path.name for path in (ROOT / "results/reference").iterdir() if (path / "manifest.json").exists())
    page = HEAD
    for name in names:
        pictures = draw(qklab, name, out)
        page += f'<section id="{html.escape(name)}"><h2>{html.escape(name)}</h2><div class="grid">'
        page += "".join(block(path, out) for path in pictures) + "</div></section>\n"
    sheet = out / "contact_sheet.html"
    sheet.write_text(page + "</body></html>\n")
    photograph(sheet, out, names)
    print(sheet)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
