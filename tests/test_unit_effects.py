"""Effects, their tables and sentences: what is computed, and what bad input is told."""

import math

import pandas as pd
import pytest

from secondline import effects, figures
from secondline.cohort import divide_marker, marker_models, marker_reading
from secondline.errors import InputError

MINE = "marker,level,contrast,hazard_ratio,lower,upper,p,reference,arm,direction\n"


def own(tmp_path, *lines, header=MINE):
    path = tmp_path / "mine.csv"
    path.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    return effects.read_effects(path)


def test_printed_numbers_stand_for_ranges():
    assert effects.printed_range("0.60") == (0.595, 0.605)
    assert effects.printed_range("0.6") == (0.55, 0.65)
    assert effects.printed_range("4.74 × 10–10") == (4.735e-10, 4.745e-10)
    assert effects.printed_range("4.74 × 10⁻¹⁰") == effects.printed_range("4.74 × 10–10")
    assert effects.printed_range("2e-7") == (1.5e-7, 2.5e-7)
    assert effects.printed_range("< 0.0001") == (0.0, 0.0001)
    assert effects.printed_range("3") == (2.5, 3.5)
    assert effects.printed_value("8.56 × 10–9") == 8.56e-9
    assert effects.printed_value(".05") == 0.05


@pytest.mark.parametrize(
    "text", ["", "NR", "-0.5", "0.5 to 0.7", "1,2", "0,001", "0..5", "> 0.5", "≤ 0.5", "5²", "two"]
)
def test_what_is_no_printed_number_is_told(text):
    with pytest.raises(InputError, match="is not a printed number"):
        effects.printed_range(text)


def test_an_interaction_worked_by_hand():
    # logs -0.4005 and -0.1278; errors 0.1929 and 0.1070; difference -0.2726, error 0.2206
    first = effects.from_interval(0.67, 0.46, 0.98)
    second = effects.from_interval(0.88, 0.71, 1.08)
    test = effects.interaction(first, second)
    assert first.standard_error == pytest.approx(0.1929, abs=5e-4)
    assert second.standard_error == pytest.approx(0.1070, abs=5e-4)
    assert test.ratio == pytest.approx(math.exp(-0.2726), abs=1e-4)
    assert (test.lower, test.upper) == pytest.approx((0.494, 1.173), abs=5e-4)
    # z = -1.236
    assert test.p == pytest.approx(0.2165, abs=1e-3)


def test_a_standard_error_from_p_worked_by_hand():
    estimate = effects.from_p(0.81, 0.03)
    z = 2.170090
    assert estimate.standard_error == pytest.approx(abs(math.log(0.81)) / z, rel=1e-6)
    assert estimate.p == pytest.approx(0.03, rel=1e-12)


def test_heterogeneity_of_two_is_the_interaction():
    pair = effects.EffectEstimate(0.5, 0.2), effects.EffectEstimate(0.8, 0.3)
    test, q = effects.interaction(*pair), effects.heterogeneity(pair)
    assert q.df == 1
    assert q.p == pytest.approx(test.p, rel=1e-12)
    assert q.q == pytest.approx((math.log(0.5 / 0.8)) ** 2 / 0.13, rel=1e-12)


def test_asymmetry_is_rounding_or_not():
    assert effects.asymmetry("1.51", "1.06", "2.15").explained
    off = effects.asymmetry("0.92", "0.60", "1.34")
    assert not off.explained
    assert off.midpoint == pytest.approx(math.sqrt(0.6 * 1.34))
    # one decimal covers a lot
    assert effects.asymmetry("0.9", "0.6", "1.3").explained


def test_power_and_the_smallest_ratio_fit():
    ratio = effects.smallest_ratio(0.25)
    assert effects.interaction_power(ratio, 0.25) == pytest.approx(0.8, abs=1e-9)
    # the usual approximation, 2.8 standard errors
    assert ratio == pytest.approx(math.exp(-2.8016 * 0.25), rel=1e-3)
    assert effects.interaction_power(1.0, 0.25) == pytest.approx(0.05)


def test_two_p_values_with_equal_errors():
    low, high = effects.interaction_p_range(2.5758, 1.2816, 1.0)
    assert low == high == pytest.approx(effects.p_from_z((2.5758 - 1.2816) / math.sqrt(2)))
    assert effects.interaction_p_range(2.0, 2.0, 2.0)[1] == pytest.approx(1.0)


def test_shrinking_fully_and_not_at_all():
    pair = [effects.EffectEstimate(0.3, 0.2), effects.EffectEstimate(0.6, 0.3)]
    none = effects.shrink(pair, 0.0)
    weights = [25, 1 / 0.09]
    mean = sum(w * e.log for w, e in zip(weights, pair, strict=True)) / sum(weights)
    for estimate in none.shrunken:
        assert estimate.log == pytest.approx(mean)
        assert estimate.standard_error == pytest.approx(sum(weights) ** -0.5)
    for before, after in zip(pair, effects.shrink(pair, 1e9).shrunken, strict=True):
        assert after.log == pytest.approx(before.log, abs=1e-6)
        assert after.standard_error == pytest.approx(before.standard_error, rel=1e-6)


def test_chance_subgroups_agree_with_the_normal_distribution():
    chance = effects.subgroups_by_chance(12, 52, 0.398, n_trials=40_000)
    spread = math.sqrt(0.25 / 40_000)
    assert abs(chance.any_not_significant - chance.exact_not_significant) < 4 * spread
    assert abs(chance.any_reversed - chance.exact_reversed) < 4 * spread
    assert abs(chance.different - 0.05) < 4 * math.sqrt(0.05 * 0.95 / 40_000)
    size = effects.size_for_power(12, 0.398, event_share=0.7)
    enough = effects.subgroups_by_chance(12, round(size), 0.398, n_trials=40_000)
    assert enough.any_not_significant == pytest.approx(0.2, abs=0.02)


def test_harm_is_counted_towards_the_other_side():
    helps = effects.subgroups_by_chance(5, 40, 0.6, seed=3)
    harms = effects.subgroups_by_chance(5, 40, 1 / 0.6, seed=3)
    assert helps.exact_reversed == pytest.approx(harms.exact_reversed)
    assert effects.typical_extremes(harms)[0] > effects.typical_extremes(harms)[1]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: effects.z_from_p(0), "p is 0; it must be above 0"),
        (lambda: effects.from_interval(2.0, 0.5, 1.5), "must lie between its limits"),
        (lambda: effects.from_p(1.0, 0.5), "gives no standard error"),
        (lambda: effects.EffectEstimate(0.5, 0.1).interval(1.0), "level is 1.0"),
        (lambda: effects.events_from_standard_error(0), "standard_error is 0"),
        (lambda: effects.standard_error_from_events(10, 1.0), "share is 1.0"),
        (lambda: effects.p_range("1", "1", "1"), "printed too coarsely"),
        (lambda: effects.heterogeneity([effects.EffectEstimate(0.5, 0.1)]), "it takes at least 2"),
        (lambda: effects.interaction_p_range(1, 2, 0.5), "it must be 1 or more"),
        (lambda: effects.smallest_ratio(0.2, power=0.01), "power is 0.01"),
        (lambda: effects.subgroups_by_chance(1, 50, 0.5), "at least 2 and 1"),
        (lambda: effects.size_for_power(3, 1.0, event_share=0.5), "above 0 and not 1"),
        (lambda: effects.shrink([effects.EffectEstimate(0.5, 0.1)] * 2, -1), "tau2 is -1"),
    ],
)
def test_bad_input_is_told(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_own_effects_are_read_as_they_are_written(tmp_path):
    first, second, third = own(
        tmp_path,
        "Age,below 65,arms,0.50,0.40,0.62,,,,",
        "Age,65 or more,arms,\"0,70\",,,<0.001,,,",
        "Age,below 65,levels,,,,4.7 × 10–3,65 or more,SOC,above 1",
    )
    assert first.basis == "interval"
    assert (second.hazard_ratio, second.p, second.basis, second.z) == ("0.70", "<0.001", "", None)
    assert (third.sides, third.estimate, third.name) == (
        (1,), None, "Age: below 65 vs 65 or more, in SOC",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("A,x,arms,0.5,0.6,0.9,,,,", "the hazard ratio 0.5 does not lie between 0.6 and 0.9"),
        ("A,x,arms,0.5,0.4,,,,,", "lower is given and the other limit is not"),
        ("A,x,arms,,0.4,0.6,0.01,,,", "limits are given and the hazard ratio is not"),
        ("A,x,arms,,,,,,,", "neither a hazard ratio nor a P value is given"),
        ("A,x,arms,0.5,,,1.2,,,", "p: '1.2' is no P value"),
        ("A,x,arms,50 %,,,,,,", "hazard_ratio: '50 %' is a percentage"),
        ("A,x,arms,-0.5,,,,,,", "hazard_ratio: '-0.5' must be above 0"),
        ("A,x,arms,0,,,0.5,,,", "hazard_ratio: '0' must be above 0"),
        ("A,x,between,0.5,,,0.2,,,", "contrast is 'between'; allowed: 'arms' or 'levels'"),
        ("A,x,levels,0.5,,,0.2,y,,", "arm is empty; a contrast of levels is within an arm"),
        ("A,x,arms,0.5,,,0.2,,SOC,", "a contrast of arms has none"),
        (",x,arms,0.5,,,0.2,,,", "marker is empty"),
        ("A,x,arms,0.5,,,0.2,,,up", "direction is 'up'"),
        ("A,x,arms,0.5,,,0.2,,,\nA,x,arms,0.6,,,0.1,,,", "the same effect stands in line 2"),
        ("A,x,arms,0.5,,,<,,,", "p: '<' has no number"),
        ("A,x,arms,1,0,2,,,,", "lower: '0' must be above 0"),
        ("A,x,arms,1,1,2,,,,\nB,x,arms,1,0.6,1,,,,", "too coarse"),
        ("A,x,levels,.5,,,.1,y,one,\nA,x,levels,.5,,,.1,y,two,", "exactly one of them must be called"),
    ],
)  # fmt: skip
def test_a_fault_in_a_file_is_told_with_its_line(tmp_path, line, sentence):
    with pytest.raises(InputError) as caught:
        own(tmp_path, line)
    assert sentence in str(caught.value)
    assert "mine.csv" in str(caught.value)


def test_a_wrong_column_gets_the_right_name(tmp_path):
    with pytest.raises(InputError) as caught:
        own(tmp_path, "A,x,arms,0.5,0.4,0.6,", header="marker,subgroup,contrast,HR,lower,upper,p\n")
    assert "did you mean hazard_ratio?" in str(caught.value)
    assert "did you mean level?" in str(caught.value)


def test_tables_and_sentences_of_a_bare_table_say_what_is_missing(tmp_path):
    rows = own(tmp_path, "A,x,arms,0.5,,,,,,")
    for page in (
        effects.printed_page(rows), effects.interaction_page(rows, 0.9), effects.power_page(rows),
        effects.p_only_page(rows, 1.25), effects.consistency_page(rows),
        effects.shrinkage_page(rows, 0.9),
    ):  # fmt: skip
        assert list(page.columns) == ["Nothing to show"]
    for sentence in (
        effects.printed_reading(rows), effects.interaction_reading(rows, 0.9),
        effects.p_only_reading(rows, 1.25), effects.consistency_reading(rows),
        effects.shrinkage_reading(rows), effects.report(rows, 0.9),
        effects.superiority_reading(rows, 0.9),
    ):  # fmt: skip
        assert sentence.lower().startswith("no ") or " no" in sentence
    for contrast in ("arms", "levels"):
        figure = figures.hazard_ratio_forest(
            effects.forest_rows(rows, contrast, 0.9), level=0.9, title="T", sides=("a", "b"),
            **effects.effects_label("mine.csv"),
        )  # fmt: skip
        texts = [t.get_text() for t in figure.texts]
        assert any("own" in text for text in texts)


def test_three_levels_are_tested_together(tmp_path):
    rows = own(
        tmp_path, *(f"Age,{name},arms,{hr},{lo},{up},,,," for name, hr, lo, up in (
            ("young", "0.50", "0.40", "0.63"), ("middle", "0.60", "0.45", "0.80"),
            ("old", "0.90", "0.70", "1.16"))),
    )  # fmt: skip
    page = effects.interaction_page(rows, 0.95)
    assert page.iloc[0]["ratio of hazard ratios"].endswith("on 2 df")
    assert not [pair for pair in effects.pair_tests(rows) if pair.test]


def test_powers_of_ten_are_shown_raised():
    rows = effects.read_effects()
    shown = " ".join(
        [*effects.forest_rows(rows, "arms", 0.95)["text"], *effects.effects_page(rows)["P, printed"]]
    )
    assert shown.count("8.56 × 10⁻⁹") == shown.count("4.74 × 10⁻¹⁰") + 1 == 2
    assert "10–" not in shown


def test_the_picture_of_chance_holds_every_trial():
    chance = effects.subgroups_by_chance(3, 40, 0.5, n_trials=500)
    axes = figures.subgroup_chance(chance, true_hazard_ratio=0.5).axes[0]
    low, high = axes.get_xlim()
    assert low <= chance.hazard_ratios.min() and chance.hazard_ratios.max() <= high
    for patch in axes.patches:
        # reversed, the height that is kept for an edge is that of the bin to its left
        tops = dict(patch.get_xy()[::-1].tolist())
        assert sum(tops.values()) == pytest.approx(100)


def test_a_forest_lists_what_has_no_hazard_ratio():
    rows = effects.forest_rows(effects.read_effects(), "arms", 0.95)
    figure = figures.hazard_ratio_forest(
        rows, level=0.95, title="T", sides=("a", "b"), overall=0.398, **effects.effects_label()
    )
    texts = [t.get_text() for t in figure.texts]
    assert sum(text.startswith("P = ") for text in texts) == rows["hazard_ratio"].isna().sum() == 7
    assert "No hazard ratio is printed:" in texts
    # inside the picture, and none upon another
    assert all(0 <= t.get_position()[1] <= 1 for t in figure.texts)


def test_a_cohort_with_known_effects_gives_them_back():
    import numpy as np

    rng = np.random.default_rng(4)
    n = 6000
    arm, high = rng.integers(0, 2, n), rng.integers(0, 2, n)
    # hazard ratio of the arms 0.5 at the reference and 0.3 at the level
    rate = np.exp(arm * np.log(0.5) + high * np.log(1.4) + arm * high * np.log(0.6)) / 10
    table = pd.DataFrame({
        "arm": np.where(arm == 1, "axi-cel", "SOC"), "efs_months": rng.exponential(1 / rate),
        "efs_event": True, "hgbl": high.astype(bool).astype(object), "sig_apm": np.nan,
    })  # fmt: skip
    (model,) = marker_models(table)
    assert (model.marker, model.n) == ("HGBL", n)
    assert model.ratio.hazard_ratio == pytest.approx(0.6, rel=0.12)
    assert model.at["HGBL"].hazard_ratio == pytest.approx(0.3, rel=0.1)
    assert model.at["others"].hazard_ratio == pytest.approx(0.5, rel=0.1)
    assert model.within["SOC"].hazard_ratio == pytest.approx(1.4, rel=0.1)
    assert model.by_level == pytest.approx(model.by_arm, rel=0.05)
    assert "HGBL" in marker_reading((model,), 0.95)
    assert "no marker" in marker_reading((), 0.95)


def test_a_marker_is_cut_as_in_the_source():
    assert divide_marker(pd.Series([1.0, 2, 2, 3, None]), "high").tolist()[:4] == [0, 0, 0, 1]
    assert divide_marker(pd.Series(["GCB", "non-GCB", None]), "GCB").tolist()[:2] == [1, 0]
    flags = divide_marker(pd.Series([True, False, None], dtype=object), "HGBL")
    assert flags.tolist()[:2] == [1, 0]
    assert flags.isna().tolist() == [False, False, True]


def test_two_z_of_which_one_is_zero():
    low, high = effects.interaction_p_range(0.0, 2.0, 2.0)
    assert 0 < low < high < 1


def test_a_trial_has_two_arms(tmp_path):
    with pytest.raises(InputError, match="a trial has two here"):
        own(tmp_path, *(f"A,x,levels,0.5,,,0.1,y,{arm}," for arm in "abc"))
    with pytest.raises(InputError, match="effects is the path of a CSV file"):
        effects.read_effects(tmp_path / "none.csv")
