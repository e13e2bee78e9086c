"""The chapter on the chemotherapy era: with the open data, with made tables, with a part, without."""

import ast
import json

import numpy as np
import pytest
from conftest import MADE_DATA as MADE
from conftest import displayed, put_made_data, run_in_process

from secondline import external, signatures
from secondline.chapters import check_number, read_recorded
from secondline.errors import InputError
from secondline.external import era

CHAPTER = "book/tme/chemotherapy-era-patients.ipynb"
QUICK = {"resamples": 50}
needs_data = pytest.mark.skipif(
    not external.available(*era.ERA_FILES),
    reason="the open data are not on this machine; SECONDLINE_DATA names their folder",
)


@pytest.fixture(scope="module")
def without(chapter_runner, tmp_path_factory):
    """The chapter, run by a kernel on a machine without the data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECONDLINE_DATA", str(tmp_path_factory.mktemp("no data")))
        # a seed of its own, so that no run with data is taken for it
        return chapter_runner(CHAPTER)(seed=7, **QUICK)


@pytest.fixture
def made(monkeypatch):
    """Put the made tables in the place of the open ones."""
    return lambda *names: put_made_data(monkeypatch, names)


def run_here(root, **parameters):
    """Run the cells in this process; return what they show and what they record."""
    shown, recorded = [], {}
    namespace: dict = {"display": lambda *a, **k: None}
    for cell in json.loads((root / CHAPTER).read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        body = ast.parse("".join(cell["source"])).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), CHAPTER, "exec"), namespace)
        if "parameters" in cell["metadata"].get("tags", []):
            namespace |= parameters
        if "record" in namespace:
            namespace["record"] = lambda **values: recorded.update(values)
        if last is not None:
            shown.append(eval(compile(ast.Expression(last.value), CHAPTER, "eval"), namespace))
    return shown, recorded


def words(shown):
    return " ".join(repr(one) for one in shown if one is not None)


def test_without_the_data_the_chapter_runs_and_says_once_how_to_get_them(without):
    recorded = read_recorded(without)
    assert recorded["has_samples"] is False and recorded["has_patients"] is False
    assert "n_patients" not in recorded and "members" not in recorded
    points = {name: text for name, text in recorded.items() if name.startswith("point_")}
    assert len(points) == 5
    # one bullet has two points, and says once that they are missing
    assert points.pop("point_bpi") == "" and set(points.values()) == {"(needs the data)"}
    for name in era.ERA_FILES:
        assert name in recorded["data_note"]
    assert recorded["lost_text"] == recorded["moved_text"]
    assert np.isnan(recorded["lost_percent"]) and np.isnan(recorded["moved"])
    (note,) = [page for page in displayed(without, "text/html") if "fetch.py" in page]
    assert note.count("--accept-licence") == 1 and "lme2021-signatures" in note
    left_out = [page for page in displayed(without, "text/html") if "Left out" in page]
    # patients, clusters, platforms, classes and their models, ways, markers, hazards,
    # signatures, two settings, selection, report
    assert len(left_out) == 12
    # nothing of real patients is shown, and what needs no data is
    tables = [page for page in displayed(without, "text/html") if "sl-table" in page]
    assert len(tables) == 2
    assert not any("real patients from an open data set" in page for page in tables)
    pictures = displayed(without, "image/svg+xml")
    assert len(pictures) == 1 and "synthetic" in pictures[0]
    assert recorded["twice"] > 1 and len(recorded["simulated"]) == 6


def test_exercises_without_the_data_ask_for_what_can_be_answered(without):
    text = without.read_text(encoding="utf-8")
    assert text.count("Not answered yet") == 2
    assert text.count("there is no such number") == 2


def test_made_tables_give_the_whole_page(root, made):
    made(*MADE)
    shown, recorded = run_here(root, **QUICK)
    assert recorded["has_patients"] and recorded["has_samples"]
    samples, listed = external.read_samples(), external.read_schmitz()
    joined = era.join(samples, listed)
    found = era.outcome(joined, "PFS")
    assert (recorded["n_patients"], recorded["events"]) == (found.n, found.events)
    assert recorded["n_samples"] == 150
    assert recorded["adjusted_rand"] == pytest.approx(1)
    assert recorded["ratios"]["Hypoxia"] > 1 > recorded["here"]["Hypoxia"]
    assert recorded["two_years"] == era.class_outcomes(found).two_years
    assert recorded["lost_percent"] == pytest.approx(
        100 * joined.lost_events / listed["pfs_event"].sum()
    )
    text = words(shown)
    assert "fetch.py" not in text and "nan" not in text.lower().replace("finance", "")
    # groups only: no sample is named anywhere
    assert "MADE0" not in text and "NOSAMPLE" not in text
    tables = [one for one in shown if type(one).__name__ == "Table"]
    labels = [(t.provenance, "BostonGene" in t.source) for t in tables]
    assert labels.count(("external", True)) == len(tables) - 2
    assert labels.count(("definition", False)) == labels.count(("virtual", False)) == 1
    assert sum(type(one).__name__ == "Figure" for one in shown) == 5


@pytest.mark.parametrize(
    "settings",
    [
        {"endpoint": "OS", "clusters": 2, "level": 0.9},
        {"platform": "GPL570", "clusters": 6, "axi_events": 120, "seed": 3},
        {"platform": "RNAseqPa", "clusters": 10, "seen_hazard_ratio": 1.5, "level": 0.5},
    ],
)
def test_other_settings_give_the_right_other_result(root, made, settings):
    made(*MADE)
    shown, recorded = run_here(root, **QUICK | settings)
    chosen = {"endpoint": "PFS", "clusters": 4, "platform": "all", "axi_events": 70} | settings
    samples = external.read_samples()
    own = samples.of_platform(chosen["platform"]).scores
    tree = signatures.cluster(own, list(own), clusters=chosen["clusters"])
    assert recorded["members"] == [list(tree.members(k)) for k in range(chosen["clusters"])]
    assert recorded["n_samples"] == len(own)
    found = era.outcome(era.join(samples, external.read_schmitz()), chosen["endpoint"])
    assert (recorded["n_patients"], recorded["events"]) == (found.n, found.events)
    compared = era.two_settings(found, chosen["axi_events"])
    assert recorded["ratios"] == {one.marker: one.ratio.ratio for one in compared}
    claim, side = era.PRINTED["SII (mean of 7)"]
    expected = era.implied("0.0114", side, 2 * chosen["axi_events"]).hazard_ratio
    assert claim == "tme-sii-efs-axi-p" and recorded["twice"] == pytest.approx(expected)
    # the bottom line does not move
    points = era.bottom_line(samples, external.read_schmitz())
    assert {name: recorded[f"point_{name}"] for name in points} == points
    text = words(shown)
    level = f"{100 * settings.get('level', 0.95):g} % interval"
    assert level in text


def test_samples_alone_give_the_clusters_and_say_which_table_is_missing(root, made):
    made("lme2021-annotation", "lme2021-signatures")
    shown, recorded = run_here(root, **QUICK)
    assert recorded["has_samples"] and not recorded["has_patients"]
    assert recorded["n_samples"] == 150 and "n_patients" not in recorded
    assert "150 samples" in recorded["point_clusters"]
    assert recorded["point_classes"] == "(needs the data)"
    assert "schmitz2018" in recorded["data_note"] and "lme2021" not in recorded["data_note"]
    text = words(shown)
    assert "fetch.py schmitz2018 --accept-licence" in text
    assert "fetch.py lme2021" not in text
    # patients alone are no use: both tables of samples are asked for
    made("schmitz2018")
    shown, recorded = run_here(root, **QUICK)
    assert not recorded["has_samples"] and not recorded["has_patients"]
    assert "fetch.py lme2021-annotation lme2021-signatures --accept-licence" in words(shown)


def test_a_damaged_file_stops_with_a_sentence(root, made, tmp_path, monkeypatch):
    made(*MADE)
    for file in MADE.values():
        (tmp_path / file).write_bytes((root / "tests/data" / file).read_bytes())
    (tmp_path / MADE["lme2021-signatures"]).write_bytes(b"cut")
    monkeypatch.setenv("SECONDLINE_DATA", str(tmp_path))
    with pytest.raises(InputError, match="is not the version of lme2021-signatures"):
        run_in_process(root / CHAPTER)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"platform": "GPL1"}, "platform is 'GPL1'; allowed: 'all', 'GPL570'"),
        ({"endpoint": "EFS"}, "endpoint is 'EFS'; allowed: 'PFS' or 'OS'."),
        ({"clusters": 1}, "clusters is 1; it must be a whole number from 2 to 10."),
        ({"axi_events": 0, "level": 2}, "axi_events is 0"),
        ({"seen_hazard_ratio": 0}, "seen_hazard_ratio is 0"),
        ({"resamples": 10}, "resamples is 10"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@needs_data
def test_the_open_data_give_the_page_in_a_kernel(run):
    executed = run(**QUICK)
    recorded = read_recorded(executed)
    assert (recorded["n_patients"], recorded["events"], recorded["n_samples"]) == (228, 106, 5116)
    assert recorded["two_years"]["depleted"] == pytest.approx(0.509, abs=0.001)
    assert recorded["here"]["Hypoxia"] == pytest.approx(0.61, abs=0.005)
    assert recorded["here"]["SII (mean of 7)"] < 0.5 < recorded["here"]["B cells"] < 1
    pages = displayed(executed, "text/html")
    tables = [page for page in pages if "sl-table" in page]
    real = [page for page in tables if "real patients from an open data set" in page]
    assert len(real) == len(tables) - 2
    assert all("BostonGene" in page for page in real)
    pictures = displayed(executed, "image/svg+xml")
    assert len(pictures) == 5
    assert sum("external: real patients" in picture for picture in pictures) == 4
    # no patient is named
    text = executed.read_text(encoding="utf-8")
    listed = external.read_schmitz()
    assert not any(name in text for name in listed["sample"])
    assert not any(name in text for name in external.read_samples().scores.index)


@needs_data
@pytest.mark.parametrize("settings", [{"endpoint": "OS", "platform": "GPL80", "clusters": 10}])
def test_the_open_data_with_other_settings(run, settings):
    recorded = read_recorded(run(**QUICK | settings))
    plain = read_recorded(run(**QUICK))
    assert (recorded["n_patients"], recorded["n_samples"]) == (233, 77)
    assert len(recorded["members"]) == 10
    for name in plain:
        if name.startswith("point_"):
            assert recorded[name] == plain[name]


@pytest.mark.parametrize("settings", [{}, {"endpoint": "OS", "axi_events": 40}])
def test_exercise_stubs_ask_and_right_answers_pass(root, made, settings):
    made(*MADE)
    _, recorded = run_here(root, **QUICK | settings)
    for name, within in (("twice", 0.02), ("turned", 0.02), ("lost_percent", 0.3), ("moved", 1.0)):
        right = recorded[name]
        assert check_number(right, right, within=within, hint="h") == "Right."
        assert "h" in check_number(right + 3 * within, right, within=within, hint="h")
        assert "Not answered yet" in check_number(None, right, within=within, hint="h")
