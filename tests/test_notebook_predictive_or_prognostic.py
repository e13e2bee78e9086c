"""The chapter on predictive and prognostic markers, with other settings, data and mistakes."""

import math

import numpy as np
import pytest
from conftest import displayed, run_in_process

from secondline import biomarkers, effects
from secondline.chapters import check_number, read_recorded
from secondline.cohort import marker, read_cohort
from secondline.errors import InputError

CHAPTER = "book/tme/predictive-or-prognostic.ipynb"
DEFAULTS = {
    "scale": "hazard ratio", "horizon": 24.0, "n_per_arm": 128, "share_of_effect": 0.5,
    "prior_factor": 2.0, "marker": "SII", "arm": "axi-cel", "low": 0.2, "high": 0.8,
    "own_cut": 0.5, "level": 0.95, "trials": 1000, "seed": 1,
}  # fmt: skip
OTHERS = (
    {"scale": "milestone", "horizon": 12.0, "n_per_arm": 60, "trials": 200, "seed": 7,
     "marker": "SPD", "arm": "SOC"},
    {"scale": "restricted mean", "level": 0.8, "share_of_effect": 1.0, "prior_factor": 1.2,
     "low": 0.4, "high": 0.6, "own_cut": 0.9, "marker": "CD19 H-score", "trials": 150},
    {"n_per_arm": 500, "trials": 100, "level": 0.99, "marker": "B cells", "low": 0.05,
     "high": 0.95, "own_cut": 0.05},
)  # fmt: skip


def about_the_paper(recorded):
    """What speaks of printed numbers and of fixed simulations does not move."""
    assert recorded["first_n"] == 128
    assert (round(recorded["b_low"], 3), round(recorded["b_high"], 3)) == (0.004, 0.026)
    assert recorded["panel"] == 47
    assert recorded["b_panel"] == pytest.approx(47 * recorded["b_low"])
    assert recorded["b_panel"] > 0.05
    assert recorded["b_again"] == pytest.approx(95.7, abs=0.1)
    assert recorded["hypoxia_again"] == pytest.approx(57.3, abs=0.1)
    assert recorded["b_half"] == pytest.approx(45.1, abs=0.1)
    assert recorded["all_half"] < recorded["all_again"] < recorded["hypoxia_again"]
    assert recorded["all_again"] == pytest.approx(34, abs=1)
    counts = [recorded[k] for k in ("met", "partly", "not_met", "not_told")]
    assert recorded["questions"] == sum(counts) == 27
    assert recorded["prognostic_one"] == pytest.approx(46, abs=1)
    assert recorded["predictive_found"] + recorded["predictive_missed"] == pytest.approx(100)
    assert recorded["power_median"] < recorded["power_number"]
    assert recorded["false_best"] > 25
    assert recorded["gain_low"] < recorded["gain_high"]
    assert recorded["equal_soc"] < recorded["prognostic_hr"] == 0.6


def invariants(recorded, patients, settings):
    chosen = DEFAULTS | settings
    alpha = 1 - chosen["level"]
    own = biomarkers.plane(
        patients, chosen["scale"], horizon=chosen["horizon"], level=chosen["level"]
    )
    assert recorded["markers"] == len(own.table)
    assert recorded["left_out"] == list(own.left_out)
    for name, p in recorded["plane_p"].items():
        assert p == pytest.approx(own.row(name)["p"])
    assert recorded["holm_least"] == pytest.approx(own.table["holm"].min())
    assert recorded["q_least"] <= recorded["holm_least"] + 1e-12
    n = chosen["n_per_arm"]
    for finding in biomarkers.published_findings():
        mine = recorded["again"][finding.name]
        assert mine["if_true"] == pytest.approx(
            biomarkers.replication_power(finding.z, n / 128, alpha=alpha)
        )
        assert mine["if_share"] == pytest.approx(biomarkers.replication_power(
            finding.z, n / 128, share=chosen["share_of_effect"], alpha=alpha
        ))  # fmt: skip
        assert mine["predictive"] == pytest.approx(
            biomarkers.predictive_probability(finding.z, n / 128, alpha=alpha)
        )
        # shrinkage draws towards nothing
        assert mine["sceptical"] < mine["predictive"] + 1e-9
        # simulation bears the formula, give or take the draws and a few more events
        assert recorded["simulated"][finding.name] == pytest.approx(
            mine["if_true"], abs=0.06 + 3 * 0.5 / math.sqrt(chosen["trials"])
        )
    rarest = min(v["if_true"] for v in recorded["again"].values())
    assert recorded["all_jointly"][0] <= rarest + 0.01
    assert recorded["fresh_trials"] <= min(chosen["trials"], 400)
    assert recorded["pattern"]["neither"] == pytest.approx(
        2 * alpha * (1 - alpha), abs=3 * 0.5 / math.sqrt(chosen["trials"])
    )
    searched = recorded["searched"]
    assert searched["at the best cut"]["false"] > searched["as a number"]["false"]
    assert recorded["cut_low"] <= recorded["cut_high"]
    for share in ("cut_low", "cut_high"):
        assert 100 * chosen["low"] - 1 <= recorded[share] <= 100 * chosen["high"] + 1


@pytest.mark.parametrize("settings", [{}, *OTHERS])
def test_settings_give_the_right_result(run, settings):
    recorded = read_recorded(run(**settings))
    about_the_paper(recorded)
    patients = read_cohort("virtual")
    invariants(recorded, patients, settings)
    chosen = DEFAULTS | settings
    rows = patients[patients["arm"] == chosen["arm"]]
    values = marker(rows, biomarkers.NUMBERS[chosen["marker"]]).astype(float)
    scan = biomarkers.scan_cuts(
        rows["efs_months"], rows["efs_event"], values, low=chosen["low"], high=chosen["high"],
        permutations=chosen["trials"], seed=chosen["seed"], level=chosen["level"],
    )  # fmt: skip
    assert recorded["cuts"] == len(scan.cuts)
    assert recorded["best_p"] == pytest.approx(scan.p)
    assert recorded["permuted_p"] == pytest.approx(scan.p_permutation)
    assert recorded["why_no_cuts"] == ""


def test_the_virtual_patients_bear_the_text(run):
    """Sentences of the page that name markers, and those of alternative texts."""
    recorded = read_recorded(run())
    own = biomarkers.plane(read_cohort("virtual"))
    table = own.table.set_index("name")
    # none is left after a correction, the B cells least of all chance
    assert table["p"].idxmin() == "B cells"
    assert recorded["q_least"] > 0.05
    for name in ("B cells", "CD19 gene", "cell of origin"):
        assert table.loc[name, "difference"] < 0
        assert table.loc[name, "p"] < 0.05
    for name in ("MMR loss", "SII"):
        assert table.loc[name, "difference"] > 0
        assert table.loc[name, "p"] < 0.05
    for name in ("SPD", "LDH", "HGBL"):
        assert table.loc[name, "soc"] > table.loc[name, "axi_cel"]
        assert table.loc[name, "p"] > 0.05
    # P values of the milestone are mostly larger
    at = biomarkers.plane(read_cohort("virtual"), "milestone").table.set_index("name")["p"]
    named = ["B cells", "BPI", "SII", "CD19 gene", "SPD", "LDH", "HGBL"]
    assert (at[named] > table.loc[named, "p"]).sum() >= 6
    # the formula is a little too strict beside the permutations
    assert recorded["permuted_p"] < 0.02
    assert recorded["best_p"] < recorded["permuted_p"]


def test_every_table_and_picture_says_whose_numbers_they_are(run):
    executed = run()
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    assert len(tables) == 13
    virtual = ["no real patients" in page for page in tables]
    assert sum(virtual) == 9
    others = [page for page, made in zip(tables, virtual, strict=True) if not made]
    assert sum("computed here from published numbers" in page for page in others) == 2
    assert sum("set by this book" in page for page in others) == 2
    pictures = displayed(executed, "image/svg+xml")
    assert len(pictures) == 4
    assert ["synthetic" in picture for picture in pictures] == [True, True, False, True]


@pytest.mark.parametrize("settings", [{}, {"marker": "SPD", "arm": "SOC", "scale": "milestone"},
                                      {"marker": "LDH", "scale": "restricted mean"}])  # fmt: skip
def test_deposited_data_run_to_the_end_and_are_called_external(run, root, settings):
    path = str(root / "tests/data/geo_made_family.soft")
    executed = run(cohort="geo", geo_file=path, trials=100, **settings)
    recorded = read_recorded(executed)
    about_the_paper(recorded)
    assert recorded["n"] == len(read_cohort("geo", path))
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    own = sum("real patients from an open data set" in page for page in tables)
    assert own >= 2
    if math.isnan(recorded["best_p"]):
        assert recorded["why_no_cuts"]
    text = executed.read_text(encoding="utf-8")
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"scale": "odds"}, "scale is 'odds'; allowed: 'hazard ratio', 'milestone'"),
        ({"horizon": 60, "level": 95}, "horizon is 60; it must be a number from 3 to 36. level is"),
        ({"n_per_arm": 12.5}, "n_per_arm is 12.5; it must be a whole number from 20 to 1000."),
        ({"share_of_effect": 0}, "share_of_effect is 0; it must be a number from 0.05 to 1."),
        ({"prior_factor": 1}, "prior_factor is 1; it must be a number from 1.05 to 10."),
        ({"marker": "HGBL"}, "marker is 'HGBL'; allowed:"),
        ({"low": 0.5, "high": 0.5}, "low is 0.5; it must be a number from 0.05 to 0.45. high is"),
        ({"cohort": "geo", "geo_file": "no-such-file.gz"}, "no-such-file.gz"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def test_a_mistake_in_the_kernel_has_no_traceback(run):
    from papermill.exceptions import PapermillExecutionError

    with pytest.raises(PapermillExecutionError) as caught:
        run(trials=3)
    assert caught.value.traceback == [f"InputError: {caught.value.evalue}"]


@pytest.mark.parametrize("settings", [{}, OTHERS[1]])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**settings)
    recorded = read_recorded(executed)
    assert executed.read_text(encoding="utf-8").count("Not answered yet") == 3
    alpha = 1 - (DEFAULTS | settings)["level"]
    assert recorded["one_only"] == pytest.approx(100 * recorded["pattern"]["prognostic"])
    # the level of the test, which one is tempted to answer, is wrong
    assert abs(recorded["one_only"] - 100 * alpha) > 3
    twice = 2 * recorded["n_per_arm"] / 128
    z = effects.z_from_p(recorded["exercise_p"])
    drawn = np.random.default_rng(1).normal(
        math.sqrt(twice) * z, math.sqrt(1 + twice), 200_000,
    )  # fmt: skip
    chance = 100 * np.mean(drawn > effects.z_from_p(alpha))
    assert recorded["will_replicate"] == pytest.approx(chance, abs=0.5)
    assert recorded["corrected"] > 2 * recorded["exercise_best_p"]
    for name, within in (("one_only", 1.5), ("will_replicate", 1.0), ("corrected", 0.003)):
        right = recorded[name]
        assert check_number(right, right, within=within, hint="h") == "Right."
        assert "h" in check_number(right + 3 * within, right, within=within, hint="h")
