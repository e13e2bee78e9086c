"""Numbers of Shen 2025 on publication bias and on doubtful cells that the book reproduces."""

import numpy as np
import pytest

from secondline.claims import get_claim
from secondline.intervals import percentage_agrees
from secondline.proportions import (
    egger_matches,
    egger_specifications,
    egger_test,
    leave_one_out,
    pool_each_reading,
    regression_test,
)
from secondline.tables import read_dictionary, read_suspect_cells, read_trials, select_cohorts

# typed from the paper
PRINTED = {"ORR": "0.602", "CR": "0.558"}


@pytest.mark.parametrize(("outcome", "unrounded"), [("ORR", "0.6019"), ("CR", "0.5582")])
def test_printed_egger_p_from_raw_proportions_and_sizes(outcome, unrounded):
    """Raw proportions against 1/sqrt(n), weights n, every row of Table 2 that reports."""
    trials = read_trials()
    rows = trials[trials[f"{outcome.lower()}_events"].notna()]
    n = rows["n"].to_numpy(dtype=float)
    share = rows[f"{outcome.lower()}_events"].to_numpy(dtype=float) / n
    p = regression_test(share, 1 / np.sqrt(n), n).p_slope
    assert f"{p:.4f}" == unrounded
    assert f"{p:.3f}" == PRINTED[outcome] == get_claim(f"bsab-egger-{outcome.lower()}-p").value
    # STARGLO reports no objective response
    assert len(rows) == {"ORR": 11, "CR": 12}[outcome]


def test_no_other_specification_gives_both():
    tables = {outcome: egger_specifications(read_trials(), outcome) for outcome in PRINTED}
    assert len(tables["ORR"]) == len(tables["CR"]) == 90
    both = egger_matches(tables).query("both == 'yes'")
    assert both[["rows", "scale", "predictor", "weights"]].to_numpy().tolist() == [
        ["all cohorts", "raw", "1/sqrt(n)", "n"]
    ]


def test_the_search_knows_the_usual_test():
    """The classic form stands in the search with the value that egger_test gives."""
    table = egger_specifications(read_trials(), "ORR")
    cohorts = select_cohorts(read_trials(), "after CAR-T monotherapy", "ORR")
    for scale in ("freeman-tukey", "logit", "raw"):
        row = table[
            (table["rows"] == "after CAR-T monotherapy")
            & (table["scale"] == scale)
            & (table["predictor"] == "standard error")
            & (table["weights"] == "1/variance")
        ]
        p = egger_test(cohorts["events"], cohorts["totals"], transform=scale).p_slope
        assert row["p"].item() == pytest.approx(p, abs=1e-14)


def test_suspect_cells_have_their_columns_in_the_dictionary():
    dictionary = read_dictionary()
    mine = dictionary[dictionary["table"] == "bispecific_suspect_cells"]
    assert mine["column"].tolist() == read_suspect_cells().columns.tolist()


def test_suspect_cells_are_those_of_the_table_and_fit_the_printed_percentages():
    cells, trials = read_suspect_cells(), read_trials()
    for cell in cells.itertuples():
        row = trials[(trials["trial"] == cell.trial) & (trials["prior_car_t"] == cell.prior_car_t)]
        assert int(row[cell.column].item()) == cell.printed
        assert all(get_claim(claim) for claim in cell.claims.split())
    # typed from the paper: 40 % and 23 % of mosunetuzumab, 37 % of glofitamab
    assert percentage_agrees(12, 30, "40") and not percentage_agrees(11, 27, "40")
    assert percentage_agrees(7, 30, "23") and not percentage_agrees(6, 27, "23")
    assert percentage_agrees(19, 52, "37") and not percentage_agrees(20, 52, "37")


@pytest.mark.parametrize(("outcome", "readings"), [("ORR", 2), ("CR", 4)])
def test_each_reading_of_the_suspect_cells_is_pooled(outcome, readings):
    population = "after CAR-T monotherapy"
    results = pool_each_reading(read_trials(), read_suspect_cells(), population, outcome)
    assert len(results) == readings
    assert results[0].changed == ()
    printed = {"ORR": "54.5", "CR": "35.6"}[outcome]
    assert f"{100 * results[0].result.estimate:.1f}" == printed
    last = results[-1].result
    changed = {"ORR": (135, 249), "CR": (88, 249)}[outcome]
    assert (last.events, last.patients) == changed
    # no reading moves the pool by as much as half a percentage point
    assert max(abs(r.result.estimate - results[0].result.estimate) for r in results) < 0.005


def test_stable_is_true_of_the_average_and_not_of_the_heterogeneity():
    """'The data were stable': without one trial the average moves by under five points, I2 to 0."""
    cohorts = select_cohorts(read_trials(), "after CAR-T monotherapy", "ORR")
    rest = leave_one_out(cohorts["events"], cohorts["totals"])
    moved = [abs(100 * r.estimate - 54.5) for r in rest]
    assert max(moved) < 5
    assert min(r.i2 for r in rest) == 0
    assert max(r.i2 for r in rest) > 70
