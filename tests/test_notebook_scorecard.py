"""The scorecard, re-executed with other draws, deposited data and mistakes."""

from functools import cache

import numpy as np
import pytest
from conftest import displayed, run_in_process

from secondline import cohort as virtual
from secondline.chapters import read_recorded
from secondline.errors import InputError

CHAPTER = "book/appendix/scorecard.ipynb"
MADE = "tests/data/geo_made_family.soft"


@cache
def shipped_card():
    return virtual.scorecard(virtual.read_cohort("virtual"), virtual.read_third_line("virtual"))


def invariants(recorded):
    card = shipped_card()
    assert recorded["targets"] == len(card.rows) >= 60
    kinds = [recorded[f"{kind}_targets"] for kind in ("text", "figure", "assumed")]
    assert sum(kinds) == recorded["targets"]
    assert min(kinds) > 0
    assert recorded["shipped_met"] == len(card.met)
    assert recorded["met"] + len(recorded["missed"]) == recorded["targets"]
    assert recorded["without_value"] <= len(recorded["missed"])
    # what the bottom line says of fresh draws
    assert recorded["drawn_met"] < 0.75 * recorded["possible"]
    assert recorded["reference_met"] > 0.95 * recorded["possible"]
    assert 0.5 < recorded["concordance_soc"] < 1
    assert 0.3 * recorded["possible"] < recorded["dealt_met"] < 0.7 * recorded["possible"]
    assert recorded["reference_met"] == sum(row.target.part != "count" for row in card.met)
    assert 0 < recorded["numbers"] < recorded["text_targets"]


# odd and even numbers of draws have their median differently; 0 is a seed as any other
@pytest.mark.parametrize("settings", [{"draws": 3}, {"draws": 2, "seed": 0}])
def test_the_shipped_cohort_keeps_its_score_whatever_is_drawn_beside_it(run, settings):
    executed = run(**settings)
    recorded = read_recorded(executed)
    invariants(recorded)
    assert recorded["met"] == recorded["shipped_met"]
    assert recorded["without_value"] == 0
    exempt = {target.id for target in virtual.read_targets() if target.exempt}
    assert set(recorded["missed"]) == exempt
    found = virtual.distortion(
        virtual.read_cohort("virtual"), virtual.read_third_line(),
        draws=settings["draws"], n=359, seed=settings.get("seed", 1),
    )  # fmt: skip
    assert recorded["drawn_concordance_soc"] == pytest.approx(np.median(found.drawn["SOC"]))
    assert recorded["drawn_met"] == np.median(found.drawn_met)
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    marked = [page for page in tables if "no real patients" in page]
    # all but the tolerances speak of virtual patients
    assert len(marked) == len(tables) - 1 == 12
    (picture,) = displayed(executed, "image/svg+xml")
    assert "synthetic" in picture


def test_deposited_data_are_held_against_the_same_targets(run, root):
    """A small made file in the deposit's form: hardly anything is met, and nothing breaks."""
    path = str(root / MADE)
    executed = run(cohort="geo", geo_file=path, draws=2)
    recorded = read_recorded(executed)
    invariants(recorded)
    assert recorded["met"] < 60
    assert recorded["without_value"] > 0
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    assert sum("real patients from an open data set (GSE248835)" in page for page in tables) == 11
    # the comparison with draws stays about the shipped cohort, and says so
    assert sum("no real patients" in page for page in tables) == 1
    (picture,) = displayed(executed, "image/svg+xml")
    assert "synthetic" not in picture


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"cohort": "real"}, "cohort is 'real'; allowed: 'virtual' or 'geo'."),
        ({"draws": 1}, "draws is 1; it must be a whole number from 2 to 200."),
        ({"draws": 2.5, "seed": -1}, "seed is -1"),
        ({"cohort": "geo", "geo_file": "no-such-file.gz"}, "no-such-file.gz"),
        ({"geo_file": "mine.gz"}, "the cohort is 'virtual'"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)
