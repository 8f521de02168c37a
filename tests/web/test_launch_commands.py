"""A registered command is launched by the same form as any trainer; its file's faults are told."""

import io

import pytest
import yaml
from django.core.management import call_command

from dashboard.runs.models import Run

COMMAND = {
    "title": "Our detector",
    "summary": "As scripts/train.sh trains it.",
    "directory": "/srv/detector",
    "run": "bash scripts/train.sh --lr {lr} --workers {workers} --name={note} --data={data} {mode}",
    "parameters": {
        "lr": {
            "type": "float",
            "default": 1e-4,
            "above": 0,
            "at_most": 1,
            "title": "Learning rate",
            "group": "Optimisation",
            "help": "Of AdamW.",
            "unit": "1/step",
        },
        "workers": {"type": "int", "default": 4, "at_least": 0, "at_most": 32, "group": "Data"},
        "note": {"type": "text", "title": "Note", "help": "Any text."},
        "data": {"type": "path", "default": "/data/coco", "within": "/data", "group": "Data"},
        "mode": {"type": "choice", "choices": ["fast", "full"], "default": "fast"},
        "amp": {"type": "bool", "default": True},
    },
    "presets": {
        "careful": {"title": "Careful", "help": "Small steps.", "values": {"lr": 1e-5}},
    },
    "metrics": [{"name": "train/loss", "title": "损失", "direction": "lower"}],
    "primary": "train/loss",
}
FORM = "/launch/detector/"


@pytest.fixture
def register(tmp_path, monkeypatch):
    """Writes the administrator's file."""

    def write(**commands):
        file = tmp_path / "commands.yaml"
        file.write_text(yaml.safe_dump({"commands": commands}, allow_unicode=True))
        monkeypatch.setenv("FIXPOINT_COMMANDS", str(file))
        return file

    return write


@pytest.fixture
def form_page(page_client, register):
    register(detector=COMMAND)
    return page_client.get(FORM).content.decode()


def typed(client, **changes):
    """The form as it stands, sent with these changes."""
    form = client.get(FORM).context["config"]
    values = {f"config-{name}": form[name].value() for name in form.fields}
    about = {"name": "mine", "project": "default", "tags": "", "seed": "5", "priority": "0"}
    return {**about, **values, "note": "", "preset": "", **changes}


def test_the_chooser_shows_it_with_its_presets(page_client, register):
    register(detector=COMMAND)
    page = page_client.get("/launch/").content.decode()
    assert "Our detector" in page
    assert "/launch/detector/?preset=careful" in page


def test_parameters_stand_under_their_groups_with_help_unit_and_range(form_page):
    for text in ("Optimisation", "Learning rate", "Of AdamW.", "1/step", "Data", "Workers"):
        assert text in form_page
    assert "0 to 32" in form_page
    assert 'name="config-lr" value="1e-05"' in form_page  # of the first preset
    assert '<option value="fast"' in form_page
    assert 'name="config-amp"' in form_page


def test_the_definitions_version_is_shown_and_nothing_else_can_be_chosen(form_page):
    assert form_page.count('name="config-definition"') == 1
    select = form_page.partition('name="config-definition"')[2].partition("</select>")[0]
    assert select.count("<option") == 1


def test_a_launch_queues_the_run_with_what_was_typed(page_client, register):
    register(detector=COMMAND)
    text = "two words; rm -rf \"$HOME\" '-x' 模型"
    answer = page_client.post(FORM, typed(page_client, **{"config-note": text, "config-lr": "0.5"}))
    assert answer.status_code == 302, answer.context["config"].errors
    run = Run.objects.get()
    assert (run.trainer, run.config["note"], run.config["lr"]) == ("detector", text, 0.5)
    assert len(run.config["definition"]) == 12


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("lr", "0", "Must be above 0"),
        ("lr", "fast", "Enter a number"),
        ("workers", "33", "less than or equal to 32"),
        ("mode", "slow", "not one of the available choices"),
        ("data", "/etc/passwd", "This must lie below /data (got"),
        ("definition", "0123", "not one of the available choices"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field(page_client, register, field, value, says):
    register(detector=COMMAND)
    answer = page_client.post(FORM, typed(page_client, **{f"config-{field}": value}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert f'id="id_config-{field}_error"' in page
    assert not Run.objects.exists()


def test_the_pages_of_its_runs_call_its_metrics_by_their_titles(page_client, register):
    register(detector=COMMAND)
    page_client.post(FORM, typed(page_client))
    run = Run.objects.get()
    assert page_client.get(run.get_absolute_url()).status_code == 200
    assert page_client.get("/").status_code == 200


def test_a_run_whose_command_is_gone_is_still_shown(page_client, register):
    register(detector=COMMAND)
    page_client.post(FORM, typed(page_client))
    register()
    assert page_client.get(Run.objects.get().get_absolute_url()).status_code == 200
    assert page_client.get("/").status_code == 200
    assert page_client.get(FORM).status_code == 404


def test_a_clone_after_the_definition_changed_is_marked(page_client, register):
    register(detector=COMMAND)
    page_client.post(FORM, typed(page_client))
    run = Run.objects.get()
    register(detector={**COMMAND, "environment": {"A": "1"}})
    page = page_client.get(FORM, {"clone": run.pk}).content.decode()
    assert page_client.get(FORM, {"clone": run.pk}).status_code == 200
    assert 'name="config-definition"' in page


def test_a_broken_file_takes_no_page_down_and_is_told_to_administrators(
    page_client, member, register
):
    file = register(detector={**COMMAND, "colour": "red"})
    assert str(file) not in page_client.get("/launch/").content.decode()
    member.is_superuser = True
    member.save()
    page = page_client.get("/launch/").content.decode()
    assert "commands.detector.colour: there is no such field" in page
    assert str(file) in page
    assert "/launch/rehearsal/" in page


def test_manage_py_check_tells_what_is_wrong_and_passes(register):
    file = register(detector={**COMMAND, "colour": "red"})
    told = io.StringIO()
    call_command("check", stderr=told, stdout=told)
    text = told.getvalue()
    assert "fixpoint.W001" in text
    assert str(file) in text
