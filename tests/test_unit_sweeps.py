"""Sweeps: what a file may say, and that every variant is run once, whatever happens."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, load_script

from secondline.chapters.project import Project, Request
from secondline.chapters.running import Limits
from secondline.chapters.sweep_table import sweep_table, write_table
from secondline.chapters.sweeping import KILLED, Outcome, run_here, run_variants
from secondline.chapters.sweeps import read_sweep
from secondline.errors import InputError

POOLED = "bispecifics/pooled-response"


@pytest.fixture(scope="module")
def project():
    return Project(ROOT)


@pytest.fixture
def sweep(project, tmp_path):
    def read(text, name="mine.yml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_sweep(path, project)

    return read


def test_a_grid_has_all_combinations_but_those_left_out(sweep):
    found = sweep(f"""
title: Ways
chapter: {POOLED}
grid: {{outcome: [ORR, CR], method: [DL, REML, common], ci: [wald, hksj]}}
same: {{transform: logit}}
without: [{{method: common, ci: hksj}}]
""")
    assert (found.name, found.title) == ("mine", "Ways")
    assert found.varied == ("transform", "outcome", "method", "ci")
    assert len(found.requests) == 10
    assert all(r.values["transform"] == "logit" for r in found.requests)
    assert not [r for r in found.requests if (r.values["method"], r.values["ci"]) == ("common", "hksj")]


def test_lists_keep_their_order_and_each_variant_is_there_once(sweep):
    found = sweep(f"chapter: {POOLED}\nlist: [{{outcome: CR}}, {{}}, {{outcome: ORR}}, {{outcome: CR}}]")
    assert [r.values["outcome"] for r in found.requests] == ["CR", "ORR"]


def test_draws_are_the_same_for_a_seed_and_within_their_limits(sweep):
    text = """
chapter: zuma7/design-your-own
draws:
  n: 40
  seed: {seed}
  between: {{hazard_ratio: [0.5, 0.9], n: [100, 103]}}
  among: {{effect: [none, delayed]}}
"""
    # none is a word of YAML only as ~ or null
    first, again, other = (sweep(text.format(seed=s)).requests for s in (1, 1, 2))
    assert first == again != other
    values = [r.values for r in first]
    assert {v["n"] for v in values} == {100, 101, 102, 103}
    assert {v["effect"] for v in values} == {"none", "delayed"}
    ratios = np.array([v["hazard_ratio"] for v in values])
    assert ratios.min() >= 0.5 and ratios.max() <= 0.9 and np.unique(ratios).size == 40


def test_several_chapters_make_one_table(sweep):
    found = sweep(f"""
runs:
  - chapter: {POOLED}
    grid: {{method: [DL, PM]}}
  - chapter: zuma7/efficacy
    list: [{{horizon: 12}}]
""")
    assert [r.chapter for r in found.requests] == [POOLED, POOLED, "zuma7/efficacy"]
    assert found.requests[2].values["horizon"] == 12.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "mine.yml must be a mapping with a chapter or runs."),
        ("- 1", "must be a mapping"),
        ("chapter: [", "mine.yml, line 1 cannot be read"),
        ("a: !!python/object/apply:os.system ['touch hacked']", "could not determine a constructor"),
        ("a: !x 1", "cannot be read"),
        ("chapter: x\nchapter: y", "'chapter' stands there twice"),
        (f"chapter: {POOLED}\ngrid: {{outcome: [CR], outcome: [ORR]}}", "'outcome' stands there twice"),
        (f"chapter: {POOLED}\ngrid: {{[a]: [1]}}", "or is no name"),
        ("grid: {a: [1]}", "mine.yml has no chapter"),
        ("chapter: nowhere\ngrid: {a: [1]}", "There is no chapter 'nowhere'"),
        ("chapter: ../../etc/passwd\ngrid: {a: [1]}", "There is no chapter"),
        (f"chapter: {POOLED}", "must have one of grid, list and draws; it has 0"),
        (f"chapter: {POOLED}\ngrid: {{}}\nlist: []", "it has 2"),
        (f"chapter: {POOLED}\ngrid: {{}}", "grid in mine.yml has no variants"),
        (f"chapter: {POOLED}\ngrid: {{outcome: CR}}", "must be a list of values"),
        (f"chapter: {POOLED}\ngrid: {{outcome: []}}", "must be a list of values"),
        (f"chapter: {POOLED}\nlist: []", "mine.yml leaves no variant"),
        (f"chapter: {POOLED}\nlist: [1]", "must be a list of variants"),
        (f"chapter: {POOLED}\nlist: [{{outcome: PR}}]", "mine.yml, variant outcome: 'PR': outcome is 'PR'; allowed"),
        (f"chapter: {POOLED}\nlist: [{{outcom: CR}}]", "has no parameter 'outcom'"),
        (f"chapter: {POOLED}\nlist: [{{outcome: no}}]", "outcome is False; it must be a text. Put it in quotes."),
        (f"chapter: {POOLED}\nlist: [{{outcome: null}}]", "outcome is None"),
        (f"chapter: {POOLED}\nlist: [{{outcome: 2026-01-01}}]", "must be a text"),
        ("chapter: zuma7/efficacy\nlist: [{horizon: .nan}]", "horizon is nan; it must be a finite"),
        ("chapter: zuma7/efficacy\nlist: [{horizon: 2}]", "a number from 3 to 36"),
        (f"chapter: {POOLED}\nlist: [{{trials: 'not here.csv'}}]", "there is no such file"),
        (f"chapter: {POOLED}\nlist: [{{outcome: CR}}]\nsame: {{outcome: CR}}", "gives outcome two values"),
        (f"chapter: {POOLED}\nlist: [{{}}]\nwithout: 3", "without in mine.yml must be a list"),
        (f"chapter: {POOLED}\nlist: [{{}}]\nmore: 3", "mine.yml has 'more'; allowed: 'title'"),
        ("runs: []", "runs in mine.yml must be a list of runs"),
        ("runs: [1]", "must be a mapping with a chapter"),
        ("title: 3\nchapter: zuma7/efficacy\nlist: [{}]", "title in mine.yml is 3; it must be a text"),
        ("chapter: zuma7/efficacy\ndraws: {n: -1, seed: 1, between: {level: [0.6, 0.7]}}", "n of the draws"),
        ("chapter: zuma7/efficacy\ndraws: {n: 1, between: {level: [0.6, 0.7]}}", "seed of the draws in mine.yml is None"),
        ("chapter: zuma7/efficacy\ndraws: {n: 1, seed: 1}", "need between or among"),
        ("chapter: zuma7/efficacy\ndraws: {n: 1, seed: 1, between: {level: [0.7, 0.6]}}", r"write \[lowest, highest\]"),
        ("chapter: zuma7/efficacy\ndraws: {n: 1, seed: 1, between: {level: [0.7, .inf]}}", r"write \[lowest, highest\]"),
        ("chapter: zuma7/efficacy\ndraws: {n: 1, seed: 1, spread: 3}", "has 'spread'; allowed"),
        (
            "chapter: zuma7/efficacy\ngrid: {horizon: &a [3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "
            "milestone: *a, level: *a, base: *a, cohort: *a, geo_file: *a}",
            "grid in mine.yml has 1000000 variants; at most 100000",
        ),
        ("a: " + "[" * 5000, "mine.yml"),
    ],
)  # fmt: skip
def test_what_a_file_may_not_say_is_one_sentence(sweep, tmp_path, monkeypatch, text, sentence):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=sentence) as caught:
        sweep(text)
    assert len(str(caught.value)) < 900
    assert [p.name for p in tmp_path.iterdir()] == ["mine.yml"]


def test_own_files_count_from_where_the_command_is_given(sweep, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my trials.csv").write_text("")
    found = sweep(f"chapter: {POOLED}\nlist: [{{trials: my trials.csv}}, {{trials: ''}}]")
    assert [r.values["trials"] for r in found.requests] == [str(tmp_path / "my trials.csv"), ""]


def test_files_that_cannot_be_read_are_named(project, tmp_path):
    with pytest.raises(InputError, match="no.yml cannot be read"):
        read_sweep(tmp_path / "no.yml", project)
    with pytest.raises(InputError, match="must be named with letters"):
        read_sweep(tmp_path / "my sweep.yml", project)
    (tmp_path / "odd.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="odd.yml"):
        read_sweep(tmp_path / "odd.yml", project)


@pytest.mark.parametrize("path", sorted((ROOT / "sweeps").glob("*.yml")), ids=lambda p: p.stem)
def test_the_ready_made_sweeps_can_be_run(project, path):
    found = read_sweep(path, project)
    assert found.title != found.name
    assert len(found.requests) > 10


# ---- running


def outcomes_of(root, ns, record=None, **options):
    project = Project(root)
    requests = tuple(project.request("part/one", {"n": n}) for n in ns)
    execute = partial(
        run_here, root=root, workers=2, limits=Limits(cell_seconds=60),
        force=options.get("force", False),
    )  # fmt: skip
    return run_variants(requests, project, record or root / "failures.json", execute, **options)


def test_all_are_run_once_and_failures_fail_nobody_else(made):
    root = made(
        "from pathlib import Path\n"
        "with open('../../ran.txt', 'a') as file: file.write(f'{n}\\n')\n"
        "if n == 3: 1 / 0\n"
        "if n == 4:\n    import os; os._exit(1)\n"
        "record(square=n * n)"
    )
    first = outcomes_of(root, range(1, 7))
    assert [o.status for o in first] == ["ok", "ok", "failed", "failed", "ok", "ok"]
    assert [o.results.get("square") for o in first] == [1, 4, None, None, 25, 36]
    assert "stopped in cell" in first[2].error and first[2].repeatable
    assert "the kernel died" in first[3].error and not first[3].repeatable
    ran = lambda: sorted(map(int, (root / "ran.txt").read_text().split()))  # noqa: E731
    assert ran() == [1, 2, 3, 4, 5, 6]
    # what is finished is not run again, nor what would fail again; a kernel that died may live
    again = outcomes_of(root, range(1, 8))
    assert ran() == [1, 2, 3, 4, 4, 5, 6, 7]
    assert [o.results for o in again[:6]] == [o.results for o in first]
    assert [o.seconds for o in again[:2]] == [o.seconds for o in first[:2]]
    outcomes_of(root, [3], retry=True)
    assert ran() == [1, 2, 3, 3, 4, 4, 5, 6, 7]
    told = []
    outcomes_of(root, [1, 3], force=True, tell=lambda k, outcome: told.append(k))
    assert ran() == [1, 1, 2, 3, 3, 3, 4, 4, 5, 6, 7]
    assert sorted(told) == [0, 1]


def test_a_killed_process_costs_one_variant_at_most(made):
    """The process that runs the notebook is killed, as a system short of memory does it."""
    root = made(
        "import os, signal, time\n"
        "if n == 2:\n"
        "    os.kill(int(os.environ['JPY_PARENT_PID']), signal.SIGKILL)\n"
        "    time.sleep(30)\n"
        "record(n=n)"
    )
    found = outcomes_of(root, range(1, 6))
    assert [o.status for o in found] == ["ok", "failed", "ok", "ok", "ok"]
    assert found[1].error == KILLED and not found[1].repeatable
    assert [o.results.get("n") for o in found] == [1, None, 3, 4, 5]


def test_two_sweeps_at_once_share_a_store(made):
    """With a file of the reader's own, in a folder that a shell would take apart."""
    own = made("record(n=n, own=open(file).read())") / "my folder é/own 'file'.csv"
    own.parent.mkdir()
    own.write_text("x,y")
    root = own.parents[1]
    code = (
        "import sys; from functools import partial; from pathlib import Path\n"
        "from secondline.chapters.project import Project\n"
        "from secondline.chapters.running import Limits\n"
        "from secondline.chapters.sweeping import run_here, run_variants\n"
        "root, own, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]\n"
        "if __name__ == '__main__':\n"
        "    project = Project(root)\n"
        "    ask = [project.request('part/one', {'n': n, 'file': own}) for n in range(1, 5)]\n"
        "    run = partial(run_here, root=root, workers=1, limits=Limits())\n"
        "    print([o.results for o in run_variants(tuple(ask), project, root / name, run)])\n"
    )
    script = root / "two.py"
    script.write_text(code)
    both = [
        subprocess.Popen(
            [sys.executable, str(script), str(root), str(own), f"{name}.json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for name in "ab"
    ]  # fmt: skip
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert told[0][0] == told[1][0]
    assert eval(told[0][0]) == [{"n": n, "own": "x,y"} for n in range(1, 5)]
    project = Project(root)
    for n in range(1, 5):
        request = project.request("part/one", {"n": n, "file": str(own)})
        assert project.look_up(project.key(request)).manifest["results"]["n"] == n


def test_a_record_that_is_broken_is_no_hindrance(made):
    root = made("record(n=n)")
    for content in ("{", "[1]", '{"a": 1}', '{"a": {}}'):
        (root / "failures.json").write_text(content)
        assert [o.status for o in outcomes_of(root, [1])] == ["ok"]


# ---- the table


def outcome(chapter="a/b", status="ok", error="", values=None, **results):
    return Outcome(Request(chapter, values or {}, {}), status, 1.5, results, error)


def test_the_table_is_tidy_and_both_files_hold_the_same(tmp_path):
    table = sweep_table(
        [
            outcome(values={"n": 1, "level": 0.9}, share=0.5, level=3, ways=[1, None], word="é, \"x\""),
            outcome("c/d", values={"other": "x"}, share=None, count=4, mixed="a"),
            outcome(status="failed", error="a/b stopped:\n1", values={"n": 2, "level": 0.8}, mixed=2),
        ],
        ("n", "level", "other"),
    )
    assert list(table)[:8] == ["variant", "chapter", "n", "level", "other", "status", "seconds", "error"]
    assert table["recorded_level"].tolist()[0] == 3
    assert table["ways"][0] == "[1, null]"
    assert table["n"].dtype == "Int64" and table["n"].isna().tolist() == [False, True, False]
    assert table["mixed"].tolist()[1:] == ["a", "2"]
    plain, packed = write_table(table, tmp_path / "new folder", "t")
    back = pd.read_csv(plain)
    assert back["word"][0] == 'é, "x"' and back["error"][2] == "a/b stopped:\n1"
    with duckdb.connect() as base:
        columns = base.execute("SELECT * FROM read_parquet($p)", {"p": str(packed)}).fetchall()
        names = [c[0] for c in base.description]
    assert names == list(table) == list(back)
    assert columns[0][names.index("share")] == 0.5 and columns[1][names.index("n")] is None


def test_a_table_of_failures_alone_can_be_written(tmp_path):
    table = sweep_table([outcome(status="failed", error="x")], ())
    write_table(table, tmp_path, "t")
    assert pd.read_csv(tmp_path / "t.csv")["status"].tolist() == ["failed"]


# ---- the command


@pytest.fixture(scope="module")
def command():
    return load_script("scripts/sweep.py").main


def write(path, n_values, extra=""):
    path.write_text(
        f"title: Small\nchapter: audit/claims\nsame: {{errors: 2, rounds: 1}}\n"
        f"grid: {{seed: [{', '.join(map(str, n_values))}]}}\n{extra}"
    )
    return path


def test_the_command_writes_table_manifest_and_notebooks(command, tmp_path, capsys):
    file, folder = write(tmp_path / "small.yml", [1, 2]), tmp_path / "out put"
    assert command([str(file), "-o", str(folder), "--notebooks"]) == 0
    table = pd.read_csv(folder / "small.csv")
    assert table["seed"].tolist() == [1, 2] and (table["status"] == "ok").all()
    manifest = json.loads((folder / "small.manifest.json").read_text())
    assert (manifest["done"], manifest["failed"], len(manifest["variants"])) == (2, 0, 2)
    assert sorted(p.name for p in (folder / "notebooks").iterdir()) == [
        "00001-audit-claims.ipynb", "00002-audit-claims.ipynb",
    ]  # fmt: skip
    assert str(folder / "small.parquet") in capsys.readouterr().out.splitlines()


def test_the_command_refuses_in_one_sentence(command, tmp_path, capsys):
    assert command([str(tmp_path / "no.yml")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    (tmp_path / "taken").write_text("")
    file = write(tmp_path / "small.yml", [1])
    assert command([str(file), "-o", str(tmp_path / "taken")]) == 2
    assert "cannot be written to" in capsys.readouterr().err
    from secondline.chapters.building import sole_build

    with sole_build(tmp_path / "out"):
        assert command([str(file), "-o", str(tmp_path / "out")]) == 2
    assert "Another sweep is running in" in capsys.readouterr().err


def test_stopped_in_the_middle_it_goes_on_where_it_was(tmp_path):
    """Ctrl+C at the terminal, which every process of the group gets."""
    seeds = [int(time.time()) % 900_000 + k for k in range(8)]
    file, folder = write(tmp_path / "long.yml", seeds), tmp_path / "out"
    arguments = [sys.executable, str(ROOT / "scripts/sweep.py"), str(file), "-o", str(folder)]
    options = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    project = Project(ROOT)
    keys = [project.key(r) for r in read_sweep(file, project).requests]
    first = subprocess.Popen([*arguments, "--workers", "2"], **options, start_new_session=True)
    while sum(project.look_up(key) is not None for key in keys) < 2:
        assert first.poll() is None, first.communicate()
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGINT)
    told = first.communicate(timeout=60)[1]
    assert first.returncode == 130, told
    assert "Stopped. What is finished is kept; the same command goes on." in told
    assert "Traceback" not in told
    entries = [project.look_up(key) for key in keys]
    assert 2 <= sum(e is not None for e in entries) < len(keys)
    done = subprocess.run([*arguments, "--workers", "2"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(folder / "long.csv")
    assert table["seed"].tolist() == seeds and (table["status"] == "ok").all()
    # nothing that was finished ran twice
    for key, entry in zip(keys, entries, strict=True):
        if entry is not None:
            assert project.look_up(key).manifest["started"] == entry.manifest["started"]
