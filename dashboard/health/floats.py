"""The spacing of floating-point numbers: how far apart neighbours of a dtype are."""

from __future__ import annotations

import math

MANTISSA = {"float64": 52, "float32": 23, "float16": 10, "bfloat16": 7}  # stored bits


def spacing(value: float, dtype: str) -> float:
    """One unit in the last place at `value`; float32's for a dtype that is not known.

    bfloat16 in [2, 4): 2**-6 = 0.015625. Subnormal numbers are not told apart.
    """
    exponent = math.frexp(value)[1] - 1 if value else -126
    return math.ldexp(1.0, exponent - MANTISSA.get(dtype, MANTISSA["float32"]))
