"""What runs take: measured as it is, told biggest first, page by page."""

import pytest
from django.db.models import Sum

from dashboard.metrics import store
from dashboard.runs.models import Run
from dashboard.storage import usage
from dashboard.storage.models import Usage
from tests.storage.given import ended, heavy

pytestmark = pytest.mark.django_db


def measured():
    while found := usage.unmeasured():
        usage.measure(found)


def test_points_log_and_samples_are_told_apart():
    run = heavy(log=12_345, picture=678)
    usage.measure([run.pk])
    kept = Usage.objects.get(run=run)
    assert (kept.log, kept.samples) == (12_345, 678)
    assert 0 < kept.points < 20_000
    assert kept.total == kept.points + kept.log + kept.samples


def test_an_ended_run_is_measured_once(run):
    heavy()
    measured()
    assert Usage.objects.count() == 2
    assert Usage.objects.get(run=run).final is False
    assert usage.unmeasured() == []


def test_a_live_run_is_measured_again_after_a_while(run):
    measured()
    Usage.objects.update(measured_at="2026-01-01T00:00Z")
    assert usage.unmeasured() == [run.pk]


def test_what_comes_after_the_end_is_noticed():
    run = heavy(log=10)
    measured()
    assert usage.changed() == []
    store.append_log(run.pk, 10, b"more")
    assert usage.changed() == [run.pk]
    usage.measure(usage.changed())
    assert Usage.objects.get(run=run).log == 14
    assert usage.changed() == []


def test_the_biggest_come_first_and_pages_meet():
    runs = [heavy(f"r{n}", points=5, log=100 * (n % 4), picture=1) for n in range(9)]
    measured()
    seen: list[Usage] = []
    after = ""
    while True:
        page = usage.biggest(after, most=2)
        seen += page.usages
        if not (after := page.next):
            break
    totals = [row.total for row in seen]
    assert totals == sorted(totals, reverse=True)
    assert {row.run_id for row in seen} == {run.pk for run in runs}
    assert len(seen) == 9


@pytest.mark.parametrize("mark", ["", "junk", "-", "12", "9" * 40 + "-x", "²-x", "\0-\0"])
def test_a_mark_that_nobody_made_shows_some_page(mark):
    heavy()
    measured()
    assert len(usage.biggest(mark).usages) <= 1


def test_projects_add_up():
    heavy(), heavy(), ended(project="empty")
    measured()
    shares = {project.name: share for project, share in usage.by_project().items()}
    assert list(shares) == ["default", "empty"]
    assert shares["default"].runs == 2
    assert shares["default"].total == Usage.objects.aggregate(n=Sum("total"))["n"]


def test_a_run_that_is_gone_meanwhile_is_passed_over():
    assert usage.measure(["f" * 32]) == 0
    assert not Run.objects.exists()
