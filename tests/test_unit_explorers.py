"""The explorers: their numbers are the library's, their HTML is whole, their specs compile."""

import importlib.util
import itertools
import json
import math
import re
from collections import Counter
from html import unescape as html_text
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, load_script

from secondline import proportions
from secondline.claims import get_claim
from secondline.errors import InputError
from secondline.explorers import EXPLORERS, Choice, Slider, Switch, explorer, page, plain
from secondline.explorers.clock import SHOWN
from secondline.explorers.explorer import filled, shown
from secondline.explorers.order import DURABLE, FILE, RETAINED, simulate_rows
from secondline.explorers.pool import counted as counted_cohorts
from secondline.explorers.routes import START
from secondline.pathways import guidelines
from secondline.pathways.guideline_pages import FIRST_PATIENT, routes_page
from secondline.survival.cure import CureFit
from secondline.trials import Course, as_counted


@pytest.mark.parametrize("name", EXPLORERS)
def test_an_explorer_is_whole(name):
    found = explorer(name)
    assert found.name == name
    assert (found.spec is None) != (found.lookup is None)
    outputs = found.outputs()
    texts = [found.says, *itertools.chain(*found.rows)]
    assert all(len(row) == len(found.columns) for row in found.rows)
    # every number that is computed for the page is shown on it, and the other way round
    assert "{" not in "".join(filled(text, outputs) for text in texts)
    assert found.description.endswith(".")
    assert filled(found.says, outputs).endswith(".")


@pytest.mark.parametrize("name", EXPLORERS)
def test_html_is_the_same_twice_and_labels_every_control(name):
    html = page(explorer(name))
    assert html == page(explorer(name))
    assert "<script>" not in html
    assert not re.search(r"\son\w+=", html), "a handler written into the page needs a laxer policy"

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.labelled, self.controls, self.ids, self.open = set(), set(), Counter(), []

        def handle_starttag(self, tag, attrs):
            attrs = dict(attrs)
            self.ids[attrs.get("id")] += 1
            if tag == "label":
                self.labelled.add(attrs["for"])
            if tag in ("input", "select"):
                self.controls.add(attrs["id"])
            if tag == "th":
                assert attrs["scope"] in ("col", "row")
            if tag not in ("input", "br"):
                self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    reader = Reader()
    reader.feed(html)
    assert not reader.open
    assert reader.controls == reader.labelled
    assert len(reader.controls) == len(explorer(name).controls)
    assert all(n == 1 for key, n in reader.ids.items() if key)


@pytest.mark.parametrize("name", EXPLORERS)
def test_controls_follow_the_picture_and_lead_to_the_result(name):
    html = page(explorer(name), drawn="<svg></svg>")
    parts = ["<svg></svg>"] * bool(explorer(name).spec)
    parts += ["<form", *(f'class="{part}"' for part in ("sl-says", "sl-still", "sl-table"))]
    places = [html.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize("name", EXPLORERS)
def test_paper_has_each_value_and_says_where_it_moves(name):
    found = explorer(name)
    still = re.search(r'<p class="sl-still">(.*?)</p>', page(found))[1]
    said = dict(re.findall(r'<b data-set="(\w+)">([^<]+)</b>', still))
    assert list(said) == [control.name for control in found.controls]
    for control in found.controls:
        assert html_text(said[control.name]) == control.words(control.value)
    leads = re.search(r"explore/(\w+)\.html\.$", still)[1]
    assert f"```{{explorer}} {name}\n" in (ROOT / f"book/explore/{leads}.md").read_text("utf-8")
    assert plain(found).endswith(still[still.rindex("explore/") :])


def test_words_of_a_value():
    assert Choice("a", "A", {"x": "an X"}, "x").words("x") == "an X"
    assert [Switch("a", "A", True).words(value) for value in (True, False)] == ["yes", "no"]


# --- ways to them and back ---------------------------------------------------------


def leading_chapters(name) -> dict[str, int]:
    """Return the chapters that lead to an explorer, and after how many cells of code."""
    found = {}
    for path in sorted((ROOT / "book").glob("*/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for i, cell in enumerate(cells):
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown" and "**Move it.**" in text:
                chapter = f"{path.parent.name}/{path.stem}"
                if f"](../explore/{name}.md)" in text:
                    found[chapter] = sum(before["cell_type"] == "code" for before in cells[:i])
    return found


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_chapter_leads_to_each_explorer_and_it_leads_back(name):
    leading = leading_chapters(name)
    assert leading
    # after settings and imports, something has been seen
    assert min(leading.values()) > 2
    text = (ROOT / f"book/explore/{name}.md").read_text(encoding="utf-8")
    back = set(re.findall(r"\]\(\.\./([\w/-]+)\.ipynb", text))
    assert set(leading) == back
    listed = (ROOT / "book/explore/index.md").read_text(encoding="utf-8")
    line = next(line for line in listed.split("\n") if f"({name}.md)" in line)
    assert set(re.findall(r"\]\(\.\./([\w/-]+)\.ipynb", line)) == set(leading)


@pytest.mark.parametrize("name", [n for n in EXPLORERS if explorer(n).spec])
def test_signals_of_a_spec_come_after_what_they_refer_to(name):
    found = explorer(name)
    known: set[str] = set()
    for signal in found.spec["params"]:
        named = {p["name"] for p in found.spec["params"]}
        code = re.sub(r"'[^']*'", "", signal.get("expr", ""))
        used = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", code)) & named
        assert used <= known, (signal, used - known)
        assert signal["name"] not in known
        known.add(signal["name"])
    assert {control.name for control in found.controls} <= known
    assert set(re.findall(r'data-show="(\w+)"', page(found))) <= known
    assert json.dumps(found.spec, allow_nan=False)


@pytest.mark.parametrize("name", [n for n in EXPLORERS if explorer(n).spec])
def test_spec_is_valid_vega_lite(name):
    if importlib.util.find_spec("vl_convert") is None:
        pytest.skip("vl-convert is not installed")
    import vl_convert

    compiled = vl_convert.vegalite_to_vega(explorer(name).spec, vl_version="6.4")
    assert {"marks", "signals"} <= set(compiled)


@pytest.mark.parametrize("name", [n for n in EXPLORERS if explorer(n).spec])
def test_a_picture_says_inside_where_its_numbers_come_from(name):
    found = explorer(name)
    title = found.spec["title"]
    assert title["text"][0].startswith(f"{found.provenance}: ")
    assert (title["fontWeight"] == "bold") == (found.provenance == "virtual")


def test_bad_names_and_values_are_met_with_a_sentence():
    with pytest.raises(InputError, match="no explorer 'x'; there are 'plateau'"):
        explorer("x")
    found = explorer("plateau")
    with pytest.raises(InputError, match="no control 'cure'"):
        found.outputs(cure=1)
    with pytest.raises(InputError, match="number from 0 to 80"):
        found.outputs(cured_axi=81)
    with pytest.raises(InputError, match="allowed: 'ORR' or 'CR'"):
        explorer("pool").outputs(outcome="PR")
    with pytest.raises(InputError, match="True or False"):
        explorer("pool").outputs(on_0=1)


def test_numbers_are_written_as_on_the_page():
    assert shown(-0.04, 1) == "0.0"
    assert shown(-1.25, 1) == "−1.3"
    assert shown(np.float64(2.5), 0) == "3"
    assert shown(7, 0) == "7"
    assert shown(float("nan"), 1) == "–"
    slider = Slider("day", "Day", 1, 366, 1, 5, prefix="day", end="never")
    assert slider.words(5) == "day 5"
    assert slider.words(366) == "never"
    assert Slider("h", "H", 0.02, 1, 0.01, 0.2, "a month").words(0.2) == "0.20 a month"


# --- plateau -------------------------------------------------------------------


def test_curves_start_near_what_the_trial_prints():
    outputs = explorer("plateau").outputs()
    for arm in ("axi", "soc"):
        share = float(get_claim(f"tme-intro-efs-24m-{arm}").value)
        median = float(get_claim(f"tme-intro-median-efs-{arm}").value)
        assert outputs[f"share_{arm}"] == pytest.approx(share, abs=0.5)
        assert outputs[f"median_{arm}"] == pytest.approx(median, abs=0.25)


def test_plateau_is_the_cure_model_of_the_chapter():
    outputs = explorer("plateau").outputs(cured_axi=30, hazard_axi=0.1)
    fit = CureFit("Weibull", 0.3, 0, 1, (10.0, 1.0), 0, 0)
    assert outputs["share_axi"] == pytest.approx(100 * float(fit.survival(24)), rel=1e-12)
    assert float(fit.survival(outputs["median_axi"])) == pytest.approx(0.5, rel=1e-12)


def test_ratio_of_hazards_is_that_of_slopes_and_constant_without_a_plateau():
    settings = {"cured_axi": 20, "hazard_axi": 0.1, "cured_soc": 10, "hazard_soc": 0.3}
    outputs = explorer("plateau").outputs(**settings)

    def pace(cured, hazard, t, h=1e-6):
        curve = [cured + (1 - cured) * math.exp(-hazard * x) for x in (t - h, t + h)]
        return -(math.log(curve[1]) - math.log(curve[0])) / (2 * h)

    assert outputs["ratio_6"] == pytest.approx(pace(0.2, 0.1, 6) / pace(0.1, 0.3, 6), rel=1e-6)
    flat = explorer("plateau").outputs(**settings | {"cured_axi": 0, "cured_soc": 0})
    assert flat["ratio_0"] == pytest.approx(flat["ratio_12"], rel=1e-12)
    assert explorer("plateau").outputs(cured_axi=50)["median_words_axi"] == "not reached"


# --- pool ----------------------------------------------------------------------


def test_pool_of_all_trials_is_the_printed_one():
    found = explorer("pool")
    assert "54.5 % (95 % CI 43.1 to 65.7). I² is 68.2 %" in found.sentence()
    assert "35.6 % (95 % CI 29.1 to 42.2)" in found.sentence(outcome="CR")


def test_pool_leaves_a_trial_out_as_the_library_does():
    counted = counted_cohorts()
    outputs = explorer("pool").outputs(on_2=False, method="common", transform="logit")
    rest = counted.drop(index=2)
    pooled = proportions.pool(rest["events"], rest["totals"], transform="logit", method="common")
    assert outputs["estimate"] == 100 * pooled.estimate
    assert np.isnan(outputs["weight_2"])
    assert outputs["weight_0"] == 100 * pooled.weights[0]


def test_pool_says_why_there_is_nothing_to_show():
    found = explorer("pool")
    one = {f"on_{i}": i == 0 for i in range(5)}
    assert "a pool needs two trials" in found.sentence(**one)
    assert "– %" in found.sentence(**one)
    assert "a prediction needs three trials" in found.sentence(**one | {"on_1": True})
    assert "a common effect leaves no spread" in found.sentence(method="common")


# --- clock ---------------------------------------------------------------------


def test_clock_is_the_rule_applied_to_the_course():
    found = explorer("clock")
    names = list(SHOWN)
    course = Course(response=95, progression=230)
    for i, (name, named) in enumerate(SHOWN.items()):
        counted = as_counted(course, named)
        assert found.outputs()[f"day_{i}"] == counted.day, name
    row = found.table()[names.index("TRANSFORM")]
    assert row[1:] == ["63", "2.1", "no response by the deadline", "63, 126, 182, 273, 364", "63"]


def test_clock_says_how_many_rules_look_and_have_a_deadline():
    """The page says: seven rules, one every day, six at scans, five with a deadline."""
    rows = explorer("clock").rows
    assert len(rows) == 7
    assert [row[0] for row in rows if row[4] == "every day"] == ["look every day"]
    assert sum(row[5] != "none" for row in rows) == 5
    text = (ROOT / "book/explore/clock.md").read_text(encoding="utf-8")
    assert "Seven rules then look: one every day, six at scans. Five of them have a deadline" in text


def test_clock_of_a_patient_to_whom_nothing_happens():
    found = explorer("clock")
    never = dict.fromkeys(("response", "progression", "new_therapy", "death"), 366)
    rows = {row[0]: row for row in found.table(**never)}
    quiet_day = ["–", "–", "no event within a year", "every day", "none"]
    assert rows["look every day"][1:] == quiet_day
    assert rows["ZUMA-7"][1] == "150"
    quiet = found.table(**never | {"response": 20})
    assert {row[3] for row in quiet} == {"no event within a year"}


# --- routes --------------------------------------------------------------------


def test_routes_start_with_the_chapters_patient():
    assert START["interim_biopsy"] == FIRST_PATIENT["interim_biopsy"]
    compared = guidelines.compare(FIRST_PATIENT)
    outputs = explorer("routes").outputs()
    together = list(routes_page(compared)["Together"])
    assert [outputs[f"together_{i}"] for i in range(8)] == together


def test_routes_mark_what_a_figure_alone_says():
    outputs = explorer("routes").outputs()
    step = list(guidelines.STEPS).index("radiotherapy")
    assert outputs[f"nccn_{step}"] == "radiotherapy (a figure alone; section 4: not said)"
    assert outputs[f"bsh_{step}"] == "radiotherapy"


def look_up(lookup: dict, chosen: dict) -> dict:
    """Do what the page's script does."""
    found = dict(chosen)
    for table in lookup["tables"]:
        place = 0
        for name in table["over"]:
            options = lookup["options"][name]
            place = place * len(options) + options.index(found[name])
        found |= table["answers"][table["cells"][place]]
    first = lookup["first"]
    among = [found[name] for name in first["among"]]
    found[first["name"]] = first["words"][among.index("differ") if "differ" in among else -1]
    return found


def test_every_case_of_the_lookup_is_the_librarys():
    found = explorer("routes")
    rng = np.random.default_rng(1)
    options = {control.name: list(control.options) for control in found.controls}
    groups = set()
    for _ in range(400):
        chosen = {name: str(rng.choice(values)) for name, values in options.items()}
        wanted = found.outputs(**chosen)
        looked = look_up(found.lookup, chosen)
        assert {name: looked[name] for name in wanted} == wanted, chosen
        groups.add(looked["groups"])
    assert len(groups) >= 4
    for table in found.lookup["tables"]:
        cases = math.prod(len(found.lookup["options"][name]) for name in table["over"])
        assert len(table["cells"]) == cases


def test_what_the_explorer_does_not_ask_changes_nothing():
    for sites in (0, 5):
        compared = guidelines.compare(FIRST_PATIENT | {"extranodal_sites": sites, "age": 70})
        assert list(routes_page(compared)["NCCN"]) == [
            explorer("routes").outputs()[f"nccn_{i}"] for i in range(8)
        ]


# --- order ---------------------------------------------------------------------


def test_order_shows_the_models_own_numbers():
    """Two cells of the file are simulated again; the script makes the rest the same way."""
    table = pd.read_csv(ROOT / FILE)
    again = simulate_rows(60, retained=(55, 60))
    kept = table[(table["durable"] == 60) & table["retained"].isin([55, 60])]
    pd.testing.assert_frame_equal(
        kept.reset_index(drop=True), again, check_dtype=False, rtol=0, atol=1e-9
    )
    assert len(table) == len(DURABLE) * len(RETAINED)


def test_order_says_what_is_assumed():
    found = explorer("order")
    options = next(c for c in found.controls if c.name == "durable").options
    # triangular from 0 to 60 % with its top at 20: 2.5 % lie below the root of 0.003 and
    # above 0.6 less the root of 0.006
    assert options["drawn"] == "drawn from about 5 to 52 % (assumed)"
    assert [options[o] for o in ("40", "60", "80")] == [
        "40 %", "60 % (above that range)", "80 % (above that range)",
    ]  # fmt: skip
    assert found.source == "model of this book, 11 of its 20 quantities assumed"


def test_order_says_who_is_ahead_and_where_it_turns():
    found = explorer("order")
    assert "with CAR-T first" in found.sentence()
    assert "CAR-T first stays ahead" in found.sentence()
    turned = found.sentence(durable="60", retained=100)
    assert "with bispecific first" in turned
    assert re.search(r"level where \d\d % is left", turned)


def test_the_dictionary_knows_the_file():
    dictionary = pd.read_csv(ROOT / "data/dictionary.csv", dtype=str)
    columns = dictionary.loc[dictionary["table"] == "order_unknowns", "column"]
    assert columns.tolist() == list(pd.read_csv(ROOT / FILE, nrows=0))


def test_command_that_makes_the_file_is_there():
    assert load_script("scripts/explorers.py").FILE == FILE


def test_controls_are_of_three_kinds():
    kinds = {type(c) for name in EXPLORERS for c in explorer(name).controls}
    assert kinds == {Slider, Choice, Switch}
