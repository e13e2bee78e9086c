"""Own tables of subgroups, bad choices, and what tables and sentences say of results."""

import math

import numpy as np
import pytest

from secondline import proportions, tables
from secondline.errors import InputError, NoFiniteEstimate
from secondline.intervals import counts_from_percentage
from secondline.proportions.contrast_report import contrast_range, contrast_text
from secondline.proportions.subgroup_report import as_markdown
from secondline.proportions.subgroup_tests import span_scores
from secondline.subgroups import (
    AMBIGUOUS,
    DERIVED,
    GIVEN,
    IMPOSSIBLE,
    REQUIRED,
    counting_responses,
    read_subgroups,
    subgroup_label,
    subgroups_schema,
)

COUNTS = "trial,grouping,group,n,events\n"
PRINTED = "trial,grouping,group,n,printed,order,lower_day,upper_day\n"
ARMS = ([5, 8], [20, 30], [9, 12], [21, 33])


def write(tmp_path, text, name="mine.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (COUNTS + "A,p,x,10,12\n", "Line 2 (A): events exceeds n"),
        (COUNTS + "A,p,x,10,-1\n", "Line 2 (A), events: -1 is negative"),
        (COUNTS + "A,p,x,10,1.5\n", "Line 2 (A), events: '1.5' looks like a percentage or a share"),
        (COUNTS + "A,p,x,0,0\n", "Line 2 (A), n: 0 is not a group size"),
        (COUNTS + "A,p,x,,1\n", "Line 2 (A), n: is missing"),
        (COUNTS + "A,p,x,10,\n", "Line 2 (A): neither events nor printed is given"),
        (COUNTS + ",p,x,10,1\n", "Line 2, trial: is empty"),
        (COUNTS + "A,,x,10,1\n", "Line 2 (A), grouping: is empty"),
        (COUNTS + "A,p,,10,1\n", "Line 2 (A), group: is empty"),
        (COUNTS + "A,p,x,10,1\nA,p,x,9,1\n", "Line 3 (A): the group stands twice"),
        (PRINTED + "A,p,x,10,30 %,,,\n", "Line 2 (A), printed: 30 % is not a percentage"),
        (PRINTED + "A,p,x,10,130,,,\n", "Line 2 (A), printed: 130 is not a percentage"),
        (PRINTED + "A,p,x,10,30,1,,\nA,p,y,10,30,,,\n", "Line 3 (A): order is empty, though"),
        (PRINTED + "A,p,x,10,30,1,,\nA,p,y,10,30,1,,\n", "Line 3 (A): another group"),
        (PRINTED + "A,p,x,10,30,1,90,10\n", "Line 2 (A): upper_day lies before lower_day"),
        (PRINTED + "A,p,x,10,30,1,-3,10\n", "Line 2 (A), lower_day: -3.0 is negative"),
        ("trial,grouping,n,events\nA,p,10,3\n", "The column group is missing"),
        ("trial,grouping,group,n,percent\nA,p,x,10,3\n", "'percent' is unknown"),
        (COUNTS, "has no rows below its header"),
    ],
)
def test_bad_subgroups_get_a_sentence(tmp_path, text, words):
    with pytest.raises(InputError) as caught:
        read_subgroups(write(tmp_path, text))
    assert words in str(caught.value)
    assert "1 fault" not in str(caught.value)


def test_a_cell_that_is_no_number_is_not_also_called_missing(tmp_path):
    with pytest.raises(InputError) as caught:
        read_subgroups(write(tmp_path, COUNTS + "A,p,x,10,many\nA,p,y,10,11\n"))
    assert "Line 2 (A), events: 'many' is not a number" in str(caught.value)
    assert "neither" not in str(caught.value)
    assert "Line 3 (A): events exceeds n" in str(caught.value)


def test_missing_file_names_the_setting():
    with pytest.raises(InputError, match="subgroups is the path of a CSV file"):
        read_subgroups("none.csv")


def test_counts_percentages_and_orders_of_an_own_table(tmp_path):
    rows = "A,p,late,12,33.3,2,,\nA,p,early,10,30,1,,\nA,q,big,300,33,,,\nA,q,odd,17,84.2,,,\n"
    first, second = read_subgroups(write(tmp_path, PRINTED + rows))
    assert [g.name for g in first.groups] == ["early", "late"]
    assert first.events == [3, 4]
    assert {g.known for g in first.groups} == {DERIVED}
    assert first.ordered and first.complete
    assert [g.known for g in second.groups] == [AMBIGUOUS, IMPOSSIBLE]
    assert second.groups[0].possible == (98, 99, 100)
    assert not second.complete and not second.ordered


def test_semicolons_and_a_given_count_beside_another_percentage(tmp_path):
    text = "trial;grouping;group;n;events;printed\nA;p;x;10;3;40\nA;p;y;10;3;\n"
    (grouping,) = read_subgroups(write(tmp_path, text))
    assert {g.known for g in grouping.groups} == {GIVEN}
    table = proportions.subgroup_table([grouping])
    assert table["The count is"].tolist() == ["given; the percentage differs", "given"]


def test_dictionary_and_table_of_subgroups_name_the_same_columns():
    dictionary = tables.read_dictionary()
    mine = dictionary[dictionary["table"] == "bispecific_subgroups"]
    header = open_header()
    assert mine["column"].tolist() == header
    assert mine.loc[mine["required"] == "yes", "column"].tolist() == list(REQUIRED)
    assert set(subgroups_schema().columns) <= set(header)
    assert (mine["meaning"].str.len() > 0).all()
    assert set(mine["type"]) <= {"text", "count", "number"}


def open_header():
    from secondline.subgroups import published_subgroups

    return published_subgroups().read_text(encoding="utf-8").splitlines()[0].split(",")


def test_label_of_own_and_published_subgroups():
    assert subgroup_label()["provenance"] == "recomputed"
    assert subgroup_label("some/mine.csv") == {"provenance": "own", "source": "mine.csv"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: proportions.pool_contrasts(*ARMS, measure="HR"), "measure is 'HR'; allowed: 'RD'"),
        (lambda: proportions.pool_contrasts(*ARMS, method="ML"), "method is 'ML'; allowed"),
        (lambda: proportions.pool_contrasts(*ARMS, ci="exact"), "ci is 'exact'; allowed: 'wald'"),
        (
            lambda: proportions.pool_contrasts(*ARMS, method="MH", ci="hksj"),
            "method 'MH' .* has only 'wald'",
        ),
        (lambda: proportions.pool_contrasts(*ARMS, level=95), "level is 95"),
        (lambda: proportions.pool_contrasts([1], [2], [1, 2], [3, 3]), "Group 1 has 1 trials"),
        (lambda: proportions.pool_contrasts([3], [2], [1], [2]), "events cannot exceed"),
        (lambda: proportions.trend_test([1], [2]), "at least 2 groups"),
        (lambda: proportions.trend_test([1, 2], [2, 3], [1, 1]), "All scores are the same"),
        (lambda: proportions.trend_test([1, 2], [2, 3], [1]), "scores must be 2 finite numbers"),
        (lambda: proportions.homogeneity_test([3], [4]), "at least 2 groups"),
        (lambda: proportions.fisher_power(1.2, 5, 0.5, 5), "both must lie between 0 and 1"),
        (lambda: proportions.fisher_power(0.2, 0, 0.5, 5), "both must lie from 1 to 500"),
        (lambda: proportions.group_size_needed(0.5, 0.5), "not enough"),
        (lambda: proportions.spread_by_chance([1], [2]), "at least 2 groups"),
        (lambda: proportions.spread_by_chance([1, 1], [2, 2], n_sets=0), "n_sets is 0"),
        (lambda: proportions.simulate_frailty(wait=-1), "must not be negative"),
        (lambda: counts_from_percentage("3%", 5), "is not a printed number"),
        (lambda: counts_from_percentage("30", 0), "at least one patient"),
        (
            lambda: proportions.regress_on(tables.read_trials(), "CR", "age"),
            "moderator is 'age'; allowed: 'partner'",
        ),
        (lambda: proportions.paired_cohorts(tables.read_trials(), "PR"), "no column 'pr_events'"),
    ],
)
def test_bad_choices_get_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_mantel_haenszel_without_events_has_no_ratio_but_a_difference():
    none = ([0, 0], [10, 12], [3, 4], [9, 8])
    for measure in ("RR", "OR"):
        with pytest.raises(NoFiniteEstimate, match="no finite value"):
            proportions.pool_contrasts(*none, measure=measure, method="MH")
    assert proportions.pool_contrasts(*none, method="MH").estimate < 0
    ways = proportions.pool_contrasts_all_ways(*none)
    assert not [w for w in ways if w.method == "MH" and w.measure != "RD"]
    assert len(ways) == 3 * 4 * 3 + 1


def test_no_scatter_and_no_width_are_said():
    same = ([0, 24], [31, 24], [0, 24], [31, 24])
    result = proportions.pool_contrasts(*same, method="MH")
    assert result.se == 0 and math.isnan(result.p)
    assert any("no width" in note for note in result.notes)
    one = proportions.pool_contrasts([3], [9], [4], [9], ci="hksj")
    assert any("one trial" in note for note in one.notes)


def test_reading_of_a_contrast_fits_its_numbers(tmp_path):
    apart = "A,none,yes,60,50,\nA,none,no,60,10,\nB,X,yes,60,10,\nB,X,no,60,50,\n"
    text = proportions.contrast_reading(
        proportions.analyse_pairs(trials_of(tmp_path, apart), "ORR"), outcome="a response"
    )
    assert "hides unlike trials" in text and "the trials do not decide" in text
    alike = "A,none,yes,90,30,\nA,none,no,90,60,\nB,X,yes,90,31,\nB,X,no,90,60,\n"
    for measure in ("RD", "RR", "OR"):
        pairs = proportions.analyse_pairs(trials_of(tmp_path, alike), "ORR", measure=measure)
        text = proportions.contrast_reading(pairs, outcome="a response")
        assert "had it less often" in text and "weak evidence that they are alike" in text
    more = "A,none,yes,90,60,\nA,none,no,90,30,\nB,X,yes,90,60,\nB,X,no,90,31,\n"
    pairs = proportions.analyse_pairs(trials_of(tmp_path, more), "ORR", measure="OR")
    assert "had it more often" in proportions.contrast_reading(pairs, outcome="a response")


def test_corrected_trials_are_named():
    notes = proportions.pool_contrasts([0, 3, 9], [10, 9, 9], [2, 3, 5], [9, 9, 9]).notes
    assert notes[0].startswith("Half a patient was added to each of the four cells of trials 1, 3")


def test_nobody_or_everybody_leaves_nothing_to_test():
    for events in ([0, 0], [4, 5]):
        trend, same = (
            proportions.trend_test(events, [4, 5]),
            proportions.homogeneity_test(events, [4, 5]),
        )
        assert math.isnan(trend.p_exact) and math.isnan(trend.p_asymptotic)
        assert math.isnan(same.p_exact)


def test_what_is_too_large_for_an_exact_test_has_the_asymptotic_one():
    events, totals = [400] * 6, [1000] * 6
    assert math.isnan(proportions.homogeneity_test(events, totals).p_exact)
    trend = proportions.trend_test(events, totals, [1, 2.001, 3.0002, 4, 5, 6])
    assert math.isnan(trend.p_exact) and trend.p_asymptotic > 0.9


def test_open_last_span_is_closed_and_unknown_spans_give_no_scores(tmp_path):
    time = next(g for g in read_subgroups() if g.ordered)
    assert span_scores(time).tolist() == [45, 135.5, 273, 549]
    (ranks,) = read_subgroups(write(tmp_path, PRINTED + "A,p,x,10,30,1,,\nA,p,y,10,40,2,5,9\n"))
    assert span_scores(ranks) is None
    assert list(proportions.analyse_groupings([ranks])[0].trends) == ["ranks"]


def test_tests_of_groupings_are_corrected_together(tmp_path):
    product, time, outcome, prior = proportions.analyse_groupings(read_subgroups())
    assert time.main == "trend" and product.main == "homogeneity"
    assert time.adjusted == pytest.approx(3 * time.p)
    assert product.adjusted == pytest.approx(2 * product.p)
    assert prior.adjusted == prior.p
    assert math.isnan(outcome.p) and outcome.homogeneity is None


def test_reading_tells_the_three_verdicts_apart(tmp_path):
    rows = "A,p,x,20,1\nA,p,y,20,19\nA,q,x,20,6\nA,q,y,20,14\nA,r,x,20,9\nA,r,y,20,10\n"
    tests = proportions.analyse_groupings(read_subgroups(write(tmp_path, COUNTS + rows)))
    text = proportions.trend_reading(tests).split("\n\n")
    assert "hard to reconcile with chance" in text[0]
    assert tests[1].p < 0.05 < tests[1].adjusted
    assert "not after the correction" in text[1]
    assert "does not show that the groups are alike" in text[2]


def test_sums_that_do_not_meet_the_trial_are_named():
    table = proportions.reconciliation_table(read_subgroups(), tables.read_trials())
    assert table["Add up"].tolist() == [
        "yes",
        "no: patients",
        "patients yes, events unknown",
        "no: patients",
    ]


def test_left_count_needs_one_unknown_group():
    product = read_subgroups()[0]
    with pytest.raises(InputError, match="0 groups have no count"):
        proportions.left_count(product, tables.read_trials())


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        ("RD", -0.114, "−11.4"),
        ("RD", -0.0001, "0.0"),
        ("RD", 0.05, "5.0"),
        ("RR", 0.846, "0.85"),
        ("OR", 0.001, "< 0.01"),
        ("OR", 7e7, "> 999"),
        ("OR", float("nan"), "–"),
    ],
)
def test_contrasts_are_written_for_reading(measure, value, text):
    assert contrast_text(measure, value) == text


def test_ranges_without_limits_are_a_dash():
    assert contrast_range("RD", float("nan"), 0.1) == "–"
    assert contrast_range("RR", 0.5, 2) == "0.50 to 2.00"


def trials_of(tmp_path, rows):
    header = "trial,backbone,prior_car_t,n,orr_events,cr_events\n"
    return tables.read_trials(write(tmp_path, header + rows))


def test_without_both_groups_a_sentence_says_so(tmp_path):
    table = trials_of(tmp_path, "A,none,no,31,17,11\nB,none,no,24,11,\n")
    pairs = proportions.analyse_pairs(table, "ORR")
    assert pairs.pooled is None and pairs.reason.startswith("No trial in this table")
    assert proportions.paired_table(pairs)["Why"].tolist() == [pairs.reason]
    assert proportions.contrast_reading(pairs, outcome="x") == pairs.reason
    assert proportions.contrast_sentence(pairs, outcome="x") == pairs.reason
    assert math.isnan(proportions.contrast_numbers(None)["contrast_estimate"])
    ladder = proportions.comparison_ladder(table, "ORR")
    assert len(ladder) == 2 and all(math.isnan(r.difference) for r in ladder)
    assert len(proportions.mix_table(pairs.cohorts)) == 1
    with pytest.raises(InputError, match="has only 'wald'"):
        proportions.analyse_pairs(table, "ORR", method="MH", ci="hksj")


def test_cohorts_without_a_property_get_a_reason(tmp_path):
    table = trials_of(tmp_path, "A,none,yes,31,17,11\nB,none,yes,24,11,\nC,none,yes,9,3,1\n")
    for name in proportions.MODERATORS:
        result = proportions.regress_on(table, "ORR", name)
        assert result.fit is None and result.reason.endswith(".")
        assert result.reason in proportions.moderator_reading(result)
    tried = proportions.many_moderators(table, "ORR")
    assert tried.moderators == 0 and "none can be tested" in str(tried)


def test_a_property_of_few_cohorts_is_shuffled_in_every_way(tmp_path):
    rows = "A,none,yes,31,17,1\nB,X,yes,24,11,1\nC,none,yes,9,3,1\nD,X,yes,30,25,1\nE,X,yes,8,4,1\n"
    result = proportions.regress_on(trials_of(tmp_path, rows), "ORR", "partner")
    assert result.arrangements == 10
    assert result.p_permutation >= 1 / 10
    x, estimate, low, high = result.line(5)
    assert x[0] == 0 and x[-1] == 1
    assert np.all((low <= estimate) & (estimate <= high))


def test_a_significant_moderator_is_called_one_of_several():
    result = proportions.regress_on(tables.read_trials(), "ORR", "lines_median")
    text = proportions.moderator_reading(result)
    assert "one of 5" in text and "fewer than 10 trials" in text
    left_out = proportions.regress_on(tables.read_trials(), "ORR", "refractory_share")
    assert "Hutchings 2023b, Brody 2025" in proportions.moderator_reading(left_out)


def test_own_names_are_plain_in_markdown():
    assert as_markdown("<b>A</b> $x^$ *y* =1") == r"\<b\>A\</b\> \$x\^\$ \*y\* \=1"


@pytest.mark.parametrize("measure", ["RD", "OR"])
def test_figures_take_what_is_odd(tmp_path, measure):
    from secondline import figures

    rows = "".join(
        f"A very long name {i} $x^$,regimen {i},{prior},{20 + i},{i if prior == 'yes' else 20},\n"
        for i in range(15)
        for prior in ("yes", "no")
    )
    label = {"provenance": "own", "source": "mine $x^$.csv"}
    pairs = proportions.analyse_pairs(trials_of(tmp_path, rows), "ORR", measure=measure)
    text = shown(figures.paired(pairs, title="T", axis_label="%", **label))
    # in both panels
    assert sum(t.startswith("A very long name") for t in text) == 30
    none = proportions.analyse_pairs(trials_of(tmp_path, "A,none,yes,9,3,\n"), "ORR")
    text = shown(figures.paired(none, title="T", axis_label="%", **label))
    assert any("No trial in this table" in t for t in text)
    result = proportions.regress_on(trials_of(tmp_path, "A,none,yes,9,3,\n"), "ORR", "year")
    text = shown(figures.bubble(result, title="T", axis_label="%", **label))
    assert any(t.startswith("No cohort after CAR-T") for t in text)


def test_groupings_that_count_something_else_than_a_response_are_left_out(tmp_path):
    groupings = read_subgroups()
    assert [g.name for g in counting_responses(groupings)] == [g.name for g in groupings[:3]]
    other = "trial,outcome,grouping,group,n,events\nA,fever,p,x,10,3\nA,fever,p,y,10,4\n"
    mine = read_subgroups(write(tmp_path, other))
    assert counting_responses(mine) == mine
    unnamed = read_subgroups(write(tmp_path, COUNTS + "A,p,x,10,3\nA,p,y,10,4\n"))
    assert counting_responses([*unnamed, *mine]) == unnamed
    table = proportions.subgroup_table(groupings)
    assert set(table["Counted"]) == {"ORR", "prior response to CAR-T"}


def test_models_that_read_alike_share_a_row():
    apart = ([30, 10, 20], [60, 60, 40], [10, 30, 9], [60, 50, 44])
    for counts, models in (
        (
            proportions.counts_of(proportions.paired_cohorts(tables.read_trials(), "ORR")),
            ["inverse variance (common, DL, REML, PM alike)", "Mantel-Haenszel"],
        ),
        (apart, ["common", "DL", "REML", "PM", "Mantel-Haenszel"]),
    ):
        ways = proportions.pool_contrasts_all_ways(*counts)
        table = proportions.ways_of_contrast_table(ways)
        mine = table[table["Measure"] == "risk difference"]
        assert mine["Model"].tolist() == models
        for result in ways:
            if result.ci == "wald":
                limits = contrast_range(result.measure, result.lower, result.upper)
                assert limits in set(table["Wald"])
    assert proportions.ways_of_contrast_table([]).columns.tolist() == ["Measure", "Pooled"]


def test_each_kind_of_p_is_corrected_on_its_own():
    results = [
        proportions.regress_on(tables.read_trials(), "ORR", name)
        for name in proportions.MODERATORS
    ]
    table = proportions.moderator_table(results).set_index("Moderator")
    row = table.loc["median prior lines"]
    assert row["P, corrected (Knapp-Hartung)"] == "0.045"
    # two of the 70 arrangements of four twos and four threes, and five times that
    assert results[3].arrangements == 70
    assert results[3].p_permutation == pytest.approx(2 / 70)
    assert (row["P (permutation)"], row["P, corrected (permutation)"]) == ("0.029", "0.14")


def test_figure_of_subgroups_shows_what_cannot_be_counted():
    from secondline import figures

    groupings = read_subgroups()
    limits = [proportions.group_intervals(g) for g in groupings]
    text = shown(figures.subgroups(groupings, limits, title="T", **subgroup_label()))
    assert "printed 84.2: no count fits" in text
    assert "52.8 % (35.5 to 69.6)" in text
    assert "axi-cel: 19 of 36" in text
    assert sum(" of " in t for t in text) >= 12


def shown(figure) -> list[str]:
    import io

    figure.savefig(io.BytesIO(), format="svg")
    texts = list(figure.texts)
    for axes in figure.axes:
        texts += axes.texts
    return [t.get_text() for t in texts]
