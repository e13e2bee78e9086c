"""One test for each number of Shen 2025 that the book claims to reproduce."""

import pytest

from secondline.claims import get_claim
from secondline.proportions import percentage_verdicts, pool, reproduce_printed_pools
from secondline.tables import POPULATIONS, read_trials, select_cohorts

# typed from the paper, not read from seeds/, so that a slip there is found here
PRINTED = {
    ("after CAR-T monotherapy", "ORR"): ("54.5", "43.1", "65.7"),
    ("after CAR-T monotherapy", "CR"): ("35.6", "29.1", "42.2"),
    ("after CAR-T combination", "ORR"): ("70.0", "56.4", "82.2"),
    ("after CAR-T combination", "CR"): ("44.2", "34.5", "54.1"),
    ("CAR-T-naive", "ORR"): ("73.9", "55.3", "88.9"),
    ("CAR-T-naive", "CR"): ("53.2", "38.1", "68.0"),
}


def published(population, outcome, **settings):
    cohorts = select_cohorts(read_trials(), population, outcome).dropna(subset=["events"])
    return pool(cohorts["events"], cohorts["totals"], **settings)


@pytest.mark.parametrize(("population", "outcome"), PRINTED)
def test_pooled_value_and_limits_to_the_printed_digit(population, outcome):
    result = published(population, outcome)
    shown = tuple(f"{100 * v:.1f}" for v in (result.estimate, result.lower, result.upper))
    assert shown == PRINTED[population, outcome]


@pytest.mark.parametrize(
    ("outcome", "p", "i2"), [("ORR", "0.013", "68.24"), ("CR", "0.33", "13.5")]
)
def test_heterogeneity_of_the_monotherapy_pools(outcome, p, i2):
    result = published("after CAR-T monotherapy", outcome)
    assert f"{result.p_heterogeneity:.{len(p) - 2}f}" == p
    assert f"{result.i2:.{len(i2.partition('.')[2])}f}" == i2


def test_harmonic_mean_is_the_way_back():
    assert published("after CAR-T monotherapy", "ORR").back_transform_n == pytest.approx(
        5 / (1 / 27 + 1 / 52 + 1 / 46 + 1 / 61 + 1 / 60)
    )


@pytest.mark.parametrize("transform", ["logit", "arcsine", "raw", "log"])
def test_no_other_scale_gives_all_six(transform):
    """The method is identified: every other scale misses at least one printed digit."""
    missed = [
        key
        for key, printed in PRINTED.items()
        if (r := published(*key, transform=transform))
        and tuple(f"{100 * v:.1f}" for v in (r.estimate, r.lower, r.upper)) != printed
    ]
    assert missed


def test_book_reproduces_what_seeds_hold():
    pools = reproduce_printed_pools()
    assert [(p.population, p.outcome) for p in pools] == [
        (population, outcome) for population in POPULATIONS for outcome in ("ORR", "CR")
    ]
    assert all(p.agrees for p in pools)
    for p in pools:
        typed = [float(v) for v in PRINTED[p.population, p.outcome]]
        assert [float(p.printed.value), float(p.printed.lower), float(p.printed.upper)] == typed


def test_no_heterogeneity_is_true_of_one_pool_and_false_of_three():
    said = [p for p in reproduce_printed_pools() if p.words.value == "no heterogeneity"]
    assert [(p.population, p.outcome, p.words_hold) for p in said] == [
        ("after CAR-T combination", "ORR", False),
        ("after CAR-T combination", "CR", True),
        ("CAR-T-naive", "ORR", False),
        ("CAR-T-naive", "CR", False),
    ]
    assert f"{max(p.result.i2 for p in said):.1f}" == "88.8"


def test_three_printed_percentages_do_not_follow_from_their_counts():
    verdicts = percentage_verdicts(read_trials())
    wrong = verdicts[~verdicts["agrees"]]
    assert list(zip(wrong["trial"], wrong["outcome"], wrong["printed"], strict=True)) == [
        ("Chong 2025", "ORR", "40"),
        ("Chong 2025", "CR", "23"),
        ("Hutchings 2023a", "CR", "37"),
    ]
    assert len(verdicts) == 23


def test_thirty_patients_would_explain_the_mosunetuzumab_percentages():
    from secondline.intervals import percentage_agrees

    assert percentage_agrees(12, 30, "40")
    assert percentage_agrees(7, 30, "23")
    assert get_claim("bsab-discussion-chong-no-intervening").N == "30"


def test_starglo_response_is_missing_and_not_zero():
    trials = read_trials()
    starglo = trials[trials["study"] == "STARGLO"].iloc[0]
    assert str(starglo["orr_events"]) == "<NA>"
    assert starglo["cr_events"] == 7


def test_only_one_way_of_pooling_gives_all_printed_numbers():
    from secondline.proportions import identify_method

    ways = identify_method()
    assert len(ways) == 62
    best = ways.iloc[0]
    assert (best["scale"], best["model"], best["interval"]) == ("freeman-tukey", "DL", "wald")
    assert best["numbers"] == 18
    assert ways["numbers"].iloc[1] == 10


def test_without_one_trial_the_heterogeneity_of_the_response_is_estimated_at_zero():
    """An estimate: a simulation of the property tests says how little it shows."""
    from secondline.proportions import leave_one_out

    cohorts = select_cohorts(read_trials(), "after CAR-T monotherapy", "ORR")
    without = leave_one_out(cohorts["events"], cohorts["totals"])
    i2 = dict(zip(cohorts["trial"], (r.i2 for r in without), strict=True))
    assert min(i2, key=i2.get) == "Cartron 2025"
    assert i2["Cartron 2025"] == 0
    assert sorted(i2.values())[1] > 70
