"""Bad input to the survival layer gives a sentence, and edges give what they should."""

import numpy as np
import pandas as pd
import pytest

from secondline import figures
from secondline.errors import InputError, NoFiniteEstimate
from secondline.survival import (
    Printed,
    analyse_efficacy,
    arm_curves,
    check_page,
    contrast_page,
    cox_model,
    cure_by_arm,
    cure_page,
    cure_reading,
    curves_page,
    curves_reading,
    early_reading,
    efficacy_report,
    frequencies,
    hazard_view,
    hazards_reading,
    implied_page,
    means_reading,
    median_reading,
    milestone,
    milestone_reading,
    mixture_cure,
    periods_page,
    prediction_reading,
    proportional_hazards_test,
    quantile_page,
    quantile_reading,
    restricted_mean,
    risk_page,
    six_months_reading,
)

TIME = [1.0, 2, 3, 4, 5, 6, 7, 8]
EVENT = [1, 1, 0, 1, 1, 0, 1, 0]
ARM = ["SOC", "axi-cel"] * 4


def table(**columns):
    return pd.DataFrame({"efs_months": TIME, "efs_event": EVENT, "arm": ARM} | columns)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: arm_curves([1, -2], [1, 0], [0, 1]), "A time is missing, negative"),
        (lambda: arm_curves([1, np.nan], [1, 0], [0, 1]), "A time is missing, negative"),
        (lambda: arm_curves(["x", "y"], [1, 0], [0, 1]), "time holds something that is not a number"),
        (lambda: arm_curves([1, 2], [1, 2], [0, 1]), "event must hold only 1 (event) and 0"),
        (lambda: arm_curves([1, 2], [1], [0, 1]), "one time and one event"),
        (lambda: arm_curves([], [], []), "one time and one event"),
        (lambda: arm_curves([1, 2], [1, 0], [0]), "1 arms for 2 patients"),
        (lambda: arm_curves([1, 2], [1, 0], [0, None]), "A patient has no arm"),
        (lambda: arm_curves([1, 2], [1, 0], [0, 1], at=[2, 1]), "at must hold rising times"),
        (lambda: arm_curves([1, 2], [1, 0], [0, 1], level=95), "level is 95; it must lie between"),
        (lambda: milestone(TIME, EVENT, ["a"] * 8, 2.0), "arm holds 'a'; allowed are 'axi-cel'"),
        (lambda: milestone(TIME, EVENT, [1] * 8, 2.0), "No patient is in the arm 'SOC'"),
        (lambda: milestone(TIME, EVENT, ARM, 0), "at is 0; it must be a time above 0"),
        (lambda: milestone(TIME, EVENT, ARM, 99), "observed for"),
        (lambda: restricted_mean(TIME, EVENT, ARM, -1), "horizon is -1; it must be a time above 0"),
        (lambda: restricted_mean(TIME, EVENT, ARM, 99), "a mean up to 99 months needs longer"),
        (lambda: restricted_mean(TIME, EVENT, ARM, 3, level=1), "level is 1; it must lie between"),
        (lambda: cox_model(table(), ["age"]), "The table has no column 'age'"),
        (lambda: cox_model(table(x=list("abcdefgh")), ["x"]), "'x' holds text"),
        (lambda: cox_model(table(x=[np.inf] * 8), ["x"]), "not finite"),
        (lambda: cox_model(table(x=[np.nan] * 8), ["x"]), "No patient has a value in each"),
        (lambda: cox_model(table(), []), "covariates are []"),
        (lambda: cox_model(table(x=range(8)), ["arm"], interaction="x"), "they must hold"),
        (lambda: cox_model(table(), level=0), "level is 0; it must lie between"),
        (lambda: cox_model(table()).effect("age"), "The model has no term 'age'"),
        (lambda: cox_model(table()).arm_effect(1), "no interaction with the arm"),
        (lambda: proportional_hazards_test(TIME, EVENT, ARM, transform="sqrt"), "allowed: 'km',"),
        (lambda: proportional_hazards_test([0, *TIME[1:]], EVENT, ARM, transform="log"), "no logarithm"),
        (lambda: hazard_view(TIME, EVENT, ARM, cuts=(4, 2)), "cuts must hold rising times"),
        (lambda: hazard_view(TIME, EVENT, ARM, cuts=(0, 2)), "cuts must hold rising times"),
        (lambda: mixture_cure(TIME, EVENT, bases="gamma"), "allowed: 'Weibull',"),
        (lambda: mixture_cure(TIME, EVENT, bases=()), "allowed: 'Weibull',"),
        (lambda: mixture_cure([0, *TIME[1:]], EVENT), "A time is 0"),
        (lambda: mixture_cure(TIME, EVENT, level=2), "level is 2"),
        (lambda: analyse_efficacy(table().drop(columns="arm")), "The cohort has no column 'arm'"),
        (lambda: Printed(0.4, 8, 2, 0.4, 1.2, 24), "shares free of the event must lie between"),
        (lambda: Printed(0, 8, 2, 0.4, 0.2, 24), "must be above 0"),
    ],
)  # fmt: skip
def test_bad_input_gives_a_sentence(call, sentence):
    with pytest.raises(InputError) as caught:
        call()
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: cox_model(table(efs_event=[0] * 8)), "None of the 8 patients has an event"),
        (lambda: cox_model(table(x=[1] * 8), ["x"]), "'x' has one value in all patients"),
        (lambda: cox_model(table(x=np.arange(8), y=2 * np.arange(8)), ["x", "y"]), "no finite estimate"),
        # every event in one arm
        (lambda: cox_model(table(efs_event=[1, 0] * 4)), "no finite estimate"),
        # the one with the event has the largest value each time
        (lambda: cox_model(table(efs_event=[1] * 8, x=-np.arange(8.0)), ["x"]), "no finite estimate"),
        (lambda: proportional_hazards_test([1] * 8, [1] * 8, ARM), "no test"),
        (lambda: mixture_cure(TIME, [1, 1, 1, 1, 0, 0, 0, 0]), "4 events are too few"),
    ],
)  # fmt: skip
def test_what_has_no_estimate_says_so(call, sentence):
    with pytest.raises(NoFiniteEstimate) as caught:
        call()
    assert sentence in str(caught.value)


def test_patients_with_a_missing_value_are_left_out_and_counted():
    model = cox_model(table(x=[1, 2, np.nan, 1, 3, 2, 1, 4]), ["arm", "x"])
    assert (model.n, model.left_out, model.events) == (7, 1, 5)


def test_arms_are_named_and_ordered_alike_however_they_are_written():
    by_number = arm_curves(TIME, EVENT, [0, 1] * 4)
    by_name = arm_curves(TIME, EVENT, ARM)
    assert list(by_number) == list(by_name) == ["axi-cel", "SOC"]
    assert by_number["SOC"].survival == pytest.approx(by_name["SOC"].survival, nan_ok=True)
    assert list(arm_curves(TIME, EVENT, ["low", "high"] * 4)) == ["low", "high"]


def test_a_share_is_not_told_beyond_the_observation():
    curves = arm_curves([1, 2, 3, 4], [1, 0, 1, 1], [0, 0, 1, 1], at=(0, 1, 3, 9))
    assert curves["SOC"].survival == pytest.approx([1, 0.5, np.nan, np.nan], nan_ok=True)
    # a curve at zero stays there
    assert curves["axi-cel"].survival == pytest.approx([1, 1, 0.5, 0], nan_ok=True)


def test_number_needed_to_treat_only_where_the_interval_excludes_zero():
    same = milestone([1, 2, 3, 4] * 10, [1, 1, 0, 0] * 10, [0] * 20 + [1] * 20, 2.5)
    assert same.difference == pytest.approx(0)
    assert np.isnan([same.needed, same.needed_lower, same.needed_upper]).all()
    apart = milestone([1.0] * 30 + [2] * 10 + [1] * 5 + [2] * 35, [1] * 30 + [0] * 10 + [1] * 5 + [0] * 35,
                      [0] * 40 + [1] * 40, 1.5)  # fmt: skip
    assert apart.difference == pytest.approx(0.875 - 0.25)
    assert apart.needed == pytest.approx(1 / 0.625)
    assert apart.needed_lower < apart.needed < apart.needed_upper


def test_a_period_without_events_in_an_arm_has_no_ratio_and_the_reading_says_so():
    rng = np.random.default_rng(2)
    time = np.concatenate([rng.uniform(0.5, 5, 40), rng.uniform(0.5, 20, 40)])
    arm = np.repeat([0, 1], 40)
    view = hazard_view(time, np.ones(80, bool), arm, cuts=(5.5,))
    assert np.isnan(view.periods["hazard_ratio"].iloc[1])
    cohort = pd.DataFrame({"efs_months": time, "efs_event": True, "arm": np.where(arm, "axi-cel", "SOC")})
    result = analyse_efficacy(cohort, horizon=10, at=8)
    assert "one arm has no event" in hazards_reading(result)
    assert np.isnan(result.shares.lower[0])
    assert curves_page(result).shape[0] == 2
    assert (contrast_page(result).map(len) > 0).all(axis=None)


def test_no_plateau_and_no_fit_are_said():
    rng = np.random.default_rng(1)
    time, event = rng.exponential(5, 80), np.ones(80, bool)
    assert "there is no plateau" in mixture_cure(time, event, bases="Weibull").caution
    cohort = pd.DataFrame({"efs_months": time, "efs_event": np.arange(80) < 77,
                           "arm": ["axi-cel"] * 77 + ["SOC"] * 3})  # fmt: skip
    cures = cure_by_arm(cohort, bases=("Weibull",))
    assert cures["SOC"] == "0 events are too few for three parameters."
    assert "SOC: 0 events are too few" in cure_reading(cures)
    assert cure_page(cures)["Fit"].tolist()[-1] == "no fit"


def test_people_add_up_and_the_words_follow_the_sign():
    assert "about 41 are free" in frequencies(0.405, 0.163, 24)
    assert "25 more with axi-cel than with SOC (24.2 before" in frequencies(0.405, 0.163, 24)
    assert "10 fewer with axi-cel" in frequencies(0.2, 0.3, 6)
    assert "as many with one as with the other" in frequencies(0.2, 0.2, 6)


def test_printed_numbers_of_the_trial_do_not_fit_one_hazard_ratio():
    printed = Printed(0.398, 8.3, 2.0, 0.405, 0.163, 24)
    assert 100 * printed.share_from_hazard_ratio == pytest.approx(48.579, abs=1e-3)
    low, high = printed.share_range
    assert 0.405 < low < printed.share_from_hazard_ratio < high < 0.49
    assert printed.hazard_ratio_from_shares == pytest.approx(0.4982, abs=1e-4)
    assert printed.hazard_ratio_from_medians == pytest.approx(0.2410, abs=1e-4)
    assert 100 * printed.share_axi_from_median == pytest.approx(13.47, abs=0.01)
    assert 100 * printed.risk_reduction == pytest.approx(28.91, abs=0.01)
    assert printed.needed == pytest.approx(1 / 0.242)


def drawn(figure):
    """Draw, and return every text with its box in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure).draw()
    found = figure.findobj(lambda artist: hasattr(artist, "get_text") and artist.get_text().strip())
    return [(text.get_text(), text.get_window_extent()) for text in found if text.get_visible()]


def strata(names, seed=1):
    rng = np.random.default_rng(seed)
    time = np.concatenate([rng.exponential(5 + 4 * i, 60) for i in range(len(names))])
    groups = np.repeat(names, 60)
    return arm_curves(np.minimum(time, 40), time < 40, groups, at=range(0, 37, 6))


@pytest.mark.parametrize(
    "names",
    [
        ("axi-cel", "SOC"),
        ("axi-cel, B-cell signature above the median of all", "axi-cel, at or below", "SOC, $x^$ <b>"),
        tuple(f"group {'x' * 70} {i}" for i in range(6)),
    ],
)
def test_curves_show_every_name_as_it_stands_and_nothing_outside_the_picture(names):
    figure = figures.survival_curves(strata(names), provenance="virtual", mark=24.0)
    texts = drawn(figure)
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in texts:
        assert box.x0 >= -1, text
        assert box.x1 <= width + 1, text
        assert box.y0 >= -1, text
        assert box.y1 <= height + 1, text
    said = " ".join(text for text, _ in texts)
    assert "synthetic data, no real patients" in said
    assert said.count(": median") == len(names)
    assert said.count("60") >= len(names)


@pytest.mark.parametrize("high", [0.95, 0.3])
def test_names_do_not_lie_on_a_curve(high):
    """A curve that stays high takes the corner, and the names move above the picture."""
    n = 200
    died = np.arange(n) >= high * n  # of the first group; of the second everybody
    time = np.where(died, np.linspace(1, 8, n), 40.0)
    curves = arm_curves(
        np.concatenate([time, np.linspace(1, 36, n)]), np.concatenate([died, np.full(n, True)]),
        ["first"] * n + ["second"] * n, at=range(0, 37, 6),
    )  # fmt: skip
    figure = figures.survival_curves(curves, provenance="virtual", mark=6.0)
    names = [box for text, box in drawn(figure) if ": median" in text]
    assert len(names) == 2
    axes = figure.axes[0]
    for box in names:
        left, bottom = axes.transData.inverted().transform((box.x0, box.y0))
        for arm in curves.values():
            reached = arm.curve.survival[arm.curve.times < max(left, 0)]
            assert bottom > 100 * (reached[-1] if len(reached) else 1)
    # the corner is used where it is free
    inside = all(box.y1 < axes.bbox.y1 for box in names)
    assert inside == (high < 0.5)


def test_arms_keep_their_colour_with_and_without_strata():
    colours = figures.survival_curves(strata(("axi-cel, low", "axi-cel, high", "SOC, low")),
                                      provenance="virtual").axes[0].get_lines()  # fmt: skip
    blue, vermilion = "#0072B2", "#D55E00"
    used = [line.get_color() for line in colours if len(line.get_xdata()) > 20]
    assert used[:3] == [blue, blue, vermilion]
    styles = {line.get_linestyle() for line in colours[:2]}
    assert len(styles) == 2 or len({line._dash_pattern for line in colours[:2]}) == 2


def test_people_and_hazards_are_drawn_with_their_mark():
    people = figures.icon_array({"axi-cel": 41, "SOC": 16}, provenance="virtual", what="well")
    said = " ".join(text for text, _ in drawn(people))
    assert "axi-cel: 41 of 100" in said
    assert "no real patients" in said
    rng = np.random.default_rng(3)
    time, arm = rng.exponential(6, 120), np.arange(120) % 2
    view = hazard_view(time, time < 20, arm, cuts=(2, 6, 12))
    said = " ".join(t for t, _ in drawn(figures.hazard_over_time(view, provenance="virtual")))
    assert "no real patients" in said
    assert f"all: {view.hazard_ratio:.2f}" in said


@pytest.mark.parametrize("seed", range(8))
def test_no_sentence_or_table_shows_a_missing_number(seed):
    """Small trials: medians and shares not reached, contrasts that turn round, periods without events."""
    rng = np.random.default_rng(seed)
    n, rates = 16 + 8 * seed, rng.uniform(0.02, 0.4, 2)
    arm = np.arange(n) % 2
    time = rng.exponential(1 / rates[arm])
    ends = rng.uniform(9, 30, n)
    # one patient of each arm is watched long enough for the milestone
    ends[:2] = 40
    cohort = pd.DataFrame(
        {"efs_months": np.minimum(time, ends), "efs_event": time <= ends,
         "arm": np.where(arm, "axi-cel", "SOC")}
    )  # fmt: skip
    cohort.loc[n] = [np.nan, True, "SOC"]
    try:
        result = analyse_efficacy(cohort, horizon=8, at=9)
    except NoFiniteEstimate as reason:
        assert "hazard ratio" in str(reason) or "finite estimate" in str(reason)
        return
    assert result.left_out == 1
    cures = cure_by_arm(cohort, bases=("Weibull",))
    printed = Printed(0.398, 8.3, 2.0, 0.405, 0.163, 24)
    pages = [curves_page(result), contrast_page(result), quantile_page(result), cure_page(cures),
             periods_page(result.view), check_page(result, printed), implied_page(printed),
             risk_page(printed)]  # fmt: skip
    said = [
        curves_reading(result), prediction_reading(result), hazards_reading(result),
        milestone_reading(result.shares), means_reading(result), median_reading(result),
        quantile_reading(result), early_reading(result), six_months_reading(result),
        cure_reading(cures), efficacy_report(result, cures, cohort="Made-up patients"),
    ]  # fmt: skip
    for text in [*said, *(page.to_string() for page in pages)]:
        assert not set(text.replace("(", " ").split()) & {"nan", "inf", "NaN", "None"}, text
        assert ".0 event" not in text
    assert "1 patient has no time or event status and is left out" in curves_reading(result)


def test_the_check_says_yes_no_and_nothing():
    rng = np.random.default_rng(4)
    arm = np.arange(400) % 2
    time = rng.exponential(np.where(arm, 8.3, 2.0) / np.log(2))
    cohort = pd.DataFrame({"efs_months": np.minimum(time, 20), "efs_event": time <= 20,
                           "arm": np.where(arm, "axi-cel", "SOC")})  # fmt: skip
    # SOC is known beyond its last event; axi-cel was not observed for 24 months
    short = analyse_efficacy(cohort, horizon=12, at=12)
    page = check_page(short, Printed(0.241, 8.3, 2.0, 0.135, 0.0002, 24)).set_index("Number")
    assert page.loc["Free at 24 months, axi-cel", ["Here", "Off by", "Met"]].tolist() == ["–", "–", "–"]
    assert page.loc["Free at 24 months, SOC", "Met"] == "yes"
    assert page.loc["Median, SOC", "Met"] == ("yes" if abs(short.medians[1] - 2) <= 0.1 else "no")
    assert set(page["Met"]) <= {"yes", "no", "–"}
    assert check_page(short, Printed(0.9, 80, 20, 0.9, 0.1, 12))["Met"].tolist().count("no") >= 4


@pytest.mark.parametrize("horizon", [3.0, 20.0])
def test_the_area_says_the_means_and_stays_inside(horizon):
    curves = strata(("axi-cel", "SOC"))
    rng = np.random.default_rng(1)
    time = np.concatenate([rng.exponential(5 + 4 * i, 60) for i in range(2)])
    means = restricted_mean(np.minimum(time, 40), time < 40, np.repeat([1, 0], 60), horizon)
    figure = figures.restricted_area(curves, means, provenance="virtual")
    texts = drawn(figure)
    said = " ".join(text for text, _ in texts)
    assert f"axi-cel: {means.mean[1]:.1f} months" in said
    assert f"{means.difference:.1f} months within the first {horizon:g}" in said
    assert "no real patients" in said
    assert all(-1 <= box.x0 and box.x1 <= figure.bbox.width + 1 for _, box in texts)
