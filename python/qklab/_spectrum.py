"""The eigenspectra of a trained model's query-key matrices."""
from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import Any, Mapping, Union

import pandas as pd

from qklab import safetensors
from qklab._program import call


def spectrum(model: Union[str, "os.PathLike[str]", Mapping[str, Any]], *options: str) -> pd.DataFrame:
    """What ``qklab spectrum`` says of each layer and head of a model.

    ``model``: a file that the program reads, or a state dict (names to NumPy arrays or PyTorch tensors), which is
    written to a temporary file. ``options`` are passed on (``"--layout", "gpt2"``). Raises InputError where the file has
    no query-key matrices that the program finds.
    """
    if not isinstance(model, Mapping):
        return _read(str(model), options)
    with tempfile.TemporaryDirectory(prefix="qklab-") as folder:
        path = Path(folder, "state_dict.safetensors")
        safetensors.save(path, model)
        return _read(str(path), options)


def _read(path: str, options: "tuple[str, ...]") -> pd.DataFrame:
    _, output, _ = call(["spectrum", path, "--csv", *options])
    return pd.read_csv(io.StringIO(output), float_precision="round_trip")
