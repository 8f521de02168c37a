"""The report of a study: whole in one file, true to the answer, and safe whatever names hold."""

import json
import re
import shlex

import pytest
from django.utils import translation

from dashboard.comparison.conclusion import conclude
from dashboard.comparison.definition import Definition
from dashboard.comparison.models import Arm, Member, Study
from dashboard.comparison.opening import open_study
from dashboard.comparison.plan import Plan, before_and_after
from dashboard.comparison.question import change_question
from dashboard.comparison.report import making, pictures
from dashboard.comparison.report.blocks import Code, Text
from dashboard.comparison.report.making import as_html, as_markdown
from dashboard.comparison.report.repeating import repeat
from dashboard.comparison.who import Who
from dashboard.metrics.series import Series
from dashboard.runs.models import Run, Status
from tests.comparison.given import runs_of
from tests.web.given import logged, ran
from trainers.__main__ import main

pytestmark = pytest.mark.django_db

LIN = Who("lin")
TITLE = "Less <noise> & | more"


def study(values=None, **more):
    asked = {"metric": "train/loss", "direction": "lower", "smallest": 0.1, **more}
    question = Definition(title=TITLE, hypothesis="noise hurts", **asked)
    plan = Plan(
        trainer="rehearsal",
        arms=before_and_after({"noise": 0.0}),
        seeds=3,
        config={"steps": 20, "noise": 0.3},
    )
    made = open_study(question, plan, LIN)
    for member in Member.objects.filter(arm__study=made).select_related("arm", "run"):
        assert member.run
        if values:
            logged(member.run, [9.0, 5.0, values[member.arm.name][member.seed]])
            Run.objects.filter(pk=member.run_id).update(status=Status.FINISHED)
    return made


CLEAR = {"before": [1.0, 1.1, 0.9], "after": [0.5, 0.59, 0.42]}


def html(made):
    return as_html(conclude(made), {"name": "</script><script>alert(1)</script>"})


def test_the_markdown_has_question_answer_runs_and_how_to_repeat_it():
    text = as_markdown(conclude(study(CLEAR)))
    assert text.startswith("# Less &lt;noise> & \\| more\n\n**Improved**\n")
    assert "Improved: train/loss of after is -0.497 against before" in text
    assert "| before | 0 |" in text
    assert "| config.noise | 0.3 | 0 | Intended |" in text


def test_each_command_repeats_the_run_of_its_arm(tmp_path, monkeypatch):
    """As it is printed, in the reader's shell."""
    made = study()
    words = [block.text for block in repeat(conclude(made)) if isinstance(block, Code)]
    config, before, after = words
    (tmp_path / "study.json").write_text(config)
    monkeypatch.chdir(tmp_path)
    assert len(before.splitlines()) == len(after.splitlines()) == 3
    for arm, command in (("before", before), ("after", after)):
        seed_of = {str(run.seed): run.config for run in runs_of(made, arm)}
        python, *asked = shlex.split(command.splitlines()[1])
        assert python == ".venv/bin/python"
        assert asked[:2] == ["-m", "trainers"]
        assert main(asked[2:]) == 0
        done = json.loads(
            (tmp_path / asked[asked.index("--run-dir") + 1] / "config.json").read_text()
        )
        assert done["config"] == seed_of[str(done["seed"])]


def test_a_change_that_no_command_can_hold_has_a_file_of_its_own():
    made = study()
    Arm.objects.filter(study=made, name="after").update(patch={"targets": [1, 2]})
    words = [block.text for block in repeat(conclude(made)) if isinstance(block, Code)]
    assert '"targets": [' in words[2]
    assert "--config arm-1.json" in words[3]


def test_the_commit_of_the_runs_is_named():
    made = study()
    git = {"commit": "0123abc", "dirty": True, "changed": ["train.py"]}
    Run.objects.filter(memberships__arm__study=made).update(snapshot={"git": git})
    told = [block.text for block in repeat(conclude(made)) if isinstance(block, Text)]
    assert told[0] == "In a checkout of commit 0123abc:"
    assert told[1] == "What was edited since and not committed is not kept: train.py."


def test_the_page_asks_for_nothing_from_anywhere():
    page = html(study(CLEAR))
    outside = re.findall(
        r"""(?:src|href)=|url\(|@import|https?://(?!www\.w3\.org/2000/svg)""", page
    )
    assert outside == []


def test_names_are_text_and_never_code():
    page = html(study(CLEAR))
    assert "Less &lt;noise&gt; &amp; | more" in page
    assert "alert(1)</script>" not in page
    data = re.search(r'<script type="application/json" id="study">(.*)</script>', page)
    assert data
    assert json.loads(data[1])["name"].startswith("</script>")


def test_every_run_has_its_mark_and_its_line():
    page = html(study(CLEAR))
    assert page.count("<circle") == 6
    assert page.count("<polyline") == 6
    assert page.count('class="pair"') == 3


def test_a_study_whose_runs_wait_has_a_report_without_pictures():
    page = html(study())
    assert "0 of 6 runs have ended" in page
    assert "<svg" not in page
    assert '<p class="label">Not ended yet</p>' in page
    assert "No test" not in page


def test_a_deleted_and_a_crashed_run_are_in_the_report():
    made = study(CLEAR)
    first, second, *_ = [m.run for m in Member.objects.filter(arm__study=made, arm__place=1)]
    assert first
    assert second
    Run.objects.filter(pk=first.pk).update(status=Status.FAILED)
    second.delete()
    text = as_markdown(conclude(made))
    assert "after: 1 of 3 runs crashed" in text
    assert "after: 1 of 3 runs were deleted" in text
    assert "| Crashed |" in text
    assert "| Deleted |" in text


def test_the_edits_that_the_runs_were_made_with_are_applied():
    made = study()
    diff = "--- a/train.py\n+++ b/train.py\n"
    git = {"commit": "0123abc", "dirty": True, "diff": diff}
    Run.objects.filter(memberships__arm__study=made).update(snapshot={"git": git})
    told = repeat(conclude(made))
    assert told[2] == Code(diff)
    assert told[3] == Code("git apply edits.diff")


def held(page):
    data = re.search(r'<script type="application/json" id="study">(.*)</script>', page)
    assert data
    return json.loads(data[1], parse_constant=pytest.fail)


def test_programs_read_the_curves_in_the_file():
    made = study(CLEAR)
    run = runs_of(made, "after")[0]
    first, *_ = [one for one in held(html(made))["curves"] if one["run"] == run.name]
    assert (first["arm"], first["points"]) == ("after", 3)
    assert (first["steps"], first["values"]) == ([1, 2, 3], [9.0, 5.0, 0.5])


def test_a_value_that_is_no_number_is_told_and_leaves_the_data_readable():
    made = study()
    run = runs_of(made, "after")[0]
    logged(run, [2.0, 1.0, "NaN"])
    page = html(made)
    assert "1 value that is no finite number is not drawn." in page
    [broken] = [one for one in held(page)["curves"] if one["run"] == run.name]
    assert broken["values"][-1] == "NaN"


def test_what_changes_and_who_asked_stand_in_the_question():
    made = study(CLEAR)
    source = ran("the source")
    Study.objects.filter(pk=made.pk).update(rule="noisy", source=source)
    text = as_markdown(conclude(Study.objects.get(pk=made.pk)))
    assert "Asked by the rule noisy, which saw a fault in the run the source." in text
    assert "- noise: 0.3 → 0.0" in text


def test_curves_beyond_the_sixtieth_are_counted(monkeypatch):
    monkeypatch.setattr(making, "MOST_CURVES", 4)
    assert "Drawn are 4 of 6 runs." in html(study(CLEAR))


def test_sixteen_arms_can_be_told_apart():
    inks = [pictures._ink(arm) for arm in range(16)]
    assert len(set(inks)) == 16
    names = [f"only part {arm} and another part" for arm in range(16)]
    drawn = [pictures.Curve(arm, Series.of([1, 2], [1.0, 2.0])) for arm in range(16)]
    picture = pictures.curves(drawn, names)
    assert all(name in picture for name in names)
    ends = [float(x) for x in re.findall(r'key" x1="[\d.]+" y1="[\d.]+" x2="([\d.]+)"', picture)]
    assert len(ends) == 16
    assert max(ends) < pictures.WIDTH


def test_values_that_are_all_alike_are_drawn():
    alike = {"before": [1.0] * 3, "after": [1.0] * 3}
    assert html(study(alike)).count("<circle") == 6


def test_a_changed_question_is_told():
    made = study(CLEAR)
    change_question(made, LIN, smallest=0.2)
    made.refresh_from_db()
    told = as_markdown(conclude(made))
    assert "lin changed the smallest effect that matters from 0.1 to 0.2." in told


def test_the_report_speaks_the_readers_language():
    made = study(CLEAR)
    with translation.override("zh-hans"):
        assert '<html lang="zh-hans">' in html(made)
        assert "有改善" in as_markdown(conclude(made))


@pytest.mark.parametrize(("kind", "told"), [("html", "text/html"), ("md", "text/markdown")])
def test_programs_fetch_it(as_scope, kind, told):
    made = study(CLEAR)
    answer = as_scope("viewer").get(f"/api/studies/{made.pk}/report/?file={kind}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(told)
    assert f"study-{made.pk}.{kind}" in answer["Content-Disposition"]


def test_another_kind_of_file_is_refused(as_scope):
    made = study()
    answer = as_scope("viewer").get(f"/api/studies/{made.pk}/report/?file=pdf")
    assert answer.status_code == 400
    assert "html or md" in json.dumps(answer.json())


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3e-9, 4e-9), (0.98, 1.02), (-7e8, 5e8)])
def test_the_numbers_on_a_scale_are_round_and_within_it(low, high):
    ticks = pictures.Scale(low, high, 0, 100).ticks
    assert 2 <= len(ticks) <= 7
    assert all(low - 1e-9 * (high - low) <= tick <= high + 1e-9 * (high - low) for tick in ticks)
