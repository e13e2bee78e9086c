"""Small-study effects, influence and meta-regression: what they refuse, and what they note."""

import numpy as np
import pytest

from secondline.errors import InputError, NoFiniteEstimate
from secondline.proportions import (
    leave_one_out,
    leave_one_out_table,
    meta_regression,
    pool,
    pool_all_ways,
    predict_regression,
)

EVENTS, TOTALS = [11, 26, 35, 33, 29], [27, 52, 46, 61, 60]


# --- meta-regression -----------------------------------------------------------


@pytest.mark.parametrize(
    ("moderators", "settings", "words"),
    [
        ({"a": [1, 2, 3, 4, 5], "b": [1, 0, 2, 1, 1], "c": [0, 1, 1, 0, 0]}, {}, "at least 6"),
        ({"dose": [2, 2, 2, 2, 2]}, {}, "'dose' is the same in all trials"),
        ({"a": [1, 2, 3, 4, 5], "b": [2, 4, 6, 8, 10]}, {}, "collinear"),
        ({"a": [1, 2, 3, 4]}, {}, "'a' has 4 rows and there are 5 trials"),
        ({"a": [1, 2, None, 4, 5]}, {}, "Row 3: the moderator 'a' is missing"),
        ({"a": [1, 2, "x", 4, 5]}, {}, "Row 3: the moderator 'a' is 'x'"),
        ({}, {}, "no moderator"),
        ([1, 2, 3, 4, 5], {"transform": "glmm"}, "transform is 'glmm'; allowed: 'freeman-tukey'"),
        ([1, 2, 3, 4, 5], {"method": "ML"}, "method is 'ML'"),
        ([1, 2, 3, 4, 5], {"test": "t"}, "test is 't'; allowed: 'z' or 'knha'"),
        ([1, 2, 3, 4, 5], {"level": 95}, "level is 95"),
    ],
)
def test_meta_regression_refuses_in_a_sentence(moderators, settings, words):
    with pytest.raises(InputError, match=words):
        meta_regression(EVENTS, TOTALS, moderators, **settings)


def test_meta_regression_warns_where_trials_are_few():
    fit = meta_regression(EVENTS, TOTALS, {"a": [1, 2, 3, 4, 5]})
    assert any("fewer than 10 trials" in note for note in fit.notes)
    many = meta_regression(EVENTS * 2, TOTALS * 2, {"a": list(range(10))})
    assert many.notes == ()
    corrected = meta_regression([0, *EVENTS[1:]], TOTALS, [1, 2, 3, 4, 5], transform="logit")
    assert "(row 1)" in corrected.notes[0]


def test_meta_regression_on_a_line_has_no_test():
    fit = meta_regression([10] * 5, [20] * 5, [1, 2, 3, 4, 5], test="knha", method="DL")
    assert np.isnan(fit.qm)
    assert np.isnan(fit.p_values).all()
    assert "no test" in fit.notes[0]
    assert np.isfinite(fit.lower).all()


def test_prediction_at_the_mean_lies_between_the_ends():
    fit = meta_regression(EVENTS, TOTALS, {"a": [1, 2, 3, 4, 5]})
    estimate, lower, upper = predict_regression(fit, {"a": [1, 3, 5]})
    assert min(estimate[0], estimate[2]) < estimate[1] < max(estimate[0], estimate[2])
    assert (lower < estimate).all()
    assert (estimate < upper).all()
    with pytest.raises(InputError, match="the model has 1: a"):
        predict_regression(fit, {"a": [1], "b": [2]})


# --- a binomial-normal model without an estimate ---------------------------------


def test_leaving_out_the_only_trial_with_events_gives_none():
    events, totals = [5, 0, 0, 0], [20, 15, 12, 11]
    results = leave_one_out(events, totals, transform="glmm")
    assert results[0] is None
    assert all(result is not None for result in results[1:])
    from types import SimpleNamespace

    class Rows(list):
        def itertuples(self):
            return iter(self)

    cohorts = Rows(SimpleNamespace(trial=name, study="") for name in "ABCD")
    table = leave_one_out_table(results, cohorts)
    assert table.iloc[0].tolist() == ["A", "–", "–", "–", "–"]
    assert table.iloc[1]["Pooled %"] != "–"


def test_no_finite_estimate_is_its_own_kind_of_error():
    with pytest.raises(NoFiniteEstimate):
        pool([0, 0], [10, 12], transform="glmm")
    # every other fault still shows itself
    with pytest.raises(InputError) as caught:
        leave_one_out([1, 2, 3], [5, 5, 5], transform="glmm", ci="hksj")
    assert not isinstance(caught.value, NoFiniteEstimate)
    assert {r.transform for r in pool_all_ways([0, 0], [10, 12])} == {
        "freeman-tukey", "logit", "arcsine", "raw", "log",
    }
