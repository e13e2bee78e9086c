"""Regressions on the size of trials: their arithmetic, and what one specification decides."""

import pytest

from secondline.errors import InputError
from secondline.proportions import egger_significant, egger_specifications, regression_test
from secondline.tables import read_trials


def test_unweighted_regression_equals_scipy():
    from scipy.stats import linregress

    x, y = [0.1, 0.2, 0.25, 0.4, 0.45], [0.5, 0.55, 0.4, 0.7, 0.6]
    mine, theirs = regression_test(y, x, [1] * 5), linregress(x, y)
    assert mine.slope == pytest.approx(theirs.slope, abs=1e-12)
    assert mine.slope_se == pytest.approx(theirs.stderr, abs=1e-12)
    assert mine.p_slope == pytest.approx(theirs.pvalue, abs=1e-12)


def test_regression_needs_three_trials_and_a_spread():
    with pytest.raises(InputError, match="at least 3 trials"):
        regression_test([1, 2], [1, 2], [1, 1])
    with pytest.raises(InputError, match="no slope"):
        regression_test([1, 2, 3], [1, 1, 1], [1, 1, 1])
    with pytest.raises(InputError, match="weight above 0"):
        regression_test([1, 2, 3], [1, 2, 3], [1, 0, 1])


def test_one_specification_alone_gives_both_printed_egger_p_values():
    hits = []
    for outcome, printed in (("ORR", "0.602"), ("CR", "0.558")):
        table = egger_specifications(read_trials(), outcome)
        agree = table[[f"{p:.3f}" == printed for p in table["p"]]]
        hits.append(set(map(tuple, agree[["rows", "scale", "predictor", "weights"]].to_numpy())))
    assert hits[0] & hits[1] == {("all cohorts", "raw", "1/sqrt(n)", "n")}


def test_usual_egger_test_depends_on_the_scale():
    """What the chapter on conflicts says of its table."""
    tables = {outcome: egger_specifications(read_trials(), outcome) for outcome in ("ORR", "CR")}
    assert len(tables["ORR"]) == 90
    assert egger_significant(tables, ("logit", "arcsine", "freeman-tukey")) == 0
    assert egger_significant(tables, ("raw", "log")) == 5
