"""Reads and writes .safetensors with NumPy alone: 8 bytes with the header's length, the header as JSON, the numbers.

The format is described at https://github.com/huggingface/safetensors.
"""
from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any, Dict, Mapping, Union

import numpy as np

from qklab.errors import QklabError

Array = np.ndarray[Any, Any]
_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
          "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?"}
_MOST_HEADER = 100_000_000  # bytes, the format's own limit


def load(path: Union[str, "os.PathLike[str]"]) -> Dict[str, Array]:
    """The arrays of a file by name, bfloat16 as float32. Raises QklabError where the file is incomplete or damaged."""
    data = Path(path).read_bytes()
    try:
        length, = struct.unpack_from("<Q", data)
        if length > min(_MOST_HEADER, len(data) - 8):
            raise ValueError("the header is longer than the file")
        header = json.loads(data[8:8 + length])
        return {name: _array(entry, data, 8 + length) for name, entry in header.items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise QklabError(f"{path}: is no complete .safetensors file: {error}") from error


def _array(entry: Mapping[str, Any], data: bytes, begin: int) -> Array:
    first, last = (begin + offset for offset in entry["data_offsets"])
    if not begin <= first <= last <= len(data):
        raise ValueError("numbers lie beyond the end of the file")
    array: Array = np.frombuffer(data[first:last], _TYPES[entry["dtype"]]).reshape(entry["shape"])
    if entry["dtype"] == "BF16":  # the upper half of a float32
        array = (array.astype("<u4") << 16).view("<f4")
    return array


def save(path: Union[str, "os.PathLike[str]"], arrays: Mapping[str, Any]) -> None:
    """Writes arrays (NumPy's, or tensors of PyTorch). Raises TypeError for a type that the format lacks."""
    header: Dict[str, Any] = {}
    pieces = []
    end = 0
    for name, value in arrays.items():
        kind, array = _numbers(name, value)
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [end, end + array.nbytes]}
        pieces.append(array.tobytes())
        end += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(pieces))


def _numbers(name: str, value: Any) -> "tuple[str, Array]":
    if hasattr(value, "detach"):  # a tensor of PyTorch, which has a type that NumPy lacks
        value = value.detach().cpu()
        value = value.float() if str(value.dtype) == "torch.bfloat16" else value
        value = value.numpy()
    array = np.asarray(value)
    array = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
    for kind, dtype in _TYPES.items():
        if kind != "BF16" and np.dtype(dtype) == array.dtype:
            return kind, array
    raise TypeError(f"{name}: .safetensors has no type for {array.dtype}")
