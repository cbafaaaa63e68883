#!/usr/bin/env python3
"""Draws a figure of qklab again with matplotlib: `python3 NAME.py` reads NAME.json beside it and writes NAME.pdf.

All numbers are in NAME.json; all that is a matter of taste is here. Change what you like: sizes and fonts just below,
colours in `color_of`, and the three functions that draw a panel.
"""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize

WIDTH = 8 / 2.54  # inches
plt.rcParams.update({"font.size": 7, "axes.titlesize": 7, "axes.linewidth": 0.5, "lines.linewidth": 0.9, "legend.fontsize": 6,
                     "legend.frameon": False, "xtick.major.width": 0.5, "ytick.major.width": 0.5, "savefig.dpi": 300,
                     "svg.fonttype": "none", "pdf.fonttype": 42})

HERE = pathlib.Path(__file__).resolve()
figure = json.loads(HERE.with_suffix(".json").read_text(encoding="utf-8"))
palette = figure["palette"]
viridis = LinearSegmentedColormap.from_list("viridis64", palette["viridis"])
diverging = LinearSegmentedColormap.from_list("diverging64", palette["diverging"])
MARKS = [None, "s", "^", "D"]  # of a colour's second, third and fourth use


def number(values):
    """JSON has no NaN: null stands for it."""
    return [float("nan") if v is None else v for v in values]


def text(key):
    """A label as LaTeX where it was written so; otherwise as it is, since a dollar sign would begin math."""
    written = figure.get("written", {}).get(key)
    return written if written else figure.get(key, "").replace("$", r"\$")


def color_of(curve):
    shade = curve.get("shade")
    if shade is None:
        return palette["categories"][0]
    if "category" in shade:
        return palette["categories"][shade["category"] % len(palette["categories"])]
    return viridis(0.9 * shade["t"])


def mark_of(curve):
    turn = ((curve.get("shade") or {}).get("category") or 0) // len(palette["categories"])
    return None if turn == 0 else MARKS[1 + (turn - 1) % (len(MARKS) - 1)]


def norm_of(color):
    return (LogNorm if color.get("log") else Normalize)(color["low"], color["high"])


def draw_curves(axes, panel):
    """Means over seeds along x, with intervals, theory and baselines. Names on the x axis have dots."""
    names = figure.get("xnames")
    for k, curve in enumerate(panel["curves"]):
        color, x, mean = color_of(curve), number(curve["x"]), number(curve["mean"])
        low, high = number(curve["low"]), number(curve["high"])
        if names:
            aside = 0.15 * (k - (len(panel["curves"]) - 1) / 2)
            x = [v + aside for v in x]
            axes.vlines(x, low, high, color=color, linewidth=0.8)
            axes.plot(x, mean, mark_of(curve) or "o", color=color, markersize=3, label=curve["label"])
        else:
            if figure.get("band"):
                axes.fill_between(x, low, high, color=color, alpha=0.25, linewidth=0)
            pale = figure.get("theory") and not figure.get("band")
            axes.plot(x, mean, color=color, alpha=0.45 if pale else 1, linewidth=1.8 if pale else 0.9, marker=mark_of(curve),
                      markevery=max(1, len(x) // 8), markersize=3, label=curve["label"])
        for key, style in (("theory", "--"), ("baseline", ":")):
            if key in curve:
                axes.plot(x, number(curve[key]), "o" if names else style, color=color, fillstyle="none", linewidth=0.8, markersize=4)


def draw_paths(axes, panel):
    """Spots in the plane, joined or as dots, over the cells of a map where there is one."""
    if "beneath" in figure:
        below = figure["beneath"]
        draw_cells(axes, below["panels"][0], below, plt.get_cmap("Greys_r"))
    for curve in panel["curves"]:
        x, y, color = number(curve["x"]), number(curve["mean"]), color_of(curve)
        if figure["lines"]:
            axes.plot(x, y, color=color, label=curve["label"])
        if figure["dots"]:
            if "colors" in curve:
                shown = axes.scatter(x, y, c=number(curve["colors"]), s=3, cmap=viridis, norm=norm_of(figure["color"]))
                axes.figure.colorbar(shown, ax=axes, label=figure["color"]["label"])
            else:
                axes.scatter(x, y, color=color, s=3, marker=mark_of(curve) or "o", label=curve["label"])
        if figure["ends"] and x:
            axes.plot(x[0], y[0], "o", color=color, fillstyle="none", markersize=4)
            axes.plot(x[-1], y[-1], "o", color=color, markersize=3)


def draw_cells(axes, panel, of=figure, colors=None):
    """Colours between edges, contours dashed, the outlined region in a thick line; lost cells struck through."""
    color = panel["color"]
    cells = [number(row) for row in panel["cells"]]
    shown = axes.pcolormesh(of["xedges"], of["yedges"], cells, norm=norm_of(color),
                            cmap=colors or (diverging if color.get("diverging") else viridis), rasterized=True)
    axes.set_facecolor("#cccccc")
    for lines, style, width in [(c, "--", 0.7) for c in panel["contours"]] + [(panel["outline"], "-", 1.4)]:
        for line in lines:
            axes.plot(line[0::2], line[1::2], style, color="black", linewidth=width)
    for cell in panel.get("lost", []):
        x = of["xedges"][cell["column"]:cell["column"] + 2]
        y = of["yedges"][cell["row"]:cell["row"] + 2]
        axes.plot(x, y, color="#d91a1a", linewidth=0.8)
        if cell["whole"]:
            axes.plot(x, y[::-1], color="#d91a1a", linewidth=0.8)
    if colors is None:
        axes.figure.colorbar(shown, ax=axes, label=color["label"])


def set_axes(axes):
    if figure["log"]["x"]:
        axes.set_xscale("log")
    if figure["log"]["y"]:
        axes.set_yscale("log")
    for names, ticks in (("xnames", axes.set_xticks), ("ynames", axes.set_yticks)):
        if figure.get(names):
            ticks(range(len(figure[names])), [name.replace("$", r"\$") for name in figure[names]])
    for line in figure.get("thresholds", []) + figure.get("limits", []):
        axes.axhline(line["value"], color="0.25", linewidth=0.6, linestyle="-.")
    if figure["form"] != "cells":
        axes.grid(color="#e4e4e4", linewidth=0.4)
        axes.spines[["top", "right"]].set_visible(False)


def main():
    panels = figure["panels"]
    columns = figure["columns"] or (1 if len(panels) == 1 else 2 if len(panels) <= 4 else 3)
    rows = -(-len(panels) // columns)
    free = figure.get("free", {})
    page, grid = plt.subplots(rows, columns, squeeze=False, figsize=(WIDTH, 0.4 + rows * WIDTH / columns * 0.85),
                              sharex=not free.get("x"), sharey=not free.get("y"), layout="constrained")
    draw = {"curves": draw_curves, "paths": draw_paths, "cells": draw_cells}[figure["form"]]
    for k, axes in enumerate(grid.flat):
        if k >= len(panels):
            axes.set_visible(False)
            continue
        draw(axes, panels[k])
        set_axes(axes)
        if k + columns >= len(panels):  # nothing below
            axes.tick_params(labelbottom=True)
        axes.set_title(panels[k]["title"].replace("$", r"\$"))
    curves = {curve["label"]: curve for panel in panels for curve in panel["curves"] if curve.get("name")}
    if 1 < len(curves) <= 12:
        handles = [plt.Line2D([], [], color=color_of(c), marker=mark_of(c), label=label.replace("$", r"\$"))
                   for label, c in curves.items()]
        page.legend(handles=handles, title=text("colorlabel"), loc="lower center", bbox_to_anchor=(0.5, 1),
                    ncol=min(5, len(handles)))
    page.supxlabel(text("xlabel"))
    page.supylabel(text("ylabel"))
    if figure["title"]:
        page.suptitle(text("title"))
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.with_suffix(".pdf")
    page.savefig(target, bbox_inches="tight", pad_inches=0.02)
    print(target)


if __name__ == "__main__":
    main()
