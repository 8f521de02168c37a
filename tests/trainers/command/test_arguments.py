"""What a person types is one argument of the command, whatever it contains, and nothing else."""

import json

import pytest

from tests.trainers.command.given import NAME, PYTHON
from trainers.catalog import Catalogue
from trainers.command.order import order
from trainers.config import ConfigError, complete

AWKWARD = [
    "two words",
    'it\'s "quoted"',
    "; rm -rf /",
    "$(touch hacked) `touch hacked` ${HOME}",
    "a && b || c | d > e < f & g",
    "模型,第二版",
    "first\nsecond\r\nthird",
    "*.py ~ ? [a] {lr} \\",
    "",
    "a=b --c=d",
]


@pytest.fixture
def config(bench, monkeypatch):
    """The configuration of a command that is registered here, with these values."""
    monkeypatch.setenv("FIXPOINT_COMMANDS", str(bench.file))

    def made(values=None, **definition):
        bench.register(**definition)
        catalogue = Catalogue()
        assert catalogue.problems == ()
        return complete(catalogue[NAME], "", values or {})

    return made


def argv(config, bench, attempt=1):
    return order(config, bench.run_dir, 7, attempt).argv


def test_a_text_reaches_the_program_as_it_was_typed(bench):
    program = bench.script("import json, sys; json.dump(sys.argv[1:], open('told.json', 'w'))")
    names = [f"note{number}" for number in range(len(AWKWARD))]
    bench.register(
        run=[*program, *(f"--{name}={{{name}}}" for name in names), "{lr}", "end"],
        parameters={name: {"type": "text"} for name in names}
        | {"lr": {"type": "float", "default": 1e-5}},
    )
    values = bench.home / "values.json"
    values.write_text(json.dumps(dict(zip(names, AWKWARD, strict=True))))
    assert bench.run("--config", str(values)) == 0
    texts = [f"--{name}={text}" for name, text in zip(names, AWKWARD, strict=True)]
    assert bench.told() == [*texts, "1e-05", "end"]
    files = sorted(path.name for path in bench.home.iterdir())
    assert files == ["program.py", "told.json", "values.json"]


def test_a_text_cannot_become_an_option(config, bench):
    parameters = {"note": {"type": "text", "default": "x"}, "file": {"type": "path"}}
    given = {"run": ["true", "{note}", "--name={note}", "{file}"], "parameters": parameters}
    assert argv(config({"note": "a -b"}, **given), bench)[1:3] == ["a -b", "--name=a -b"]
    for field in ("note", "file"):
        with pytest.raises(ConfigError, match="must not begin with a dash"):
            config({field: "--output=/etc/passwd"}, **given)


def test_a_text_behind_an_empty_one_cannot_become_an_option_either(config):
    parameters = {"a": {"type": "text"}, "b": {"type": "text"}}
    with pytest.raises(ConfigError, match="b: It must not begin with a dash"):
        config({"b": "-x"}, run=["true", "{a}{b}"], parameters=parameters)


def test_a_dash_is_allowed_where_the_argument_begins_otherwise(config, bench):
    parameters = {"note": {"type": "text"}}
    made = config({"note": "-x"}, run=["true", "--note={note}"], parameters=parameters)
    assert argv(made, bench) == ["true", "--note=-x"]


def test_a_negative_number_is_a_number(config, bench):
    parameters = {"bias": {"type": "float", "default": -1}}
    assert argv(config(run="true {bias}", parameters=parameters), bench) == ["true", "-1.0"]


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_what_no_argument_can_hold_is_refused(config, text):
    with pytest.raises(ConfigError):
        config({"note": text}, run=["true", "{note}"], parameters={"note": {"type": "text"}})


def test_a_line_is_split_by_the_rules_of_quoting_alone(config, bench):
    made = config(run="""bash 'my script.sh' "a b" {{literal}} --x={seed}""")
    assert argv(made, bench) == ["bash", "my script.sh", "a b", "{literal}", "--x=7"]


def test_flags_are_what_the_definition_says(config, bench):
    parameters = {
        "amp": {"type": "bool", "default": False, "when_on": "1", "when_off": "0"},
        "tag": {"type": "text"},
    }
    run = [
        "true",
        "--amp={amp}",
        {"when": "amp", "then": ["--fast"], "otherwise": ["--slow", "{seed}"]},
        {"when": "tag", "then": ["--tag", "={tag}"]},
    ]
    given = {"run": run, "parameters": parameters}
    assert argv(config(**given), bench) == ["true", "--amp=0", "--slow", "7"]
    made = config({"amp": True, "tag": "x y"}, **given)
    assert argv(made, bench) == ["true", "--amp=1", "--fast", "--tag", "=x y"]


def test_resume_is_added_from_the_second_attempt_on(config, bench):
    made = config(run=["true"], resume=["--resume", "{run_dir}/last", "{attempt}"])
    assert argv(made, bench) == ["true"]
    assert argv(made, bench, attempt=3) == ["true", "--resume", f"{bench.run_dir}/last", "3"]


@pytest.mark.parametrize(
    ("parameter", "value", "says"),
    [
        ({"type": "int", "default": 4, "at_most": 8}, 9, "less than or equal to 8"),
        ({"type": "float", "default": 0.5, "below": 1}, 1, "less than 1"),
        ({"type": "choice", "choices": ["a", "b", 3], "default": "a"}, "c", "'a', 'b' or '3'"),
        ({"type": "text", "pattern": "[a-z]+", "default": "a"}, "A", "must match [a-z]+"),
        ({"type": "text", "longest": 3}, "abcd", "at most 3 characters"),
        ({"type": "path", "default": "/x"}, "", "must not be empty"),
        ({"type": "path", "within": "/srv"}, "/etc/passwd", "must lie below /srv"),
        ({"type": "path", "within": "/srv"}, "/srv/../etc", "must lie below /srv"),
        ({"type": "path", "within": "/srv"}, "srv/x", "must lie below /srv"),
        ({"type": "bool", "default": True}, "maybe", "valid boolean"),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_range(config, parameter, value, says):
    with pytest.raises(ConfigError) as refused:
        config({"x": value}, run=["true", "--x={x}"], parameters={"x": parameter})
    assert says in str(refused.value)


def test_a_path_has_to_be_there_when_it_runs(bench):
    parameters = {"data": {"type": "path", "default": "nowhere.json"}}
    bench.register(run=["true", "{data}"], parameters=parameters)
    assert bench.run() == 2
    assert f"data: there is no {bench.home}/nowhere.json on this host" in bench.end[1]


def test_a_link_out_of_where_a_path_may_lie_is_refused_when_it_runs(bench, tmp_path):
    (bench.home / "out").symlink_to("/etc/hostname")
    parameters = {"data": {"type": "path", "within": str(bench.home)}}
    bench.register(run=["true", "{data}"], parameters=parameters)
    assert bench.run("--set", f"data={bench.home}/out") == 2
    assert "which is not below" in bench.end[1]


def test_values_reach_the_environment(bench):
    program = bench.script("import json, os; json.dump(dict(os.environ), open('told.json', 'w'))")
    bench.register(
        run=program,
        parameters={"note": {"type": "text"}},
        environment={"NOTE": "a {note}", "WORKERS": 4, "PYTHONPATH": "/srv/code"},
    )
    assert bench.run("--set", "note=$HOME; x", FIXPOINT_WORKER_TOKEN="secret") == 0
    told = bench.told()
    assert (told["NOTE"], told["WORKERS"]) == ("a $HOME; x", "4")
    assert told["PYTHONPATH"].endswith("/client:/srv/code")
    assert (told["FIXPOINT_SEED"], told["FIXPOINT_ATTEMPT"]) == ("7", "1")
    assert told["FIXPOINT_RUN_DIR"] == str(bench.run_dir)
    assert "FIXPOINT_WORKER_TOKEN" not in told


def test_the_program_is_found_on_the_path_of_the_definition(bench):
    (bench.home / "bin").mkdir()
    (bench.home / "bin" / "mytrain").symlink_to(PYTHON)
    path = f"{bench.home}/bin:/usr/bin"
    bench.register(run="mytrain -c pass", environment={"PATH": path})
    assert bench.run() == 0
