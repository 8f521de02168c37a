"""Power and the number of runs: as the non-central t says, and as it is simulated."""

import numpy as np
import pytest
from scipy import stats

from dashboard.comparison.statistics.distributions import t_power, t_probability, t_quantile
from dashboard.comparison.statistics.power import paired_power, unpaired_power


@pytest.mark.parametrize("freedom", [1, 2, 4, 8, 38, 400])
@pytest.mark.parametrize("shift", [0, 0.5, 1, 2, 4])
def test_power_is_that_of_the_non_central_t(freedom, shift):
    limit = stats.t.ppf(0.975, freedom)
    told = stats.nct.sf(limit, freedom, shift) + stats.nct.cdf(-limit, freedom, shift)
    assert t_power(shift, freedom, 0.95) == pytest.approx(told, abs=1e-4)


def test_quantiles_and_probabilities_agree_with_scipy():
    assert t_quantile(0.975, 3.7) == pytest.approx(stats.t.ppf(0.975, 3.7))
    assert t_probability(-2.5, 3.7) == pytest.approx(2 * stats.t.cdf(-2.5, 3.7))


def test_the_power_of_unequal_estimates_is_as_simulated():
    rng = np.random.default_rng(5)
    one, other = rng.normal(0, 1, (20_000, 4)), rng.normal(1.5, 1, (20_000, 4))
    seen = stats.ttest_ind(one, other, axis=1, equal_var=False).pvalue < 0.05
    assert unpaired_power(1.5, 1, 4) == pytest.approx(seen.mean(), abs=0.012)


@pytest.mark.parametrize(("runs", "power"), [(3, 0.38), (5, 0.76), (10, 0.99)])
def test_the_power_of_few_runs_to_see_two_deviations_is_what_is_known(runs, power):
    assert unpaired_power(2, 1, runs) == pytest.approx(power, abs=0.015)


def test_pairs_that_go_together_see_more():
    spread = np.sqrt(2 * (1 - 0.8))
    assert paired_power(2, spread, 3) == pytest.approx(0.79, abs=0.03)


def test_no_effect_is_seen_at_the_rate_of_false_alarms():
    assert paired_power(0, 1, 5) == pytest.approx(0.05, abs=1e-5)


def test_a_huge_effect_is_seen_for_sure():
    assert t_power(1e9, 4, 0.95) == pytest.approx(1)


@pytest.mark.parametrize("freedom", [1, 3, 100])
def test_power_stays_a_number_where_scipys_series_does_not(freedom):
    found = [t_power(shift, freedom, 0.99) for shift in (8, 29, 64, 1000)]
    assert found == sorted(found)
    assert all(0 < power <= 1 + 1e-12 for power in found)
