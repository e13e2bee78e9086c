"""What the page shows is what was computed."""

import numpy as np
import pytest

from secondline import proportions
from secondline.proportions import pool, pool_all_ways, study_intervals
from secondline.tables import read_trials, select_cohorts


@pytest.fixture(scope="module")
def cohorts():
    return select_cohorts(read_trials(), "after CAR-T monotherapy", "ORR")


def test_level_changes_both_intervals(cohorts):
    narrow = pool(cohorts["events"], cohorts["totals"], level=0.8)
    wide = pool(cohorts["events"], cohorts["totals"], level=0.99)
    assert wide.lower < narrow.lower < narrow.upper < wide.upper
    assert wide.prediction_lower < narrow.prediction_lower
    low, high = study_intervals([11], [27], level=0.8)
    lower, upper = study_intervals([11], [27], level=0.99)
    assert lower[0] < low[0] < high[0] < upper[0]


def test_forest_table_holds_each_trials_own_values(cohorts):
    result = pool(cohorts["events"], cohorts["totals"])
    limits = study_intervals(cohorts["events"], cohorts["totals"])
    table = proportions.forest_table(result, cohorts, limits)
    assert table["%"].tolist() == ["40.7", "50.0", "76.1", "54.1", "48.3", "54.5"]
    assert table["95 % CI"].iloc[0] == "22.4 to 61.2"
    assert table["95 % CI"].iloc[-1] == "43.1 to 65.7"
    assert table["Weight %"].iloc[0] == f"{100 * result.weights[0]:.1f}"


def test_methods_table_puts_each_interval_in_its_column(cohorts):
    table = proportions.methods_table(pool_all_ways(cohorts["events"], cohorts["totals"]))
    row = table[(table["Scale"] == "Freeman-Tukey") & (table["Model"] == "DL")].iloc[0]
    for ci, column in (("wald", "Wald"), ("hksj", "Hartung-Knapp")):
        r = pool(cohorts["events"], cohorts["totals"], ci=ci)
        assert row[column] == f"{100 * r.lower:.1f} to {100 * r.upper:.1f}"
    assert row["New trial"] == "18.2 to 88.3"


@pytest.mark.parametrize(
    ("settings", "ways"),
    [
        ({}, {("freeman-tukey", m) for m in ("common", "DL", "REML", "PM")}
         | {(t, "DL") for t in ("logit", "arcsine", "raw", "log")}),
        ({"transform": "log", "method": "common"},
         {("log", m) for m in ("common", "DL", "REML", "PM")}
         | {(t, "common") for t in ("freeman-tukey", "logit", "arcsine", "raw")}),
        ({"transform": "glmm"},
         {(t, "REML") for t in ("freeman-tukey", "logit", "arcsine", "raw", "log")}),
    ],
)
def test_one_change_shows_the_neighbours_of_a_pool(cohorts, settings, ways):
    counts = cohorts["events"], cohorts["totals"]
    near = proportions.one_change(pool_all_ways(*counts), pool(*counts, **settings))
    found = [(r.transform, r.method, r.ci) for r in near]
    assert len(found) == len(set(found))
    assert {f[:2] for f in found} == ways | {("glmm", "common"), ("glmm", "ML")}
    # every interval of each
    assert len(found) == 3 * len(ways) + 2


def test_spread_of_methods_compares_hartung_knapp_with_wald(cohorts):
    spread = proportions.spread_of_methods(pool_all_ways(cohorts["events"], cohorts["totals"]))
    assert spread["ways"] == 62
    assert spread["ways_lowest"] <= spread["random_lowest"] <= spread["random_highest"]
    # five trials with real spread: t with four degrees of freedom is the wider one
    assert 1.2 < spread["hksj_width_ratio"] < 1.7


def test_way_back_uses_the_size_it_names(cohorts):
    result = pool(cohorts["events"], cohorts["totals"])
    table = proportions.back_transform_table(result, cohorts["totals"]).set_index("Carried back at")
    assert table["n"].to_dict() == {
        "smallest trial": "27.0",
        "harmonic mean": "45.0",
        "arithmetic mean": "49.2",
        "largest trial": "61.0",
        "all patients": "246.0",
    }
    assert table.loc["harmonic mean", "Pooled %"] == f"{100 * result.estimate:.2f}"


def test_report_and_reading_state_the_limits(cohorts):
    result = pool(cohorts["events"], cohorts["totals"])
    words = {"outcome": "an objective response", "population": "antibody alone"}
    assert "54.5 % (95 % CI 43.1 to 65.7;" in proportions.report_sentence(result, **words)
    assert "43.1 to 65.7 % are compatible" in proportions.reading(result, **words)
    assert "between 18.2 and 88.3 %" in proportions.reading(result, **words)
    assert "more than chance readily explains" in proportions.reading(result, **words)


def test_heterogeneity_table_says_where_words_hold():
    table = proportions.heterogeneity_table(proportions.reproduce_printed_pools())
    assert table["Holds"].tolist() == ["yes", "yes", "no", "yes", "no", "no"]


def test_agreement_compares_with_r_and_not_with_itself(reference):
    from secondline.agreement import compare_with_r

    frame = compare_with_r().frame
    entry = next(
        e for e in reference["datasets"][0]["pools"] if (e["transform"], e["method"]) == ("logit", "PM")
    )
    mine = frame[(frame["data_set"] == "mono ORR") & (frame["transform"] == "logit")]
    row = mine[(mine["method"] == "PM") & (mine["quantity"] == "tau2")].iloc[0]
    assert row["r"] == float(entry["tau2"])
    assert np.isfinite(row["here"])
