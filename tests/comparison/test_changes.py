"""The change ledger: what was meant, what chance has mixed, and what confounds."""

from dashboard.comparison.changes import Meant, Standing, confounders, differences

NOTHING = Meant()


def run(**more):
    return {
        "config": {"lr": 0.1, "steps": 10},
        "code": {"commit": "a"},
        "machine": {"host": "one"},
        "seed": 0,
        **more,
    }


def standings(before, after, meant=NOTHING):
    return {one.name: one.standing for one in differences(before, after, meant)}


def test_runs_alike_have_an_empty_ledger():
    assert differences([run(), run()], [run()], Meant()) == []


def test_the_patch_is_intended_and_all_else_confounds():
    after = run(config={"lr": 0.2, "steps": 20}, code={"commit": "b"})
    found = standings([run()], [after], Meant(patch={"lr"}))
    assert found == {
        "config.lr": Standing.INTENDED,
        "config.steps": Standing.CONFOUNDER,
        "code.commit": Standing.CONFOUNDER,
    }


def test_a_nested_field_of_the_patch_is_intended():
    one, other = run(config={"bank": {"size": 1}}), run(config={"bank": {"size": 2}})
    assert standings([one], [other], Meant(patch={"bank"})) == {
        "config.bank.size": Standing.INTENDED
    }


def test_hosts_that_both_arms_ran_on_favour_neither():
    other = run(machine={"host": "two"})
    assert standings([run(), other], [other, run(), run()]) == {"machine.host": Standing.MIXED}


def test_a_host_of_one_arm_alone_confounds():
    other = run(machine={"host": "two"})
    assert standings([run(), run()], [run(), other]) == {"machine.host": Standing.CONFOUNDER}


def test_seeds_never_confound():
    one, other = [run(seed=0), run(seed=1)], [run(seed=1), run(seed=0)]
    assert standings(one, other) == {"seed": Standing.MIXED}
    assert standings(one, [run(seed=7)]) == {"seed": Standing.BY_DESIGN}


def test_a_difference_that_somebody_explained_confounds_no_more():
    meant = Meant(reasons={"code.commit": "only the README changed"})
    [found] = differences([run()], [run(code={"commit": "b"})], meant)
    assert (found.standing, found.reason) == (Standing.EXPLAINED, "only the README changed")
    assert confounders([found]) == []


def test_data_follow_from_a_change_of_the_data():
    one, other = run(data={"data/fingerprint": "x"}), run(data={"data/fingerprint": "y"})
    assert standings([one], [other]) == {"data.data/fingerprint": Standing.CONFOUNDER}
    assert standings([one], [other], Meant(prefixes=("data.",))) == {
        "data.data/fingerprint": Standing.INTENDED
    }


def test_an_arm_that_does_not_tell_is_unknown():
    silent = {name: value for name, value in run().items() if name != "code"}
    assert standings([run()], [silent]) == {"code.commit": Standing.UNKNOWN}


def test_a_run_that_does_not_tell_hides_nothing_that_the_others_tell():
    silent = {name: value for name, value in run().items() if name != "code"}
    assert standings([run(), silent], [run()]) == {}


def test_one_and_one_point_zero_are_one_value_and_true_is_another():
    assert standings([run(config={"a": 1})], [run(config={"a": 1.0})]) == {}
    assert standings([run(config={"a": 1})], [run(config={"a": True})]) != {}


def test_many_values_are_shown_by_the_most_frequent():
    hosts = [run(machine={"host": str(n)}) for n in (*range(20), 3)]
    [found] = differences(hosts, [run()], Meant())
    assert found.before[0] == "3"
    assert len(found.before) == 6
