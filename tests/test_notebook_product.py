"""The chapter on the product, re-executed with other settings, deposited data, mistakes."""

import math

import pytest
from conftest import displayed, run_in_process
from scipy import stats

from secondline import biomarkers
from secondline.chapters import check_number, read_recorded
from secondline.cohort import read_cohort
from secondline.errors import InputError
from secondline.trials import schoenfeld_events

CHAPTER = "book/tme/product.ipynb"
DEFAULTS = {
    "marker": "SII", "cut": 0.5, "cut_within": False, "from_infusion": False,
    "true_hazard_ratio": 0.7, "level": 0.95, "seed": 1,
}  # fmt: skip
OTHERS = [
    {"marker": "cd19_h_score", "true_hazard_ratio": 0.5, "seed": 7},
    {"marker": "ldh_elevated", "cut": 0.75, "from_infusion": True, "level": 0.9},
    {"marker": "BPI", "cut": 0.3, "cut_within": True, "true_hazard_ratio": 1.5},
]


def invariants(recorded, settings):
    """The record is what the library gives for these settings, and hangs together."""
    chosen = DEFAULTS | settings
    patients = read_cohort("virtual")
    cutting = {k: chosen[k] for k in ("cut", "cut_within", "from_infusion")}
    rows = biomarkers.product_rows(patients, chosen["marker"], **cutting)
    steps = biomarkers.nested_steps(rows, chosen["marker"], chosen["level"])
    assert recorded["n"] == [s.n for s in steps]
    assert recorded["n"] == sorted(recorded["n"], reverse=True)
    assert recorded["events"] == sorted(recorded["events"], reverse=True)
    assert recorded["hazard_ratios"] == pytest.approx(
        [s.effect.hazard_ratio for s in steps[1:]]
    )
    # the fewer the events, the larger the effect that can be found
    smallest = recorded["smallest"]
    assert smallest == sorted(smallest, reverse=True) and max(smallest) < 1
    levels = biomarkers.product_by_marker(rows, chosen["marker"], chosen["level"])
    assert recorded["ratio_set"] == pytest.approx(levels.ratio.hazard_ratio)
    assert recorded["looks_set"] == 15
    assert 1 - chosen["level"] < recorded["any_set"] < 1 - chosen["level"] ** 15
    assert recorded["n_sizes"] == [180, 90, 45, 22]
    if abs(math.log(chosen["true_hazard_ratio"])) > 0.3:
        assert recorded["power_sizes"] == sorted(recorded["power_sizes"], reverse=True)
    assert recorded["nothing"] == sorted(recorded["nothing"], reverse=True)
    assert max(recorded["nothing"]) < 1
    alpha = 1 - chosen["level"]
    assert recorded["expected_events"] == pytest.approx(
        schoenfeld_events(chosen["true_hazard_ratio"], power=0.8, alpha=alpha)
    )
    errors = biomarkers.design_errors(
        chosen["true_hazard_ratio"], recorded["lucky_events"], alpha=alpha
    )
    assert recorded["expected_times"] == pytest.approx(errors.exaggeration**2)
    # what the bottom line says does not move with the settings
    assert (recorded["printed_low"], recorded["printed_high"]) == (35, 64)
    assert recorded["implied_lower"] < 0.4 and recorded["implied_upper"] > 1.3
    assert recorded["printed_p"] == 0.3096
    assert recorded["ratio_lower"] < 1 < recorded["ratio_upper"]
    assert recorded["n_looks"] == 15 and 25 < recorded["chance_any"] < 50


def test_the_default_page_shows_the_printed_p_value_and_the_shrinking_subgroups(run):
    recorded = read_recorded(run())
    invariants(recorded, {})
    assert recorded["n"] == [180, 180, 128, 61, 38]
    # what the prose says of the shipped patients
    patients = read_cohort("virtual")
    levels = biomarkers.product_by_marker(biomarkers.product_rows(patients, "SII"), "SII")
    favourable, unfavourable = levels.favourable.effect, levels.unfavourable.effect
    assert favourable.hazard_ratio < unfavourable.hazard_ratio < 1
    # the model's truth and the shipped patients point in opposite directions
    assert recorded["true_ratio"] < 1 < recorded["ratio_hr"]
    looks = biomarkers.looks(patients).table
    assert looks.loc[looks["p"].idxmin(), "name"] == "CD19 gene low"
    for model in biomarkers.share_models(biomarkers.product_rows(patients, "SII"), "SII"):
        assert model.halves.p < model.per_sd.p
    assert recorded["strongest_r"] < 0.15
    assert max(recorded["clock_ratios"]) - min(recorded["clock_ratios"]) < 0.02


@pytest.mark.parametrize("settings", OTHERS)
def test_other_settings_give_the_right_other_result(run, settings):
    invariants(read_recorded(run(**settings)), settings)


def test_no_effect_is_no_power_and_has_no_answer(run):
    executed = run(true_hazard_ratio=1.0)
    recorded = read_recorded(executed)
    assert all(abs(power - 0.05) < 0.03 for power in recorded["power_sizes"])
    assert math.isnan(recorded["expected_events"]) and math.isnan(recorded["expected_times"])
    pages = " ".join(displayed(executed, "text/html"))
    assert "there is nothing to exaggerate" in pages


def test_every_table_and_picture_of_the_cohort_says_that_it_is_virtual(run):
    tables = [page for page in displayed(run(), "text/html") if "sl-table" in page]
    assert len(tables) == 13
    printed = [page for page in tables if "computed here from published numbers" in page]
    assert len(printed) == 2
    assert all("no real patients" in page for page in tables if page not in printed)
    pictures = displayed(run(), "image/svg+xml")
    assert len(pictures) == 5
    assert sum("synthetic" in picture for picture in pictures) == 4


def test_deposited_data_without_products_run_to_the_end_and_are_called_external(run, root):
    path = str(root / "tests/data/geo_made_family.soft")
    executed = run(cohort="geo", geo_file=path)
    recorded = read_recorded(executed)
    assert recorded["n"] == [12, 0, 0, 0, 0]
    assert recorded["looks_set"] == 0 and math.isnan(recorded["ratio_set"])
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    external = [page for page in tables if "real patients from an open data set" in page]
    assert len(external) == 8
    text = " ".join(displayed(executed, "text/html"))
    assert "no product of theirs is known" in text
    # the simulations and the bottom line are still there
    assert sum("no real patients" in page for page in tables) == 3
    assert recorded["ratio_hr"] > 1


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"marker": "age"}, "marker is 'age'; allowed"),
        ({"cut": 1.0}, "cut is 1.0"),
        ({"cut_within": "no"}, "cut_within is 'no'; it must be True or False"),
        ({"from_infusion": 1}, "from_infusion is 1; it must be True or False"),
        ({"true_hazard_ratio": 0}, "true_hazard_ratio is 0"),
        ({"level": 95}, "level is 95"),
        ({"seed": -1}, "seed is -1"),
        ({"cohort": "geo"}, "GSE248835"),
        ({"geo_file": "x.soft"}, "x.soft"),
    ],
)
def test_a_mistake_is_one_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, OTHERS[0]])
def test_exercises_ask_and_know_their_answers(run, settings):
    executed = run(**settings)
    recorded = read_recorded(executed)
    text = executed.read_text(encoding="utf-8")
    assert text.count("Not answered yet") == 3
    chosen = DEFAULTS | settings
    ratio, alpha = chosen["true_hazard_ratio"], 1 - chosen["level"]
    # the fewest events of the printed counts, and P = 0.3096
    error, limit = 2 / math.sqrt(35), stats.norm.isf(alpha / 2)
    own = {
        "expected_events": ((1.959964 + 0.841621) / math.log(ratio)) ** 2 * 4,
        "expected_reach": math.exp(error * (limit - stats.norm.isf(0.3096 / 2))),
        "expected_waiting": biomarkers.waiting(2.0, seed=chosen["seed"]).infused_only,
        "expected_times": biomarkers.design_errors(ratio, 39, alpha=alpha).exaggeration ** 2,
    }
    near = {"expected_events": 1, "expected_reach": 0.02, "expected_waiting": 0.01, "expected_times": 0.05}
    for name, within in near.items():
        assert check_number(own[name], recorded[name], within=within, hint="") == "Right."
        assert check_number(own[name] * 1.3, recorded[name], within=within, hint="h") != "Right."
