"""A run's figures: their pictures, and the numbers that are drawn."""
from __future__ import annotations

import base64
import html
from pathlib import Path
from typing import Iterator, Mapping, Optional

import pandas as pd

from qklab._tables import read_table


class Figure:
    """One figure of a run. A notebook shows its picture."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._folder = folder

    @property
    def data(self) -> pd.DataFrame:
        """The numbers that are drawn, as in ``figures/NAME.csv``."""
        return read_table(self.csv)

    @property
    def csv(self) -> Path:
        return self._folder / f"{self.name}.csv"

    @property
    def svg(self) -> Path:
        return self._folder / f"{self.name}.svg"

    @property
    def pdf(self) -> Path:
        return self._folder / f"{self.name}.pdf"

    @property
    def png(self) -> Path:
        return self._folder / f"{self.name}.png"

    def _repr_svg_(self) -> Optional[str]:
        return self.svg.read_text(encoding="utf-8") if self.svg.exists() else None

    def _repr_html_(self) -> Optional[str]:
        picture = self._repr_svg_()
        if picture is None:
            return None
        # As an image, so that names within one picture do not meet those of another on the page.
        data = base64.b64encode(picture.encode()).decode()
        return f'<img alt="{html.escape(self.name)}" src="data:image/svg+xml;base64,{data}">'

    def __repr__(self) -> str:
        return f"<Figure {self.name}: {self.svg if self.svg.exists() else 'not drawn'}>"


class Figures(Mapping[str, Figure]):
    """The figures of a run by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, name: str) -> Figure:
        if name not in set(self):
            names = ", ".join(self) or "none"
            raise KeyError(f"no figure {name!r} in {self._folder}; there are {names}")
        return Figure(self._folder, name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in self._folder.glob("*.csv")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<Figures: {', '.join(self) or 'none'}>"
