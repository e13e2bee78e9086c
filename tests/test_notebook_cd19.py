"""The chapter on CD19, re-executed with other settings, deposited data and mistakes."""

import math

import numpy as np
import pytest
from conftest import displayed, exercises_hold, run_in_process
from papermill.exceptions import PapermillExecutionError
from scipy import stats

from secondline import biomarkers
from secondline.chapters import read_recorded
from secondline.cohort import marker, read_cohort
from secondline.errors import InputError
from secondline.survival import cox_model

CHAPTER = "book/tme/cd19.ipynb"
DEFAULTS = {
    "arm": "axi-cel", "target": "cd19_h_score", "second": "SII", "negative_below": 5.0,
    "cut": 0.5, "correlation": 0.5, "level": 0.95, "seed": 1,
}  # fmt: skip
OTHERS = [
    {"arm": "SOC", "second": "BPI", "negative_below": 40.0, "level": 0.9},
    {"target": "gene_CD19", "second": "ldh_elevated", "correlation": 0.0, "seed": 7},
    {"cut": 0.33, "second": "spd_mm2", "negative_below": 1.0, "correlation": 0.8},
]
EXERCISES = {"expected_unstained": 0.5, "expected_upper": 1.0, "expected_added": 0.02}


def unfavourable(patients, name, cut):
    """1 where a marker is unfavourable, by a rule of this test's own."""
    values = marker(patients, name)
    if name == "ldh_elevated":
        return (values == True).astype(float).where(values.notna())  # noqa: E712
    values = values.astype(float)
    high = (values > values.quantile(cut)).astype(float).where(values.notna())
    return high if name in ("SII", "spd_mm2") else 1 - high


def invariants(recorded, settings):
    """The record is what a second way gives for these settings, and hangs together."""
    chosen = DEFAULTS | settings
    patients, alpha = read_cohort("virtual"), 1 - chosen["level"]
    rows = patients.assign(
        a=unfavourable(patients, chosen["target"], chosen["cut"]),
        b=unfavourable(patients, chosen["second"], chosen["cut"]),
    )
    rows = rows[rows["arm"] == chosen["arm"]].dropna(subset=["a", "b"])
    both = (rows["a"] * rows["b"]).to_numpy()
    assert (recorded["n_pair"], recorded["events_pair"]) == (len(rows), rows["efs_event"].sum())
    code = (rows["a"] + 2 * rows["b"]).astype(int)
    assert recorded["group_sizes"] == [int((code == k).sum()) for k in range(4)]

    def fit(**columns):
        model = cox_model(rows.assign(**columns), tuple(columns))
        return [math.log(model.effect(name).hazard_ratio) for name in columns]

    a, b, product = fit(a=rows["a"], b=rows["b"], ab=both)
    assert recorded["group_ratios"] == pytest.approx(np.exp([a, b, a + b + product]))
    assert recorded["ratio_set"] == pytest.approx(math.exp(product))
    assert recorded["added_set"] == pytest.approx(math.exp(sum(fit(a=rows["a"], b=rows["b"]))))
    # the exercise puts another marker beside CD19
    beside = "SII" if chosen["second"] == "BPI" else "BPI"
    rows = patients.assign(
        a=unfavourable(patients, chosen["target"], chosen["cut"]),
        b=unfavourable(patients, beside, chosen["cut"]),
    )
    rows = rows[rows["arm"] == chosen["arm"]].dropna(subset=["a", "b"])
    other = math.exp(sum(fit(a=rows["a"], b=rows["b"])))
    assert recorded["expected_added"] == pytest.approx(other) != recorded["added_set"]
    assert 0 <= recorded["ratio_p"] <= 1 and 0 < recorded["adjusted"] <= 1
    # patients called negative
    scores = patients["cd19_h_score"].astype(float) < chosen["negative_below"]
    counts = []
    for arm in ("axi-cel", "SOC"):
        own = patients[scores & (patients["arm"] == arm) & patients["response"].notna()]
        counts += [int(own["response"].isin(["ongoing", "relapsed"]).sum()), len(own)]
    assert recorded["negative_counts"] == (counts if counts[1] and counts[3] else [])
    # noise draws a hazard ratio to one, and takes power
    assert recorded["diluted"] == sorted(recorded["diluted"], reverse=True)
    assert min(recorded["diluted"]) > 1
    assert recorded["diluted_power"] == sorted(recorded["diluted_power"], reverse=True)
    # where both are bad is the worst group, the more often the more is true
    neither, second_only, added, real = recorded["worst_set"]
    assert max(neither, second_only) + 0.05 < added
    assert recorded["confined_set"][3] == max(recorded["confined_set"])
    # cuts at the median make no interaction
    assert recorded["at_median"] == pytest.approx([1] * len(recorded["at_median"]), abs=0.06)
    if chosen["cut"] == 0.5:
        assert added < real
        assert recorded["ratio_large"][:3] == pytest.approx([1] * 3, abs=0.08)
    # only a true interaction, or cuts elsewhere, give one
    assert recorded["ratio_large"][3] > 1.5
    assert 0 <= recorded["fresh_interaction"] < 0.3
    # parts of an arm add up
    assert sum(recorded["who"]) == (patients["arm"] == chosen["arm"]).sum()
    assert recorded["screen_sizes"][0] == sum(recorded["screen_sizes"][1:])
    by_lot, by_marker, _, low_early, high_early = recorded["lost"]
    assert by_lot == pytest.approx(0.6, abs=0.03) and by_marker == pytest.approx(0.6, abs=0.03)
    assert high_early < 0.5 < 0.7 < low_early
    # an exercise by hand: Newcombe's limits from Wilson's
    z = stats.norm.ppf(1 - alpha / 2)
    wilson = [((k + z * z / 2) / (n + z * z),
               z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z))
              for k, n in ((11, 13), (6, 9))]  # fmt: skip
    upper = 11 / 13 - 6 / 9 + math.hypot(
        wilson[0][0] + wilson[0][1] - 11 / 13, 6 / 9 - wilson[1][0] + wilson[1][1]
    )
    assert recorded["expected_upper"] == pytest.approx(100 * upper, abs=1e-6)
    # 180 by strong cells alone are 60 % of them
    assert recorded["expected_unstained"] == pytest.approx(40)


BOTTOM_LINE = (
    "score_shown", "most_unstained", "any_high", "any_low", "ongoing_points", "ongoing_text",
    "negative_text", "ongoing_p", "implied_hr", "implied_p", "ties", "high_of_ongoing",
    "ongoing_of_high", "negative_axi", "negative_soc", "n_profile", "n_scored", "n_without",
    "negative_needed", "power_now", "stained_negative", "worst_found", "worst_seen",
    "worst_added", "ratio_seen", "ratio_lower", "ratio_upper", "confined",
)  # fmt: skip


def test_the_default_page_says_of_the_shipped_patients_what_its_prose_says(run):
    recorded = read_recorded(run())
    invariants(recorded, {})
    assert (recorded["n_pair"], recorded["group_sizes"]) == (121, [39, 25, 19, 38])
    # "nearly to the point", and the two groups between do better than adding explains
    assert recorded["worst_seen"] == pytest.approx(recorded["worst_added"], rel=0.05)
    found = biomarkers.two_markers(
        biomarkers.pair_rows(read_cohort("virtual"), "cd19_h_score", "SII"), "cd19_h_score", "SII"
    )
    for group in found.groups[1:3]:
        assert 1 < group.ratio.hazard_ratio < group.added - 0.2
    # the same interaction points up by cuts, and down as numbers
    assert recorded["number_ratio"] < 1 < recorded["ratio_seen"]
    assert recorded["ratio_lower"] < 1 < recorded["ratio_upper"]
    # the bottom line and the section show the same simulation
    assert recorded["confined"] == pytest.approx(100 * recorded["confined_set"][2])
    # "a trial would find the interaction hardly more often than if it were not there"
    assert recorded["fresh_interaction"] < 0.1
    # glycolysis: the median with a high H-score goes one way, the mean the other
    patients = read_cohort("virtual")
    column = "sig_glycolytic_activity"
    own = patients[patients["arm"] == "axi-cel"].dropna(
        subset=["cd19_h_score", "response", column]
    )
    own = own[own["cd19_h_score"] > patients["cd19_h_score"].median()]
    parts = [own.loc[(own["response"] == "ongoing") == flag, column] for flag in (True, False)]
    assert parts[0].median() < parts[1].median() and parts[0].mean() > parts[1].mean()


@pytest.mark.parametrize("settings", OTHERS)
def test_other_settings_give_the_right_other_result(run, settings):
    recorded, usual = read_recorded(run(**settings)), read_recorded(run())
    invariants(recorded, settings)
    assert recorded["ratio_set"] != usual["ratio_set"]
    # the bottom line speaks of print and of the shipped patients, whatever the settings
    assert {name: recorded[name] for name in BOTTOM_LINE} == {
        name: usual[name] for name in BOTTOM_LINE
    }


def test_every_table_and_picture_of_the_cohort_says_that_it_is_virtual(run):
    tables = [page for page in displayed(run(), "text/html") if "sl-table" in page]
    assert len(tables) == 19
    printed = [page for page in tables if "computed here from published numbers" in page]
    assert len(printed) == 4
    virtual = [page for page in tables if "no real patients" in page]
    assert len(virtual) == 13 and not set(virtual) & set(printed)
    # what is left are slides, made up to define a score
    rest = [page for page in tables if page not in printed + virtual]
    assert all("% strong" in page or "sum over the intensities" in page for page in rest)
    pictures = displayed(run(), "image/svg+xml")
    assert len(pictures) == 5
    assert sum("synthetic" in picture for picture in pictures) == 4


@pytest.mark.parametrize("target", ["cd19_h_score", "gene_CD19"])
def test_deposited_data_run_to_the_end_and_are_called_external(run, root, target):
    path = str(root / "tests/data/geo_made_family.soft")
    executed = run(cohort="geo", geo_file=path, target=target)
    recorded, usual = read_recorded(executed), read_recorded(run())
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    external = [page for page in tables if "real patients from an open data set" in page]
    assert len(tables) == 19 and len(external) == 8
    text = " ".join(displayed(executed, "text/html"))
    assert "nobody has an H-score in this cohort" in text
    # simulations are still simulations
    assert sum("no real patients" in page for page in tables) == 5
    assert not any("no real patients" in page for page in external)
    assert recorded["negative_counts"] == [] and recorded["who"][0] == 0
    assert recorded["n_pair"] == (0 if target == "cd19_h_score" else sum(recorded["group_sizes"]))
    assert {name: recorded[name] for name in BOTTOM_LINE} == {
        name: usual[name] for name in BOTTOM_LINE
    }


MISTAKES = [
    ({"arm": "axi"}, "arm is 'axi'; allowed: 'SOC' or 'axi-cel'."),
    ({"target": "SII"}, "target is 'SII'; allowed: 'cd19_h_score' or 'gene_CD19'."),
    ({"second": "cd19_h_score"}, "second is 'cd19_h_score'; allowed"),
    ({"negative_below": 0}, "negative_below is 0; it must be a number from 1 to 150."),
    ({"negative_below": "5"}, "negative_below is '5'"),
    ({"cut": 0.1}, "cut is 0.1; it must be a number from 0.2 to 0.8."),
    ({"correlation": 1.0}, "correlation is 1.0; it must be a number from 0 to 0.9."),
    ({"correlation": -0.5}, "correlation is -0.5"),
    ({"level": 95}, "level is 95"),
    ({"seed": 1.5}, "seed is 1.5; it must be a whole number"),
    ({"cohort": "geo"}, "GSE248835"),
    ({"geo_file": "x.soft"}, "x.soft"),
    ({"cohort": "real"}, "cohort is 'real'"),
]


@pytest.mark.parametrize(("parameters", "sentence"), MISTAKES)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def test_two_mistakes_are_two_sentences_and_no_call_stack(run):
    with pytest.raises(PapermillExecutionError) as caught:
        run(cut=1.0, second="age")
    assert caught.value.traceback == [f"InputError: {caught.value.evalue}"]
    assert "cut is 1.0" in caught.value.evalue and "second is 'age'" in caught.value.evalue


@pytest.mark.parametrize("settings", [{}, OTHERS[0]])
def test_exercises_ask_and_know_their_answers(run, settings):
    exercises_hold(run(**settings), EXERCISES)
