"""The temperature follows its line and falls back; spikes are judged by the run's own past."""

import json
import math
import random

import pytest

from tests.trainers.sdm_alignment.given import short
from trainers.sdm_alignment.spikes import Spikes
from trainers.sdm_alignment.temperature import Temperature


def temperature(**values):
    return Temperature(short(temperature_start=0.2, temperature_end=0.18, **values), 101)


def test_goes_in_a_straight_line_from_first_to_last():
    line = temperature()
    assert (line.at(1), line.at(51), line.at(101)) == pytest.approx((0.2, 0.19, 0.18))


def test_falls_back_after_trouble_and_returns():
    line = temperature(fallback_steps=3)
    assert line.trouble(10)
    assert [line.at(step) for step in (11, 12, 13)] == [0.25] * 3
    assert line.at(14) < 0.2
    assert line.fallbacks == 1


def test_trouble_during_a_fallback_is_the_same_fallback():
    line = temperature(fallback_steps=3)
    line.trouble(10)
    assert not line.trouble(12)
    assert line.trouble(14)
    assert line.fallbacks == 2


def test_never_falls_back_when_told_so():
    line = temperature(fallback_steps=0)
    assert not line.trouble(10)
    assert line.at(11) < 0.2


def test_a_fallback_survives_an_interruption():
    line = temperature(fallback_steps=5)
    line.trouble(10)
    again = temperature(fallback_steps=5)
    again.load_state_dict(json.loads(json.dumps(line.state_dict())))
    assert (again.at(12), again.at(16)) == (line.at(12), line.at(16))


def falling(noise, scale=1.0, spikes=()):
    rng = random.Random(0)
    for step in range(600):
        level = 1 + 2 * math.exp(-step / 100)
        loss = scale * level * (1 + noise * rng.gauss(0, 1))
        yield 3 * loss if step in spikes else loss


def seen(losses):
    spikes = Spikes()
    return [step for step, loss in enumerate(losses) if spikes.see(loss)]


@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_finds_every_spike_whatever_the_size_of_the_loss(scale):
    at = (100, 220, 330, 450, 560)
    assert seen(falling(0.05, scale, at)) == list(at)


def test_silent_on_a_healthy_curve():
    assert seen(falling(0.05)) == []


def test_silent_on_a_constant_and_on_small_steps_of_it():
    assert seen([0.5] * 100 + [0.52] * 100) == []


def test_what_is_not_finite_neither_counts_nor_blinds():
    losses = list(falling(0.05, spikes=(300,)))
    losses[250] = math.nan
    assert seen(losses) == [300]


def test_a_second_run_starts_afresh():
    first = Spikes()
    for _ in range(50):
        first.see(0.001)
    assert not Spikes().see(10.0)


def test_the_past_survives_an_interruption():
    losses = list(falling(0.05, spikes=(300,)))
    whole, first = Spikes(), Spikes()
    for loss in losses:
        whole.see(loss)
    for loss in losses[:150]:
        first.see(loss)
    again = Spikes()
    again.load_state_dict(json.loads(json.dumps(first.state_dict())))
    for loss in losses[150:]:
        again.see(loss)
    assert again.state_dict() == whole.state_dict()
