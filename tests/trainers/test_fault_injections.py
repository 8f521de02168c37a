"""What a fault does to a training is found by its name."""

import inspect

import pytest

from trainers.faults.__main__ import injection
from trainers.faults.catalogue import FAULTS

DONE = {name: fault for name, fault in FAULTS.items() if fault.injection}


@pytest.mark.parametrize("name", DONE)
def test_every_fault_names_something_that_can_be_done_with_its_options(name):
    fault = DONE[name]
    options = {key: value for key, value in fault.options.items() if key != "first"}
    inspect.signature(injection(fault.injection)).bind("loop", fault.onset, **options)
