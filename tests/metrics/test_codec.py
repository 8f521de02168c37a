"""What is packed is what is unpacked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics import codec
from dashboard.metrics.series import Series


@given(
    st.lists(
        st.tuples(st.integers(0, 2**53), st.floats(allow_nan=False), st.floats()), max_size=600
    )
)
def test_every_float_survives(rows):
    steps, times, values = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 3
    )
    read = codec.decode(codec.encode(Series.of(steps, values, times)))
    assert read.steps.tolist() == steps
    assert read.times.tolist() == times
    assert read.values.tobytes() == np.array(values, dtype=float).tobytes()


def test_long_chunks_are_packed():
    series = Series.of(range(10_000), np.zeros(10_000))
    assert len(codec.encode(series)) < 24 * 10_000 / 4


@pytest.mark.parametrize("data", [b"", b"\x07abc", b"\x00abc"])
def test_what_is_no_chunk_is_refused(data):
    with pytest.raises(ValueError, match="chunk"):
        codec.decode(data)
