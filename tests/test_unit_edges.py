"""Own trials at the edges: what is paired, what has no interval, what is no test."""

import numpy as np
import pandas as pd
import pytest

from secondline import sequencing
from secondline.errors import InputError
from secondline.proportions import (
    beta_binomial,
    meta_regression,
    pool,
    predict_regression,
    reading,
    report_sentence,
)
from secondline.proportions.paired import paired_cohorts
from secondline.proportions.robustness import filled_span, small_study_tests
from secondline.survival import kaplan_meier
from secondline.tables import read_trials

WORDS = {"outcome": "a response", "population": "own trials"}


def table(tmp_path, *rows):
    path = tmp_path / "mine.csv"
    head = "trial,backbone,prior_car_t,n,orr_events,cr_events"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    return read_trials(path)


def test_a_trial_is_paired_backbone_by_backbone(tmp_path):
    trials = table(
        tmp_path, "A,none,yes,20,8,2", "A,none,no,30,20,9", "A,pola,yes,10,6,3",
        "A,pola,no,12,9,5", "B,none,yes,15,5,1", "B,none,no,15,9,4",
    )  # fmt: skip
    paired = paired_cohorts(trials, "ORR")
    assert paired[["trial", "events_exposed", "totals_naive"]].to_numpy().tolist() == [
        ["A", 8, 30],
        ["A", 6, 12],
        ["B", 5, 15],
    ]


def test_an_antibody_alone_is_not_paired_with_a_combination(tmp_path):
    trials = table(tmp_path, "A,none,yes,20,8,2", "A,pola,no,30,25,9", "B,none,yes,20,8,2")
    assert len(paired_cohorts(trials, "ORR")) == 0
    told = sequencing.odds_before_after(trials)
    assert told["odds_ratio"] == (0.0, 0.5)
    assert told["odds_ratio_spread"] == "by hand"


def test_an_interval_without_width_is_no_certainty():
    result = pool([10, 10, 10], [20, 20, 20], ci="hksj")
    text = reading(result, **WORDS)
    assert "Its interval has no width, which is no sign of certainty." in text
    assert "are compatible" not in text
    assert "true share in a new trial" not in text
    assert "the Hartung-Knapp interval has no width" in report_sentence(result, **WORDS)


def test_what_was_seen_is_told_where_everybody_responded():
    text = reading(pool([12, 27], [12, 27], transform="logit"), **WORDS)
    assert "39 of 39 patients had a response; the average is estimated at" in text


def test_a_sparse_p_value_gets_no_verdict():
    result = pool([3, 0, 0], [60, 40, 35], transform="glmm")
    text = reading(result, **WORDS)
    assert "more than chance" not in text
    assert "too sparse" in text


def test_trials_of_one_share_have_no_small_study_test():
    for events in ([0, 0, 0, 0], [10, 20, 30, 40]):
        tests = small_study_tests(events, [10, 20, 30, 40])
        assert tests["p"].isna().all()
        assert tests["why"].str.contains("nothing is compared").all()


def test_no_span_where_trim_and_fill_has_no_answer():
    assert np.isnan(filled_span([5, 6], [10, 20], transform="logit", method="DL"))
    assert np.isnan(filled_span([5, 6, 7], [10, 20, 30], transform="glmm", method="DL"))
    with pytest.raises(InputError):
        filled_span([5, 6, 7], [10, 20, 30], transform="nonsense", method="DL")


def test_moderators_are_found_by_their_names():
    moderators = pd.DataFrame({"year": [1, 2, 3, 4, 5], "lines": [3, 2, 3, 2, 2]})
    fit = meta_regression([11, 26, 35, 33, 29], [27, 52, 46, 61, 60], moderators)
    one = predict_regression(fit, {"year": [2], "lines": [3]})
    other = predict_regression(fit, {"lines": [3], "year": [2]})
    np.testing.assert_allclose(one, other)
    with pytest.raises(InputError, match="the model has year, lines"):
        predict_regression(fit, {"year": [2], "size": [3]})


def test_events_coded_otherwise_are_refused():
    with pytest.raises(InputError, match="only 1 .event. and 0 .censored."):
        kaplan_meier([1, 2, 3], [2, 1, 2])


@pytest.mark.parametrize("name", ["prior_mean", "prior_spread"])
def test_priors_stay_where_the_grid_serves(name):
    for pair in ((0.5, 0.5), (0.5, 1e6), (1e6, 0.5)):
        result = beta_binomial([11, 26, 35], [27, 52, 46], **{name: pair})
        assert 0 <= result.lower <= result.estimate <= result.upper <= 1
    with pytest.raises(InputError, match="from 0.5 to 1e9"):
        beta_binomial([11, 26, 35], [27, 52, 46], **{name: (0.001, 0.001)})


def test_an_asymptotic_p_is_not_called_exact():
    from secondline.proportions.subgroup_tests import GroupingTest

    class Homogeneity:
        p_exact = float("nan")

    test = GroupingTest(None, "homogeneity", 0.1, 0.1, Homogeneity(), {})
    assert not test.is_exact


def test_numbers_serve_where_a_duration_is_in_own_words(tmp_path):
    from secondline.survival import classify_medians

    path = tmp_path / "mine.csv"
    path.write_text(
        "trial,backbone,prior_car_t,n,orr_events,cr_events,dor,dor_median,dor_lower\n"
        "A,none,yes,20,8,2,about half a year,6,3\n"
        "B,none,yes,20,8,2,long,,\n",
        encoding="utf-8",
    )
    cells = classify_medians(read_trials(path), "DOR")
    assert cells["median"].tolist()[0] == 6
    assert cells["lower"].tolist()[0] == 3
    assert cells["status"].tolist()[1] == "in other words"
