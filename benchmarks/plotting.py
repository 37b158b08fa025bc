"""Plots that can be read on light and on dark ground."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.measuring import duration

# Between black and white, so that both grounds leave enough contrast.
INK = "#808890"
OURS = "#2f81f7"
# Told apart by those who see no red or no green, and by their order.
LINES = (OURS, "#d98a00", "#1a9e77", "#c95d9b")
# The same numbers give the same file, whenever it is drawn.
_SETTINGS = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "figure.facecolor": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "whereas",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def figure(columns: int, rows: int, width: float, height: float) -> tuple[Any, Any]:
    """Make a figure with axes in rows and columns.

    Args:
        columns: how many side by side.
        rows: how many below each other.
        width: of the whole, in inches.
        height: likewise.

    Returns:
        The figure, and the axes row by row.

    Raises:
        ImportError: matplotlib is not installed.
    """
    # Without a display; and only whoever draws needs it at all.
    import_module("matplotlib").use("svg")
    pyplot = import_module("matplotlib.pyplot")
    pyplot.rcParams.update(_SETTINGS)
    made, axes = pyplot.subplots(rows, columns, figsize=(width, height), squeeze=False)
    every = list(axes.flat)
    for one in every:
        one.set_facecolor("none")
        for side in ("top", "right"):
            one.spines[side].set_visible(False)
    return made, every


def save(made: Any, path: Path) -> None:  # noqa: ANN401  # a figure of matplotlib
    """Write a figure as SVG."""
    made.tight_layout()
    made.savefig(path, format="svg", metadata={"Date": None})
    import_module("matplotlib.pyplot").close(made)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(map(str.rstrip, lines)) + "\n", encoding="utf-8")


def dots(
    axis: Any,  # noqa: ANN401  # of matplotlib
    title: str,
    names: Sequence[str],
    seconds: Sequence[float],
) -> None:
    """Draw a dot for every duration from the top down, ours first, on a log scale.

    Every dot says what it stands for; there is a line for every power of ten.
    """
    places = range(len(names))
    colours = [OURS, *[INK] * (len(names) - 1)]
    least, most = min(seconds), max(seconds)
    axis.set_xscale("log")
    axis.set_xlim(least / 2, most * 20)
    axis.scatter(seconds, places, color=colours, s=36, zorder=3)
    axis.set_yticks(places, names)
    axis.invert_yaxis()
    axis.set_title(title, loc="left", fontsize=10)
    powers = range(-9, 4)
    decades = [10.0**power for power in powers if least / 2 < 10.0**power < most * 20]
    axis.set_xticks(decades, [""] * len(decades))
    axis.minorticks_off()
    axis.tick_params(length=0)
    axis.grid(visible=True, axis="x", color=INK, alpha=0.3, linewidth=0.6)
    axis.spines[:].set_visible(False)
    for place, value in zip(places, seconds, strict=True):
        axis.annotate(
            duration(value),
            (value, place),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
