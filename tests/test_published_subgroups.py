"""The subgroups and paired cohorts of Shen 2025: every printed number typed from the paper."""

import csv

import pytest

from secondline import proportions, tables
from secondline.claims import get_claim
from secondline.intervals import counts_from_percentage, percentage_agrees
from secondline.subgroups import IMPOSSIBLE, published_subgroups, read_subgroups

# Discussion, paragraph 2: odronextamab by CAR-T product
PRODUCT = {
    "axi-cel": ("52.8", 36),
    "tisa-cel": ("33.3", 6),
    "liso-cel": ("20", 10),
    "investigational": ("75", 8),
}
# Discussion, paragraph 3: by time to relapse; 90, 180 days and one year
TIME = (("20.7", 29), ("63.6", 11), ("84.6", 13), ("83.3", 6))
# Table 2: with prior CAR-T (x of n), without (x of n)
PAIRED = {
    "ORR": {
        "Thieblemont 2024": (33, 61, 66, 96),
        "Budde 2024": (20, 35, 38, 63),
        "Brody 2025": (22, 29, 66, 74),
    },
    "CR": {
        "Thieblemont 2024": (22, 61, 41, 96),
        "Budde 2024": (14, 35, 31, 63),
        "Brody 2025": (13, 29, 50, 74),
    },
}


@pytest.fixture(scope="module")
def published():
    return {g.name: g for g in read_subgroups()}


def test_products_are_the_papers(published):
    groups = published["CAR-T product"].groups
    assert {g.name: (g.printed, g.n) for g in groups} == PRODUCT
    assert [g.events for g in groups] == [19, 2, 2, 6]
    # they make the whole trial: 29 of 60
    assert sum(g.n for g in groups) == 60
    assert sum(g.events for g in groups) == 29


def test_times_are_the_papers_and_one_patient_is_missing(published):
    time = published["time to relapse after CAR-T"]
    assert tuple((g.printed, g.n) for g in time.groups) == TIME
    assert time.ordered
    assert time.events == [6, 7, 11, 5]
    assert sum(time.totals) == 59
    assert sum(time.events) == 29


def test_refractory_and_relapsed_are_the_papers(published):
    refractory, relapsed = published["outcome of CAR-T"].groups
    assert (refractory.printed, refractory.n, refractory.events) == ("34.9", 43, 15)
    assert (relapsed.printed, relapsed.n, relapsed.events) == ("84.2", 17, None)
    assert relapsed.known == IMPOSSIBLE


def test_no_count_of_17_gives_84_2_and_16_of_19_does():
    assert counts_from_percentage("84.2", 17) == ()
    assert proportions.possible_shares("84.2", 60) == [(16, 19), (32, 38), (48, 57)]
    assert percentage_agrees(14, 17, "82.4")
    assert 29 - 15 == 14


def test_readings_of_84_2_keep_and_break_what_they_should(published):
    table = proportions.readings_table(published["outcome of CAR-T"], tables.read_trials())
    rows = {row["Reading"]: row for row in table.to_dict("records")}
    assert list(rows) == ["14 of 17", "15 of 17", "16 of 19", "32 of 38", "48 of 57"]
    fourteen, sixteen = rows["14 of 17"], rows["16 of 19"]
    assert fourteen["would be printed"] == "82.4"
    assert fourteen["Groups hold 60"] == fourteen["Groups have 29 responses"] == "yes"
    assert fourteen["Gives the percentage"] == "no"
    assert sixteen["Gives the percentage"] == "yes"
    assert sixteen["Groups hold 60"] == sixteen["Groups have 29 responses"] == "no"


def test_mosunetuzumab_groups_are_the_papers(published):
    without, with_ = published["response to mosunetuzumab"].groups
    assert (without.events, without.n, without.printed) == (3, 18, "17")
    assert (with_.events, with_.n, with_.printed) == (3, 12, "25")
    # 18 and 12 make the 30 of "20/30" and not the 27 of the tables
    assert without.n + with_.n == 30


def test_first_reading_gives_40_percent_responders_and_0_8_refractory():
    first, second = proportions.prior_response_readings()
    assert first.responders == pytest.approx(12 / 30)
    assert first.no_prior_response == pytest.approx(24 / 30)
    assert second.responders == pytest.approx(6 / 30)
    assert (first.comparison.events1, first.comparison.totals1) == (3, 6)
    assert (first.comparison.events2, first.comparison.totals2) == (9, 24)
    assert first.comparison.p == pytest.approx(second.comparison.p)


@pytest.mark.parametrize("outcome", PAIRED)
def test_paired_cohorts_are_the_papers(outcome):
    paired = proportions.paired_cohorts(tables.read_trials(), outcome)
    counts = zip(*proportions.counts_of(paired), strict=True)
    assert dict(zip(paired["trial"], counts, strict=True)) == PAIRED[outcome]


def test_comparison_ladder_starts_with_the_printed_pools():
    """Abstract: 54.5 % after CAR-T with an antibody alone; Results: 73.9 % CAR-T-naive."""
    first = proportions.comparison_ladder(tables.read_trials(), "ORR")[0]
    assert f"{100 * first.exposed:.1f}" == "54.5"
    assert f"{100 * first.naive:.1f}" == "73.9"
    first = proportions.comparison_ladder(tables.read_trials(), "CR")[0]
    assert (f"{100 * first.exposed:.1f}", f"{100 * first.naive:.1f}") == ("35.6", "53.2")


def test_every_row_transcribes_its_claim():
    with published_subgroups().open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 12
    assert len({row["claim"] for row in rows}) == 12
    drugs = {"Topp 2025": "odronextamab", "Chong 2025": "mosunetuzumab"}
    for row in rows:
        claim = get_claim(row["claim"])
        assert (row["printed"], row["n"], row["events"]) == (claim.value, claim.N, claim.n), row
        assert claim.arm == drugs[row["trial"]]
        assert claim.endpoint == ("ORR" if row["outcome"] == "ORR" else "")
    spans = {row["claim"]: (row["lower_day"], row["upper_day"]) for row in rows if row["order"]}
    assert spans == {
        "bsab-discussion-odronextamab-relapse-90d-orr": ("0", "90"),
        "bsab-discussion-odronextamab-relapse-180d-orr": ("91", "180"),
        "bsab-discussion-odronextamab-relapse-1y-orr": ("181", "365"),
        "bsab-discussion-odronextamab-relapse-over-1y-orr": ("366", ""),
    }


def test_formats_are_the_papers():
    """Discussion: mosunetuzumab and epcoritamab 1:1, glofitamab and odronextamab 2:1."""
    from secondline.proportions.moderators import binding_format

    assert [binding_format(d) for d in ("mosunetuzumab", "Epcoritamab ")] == [0, 0]
    assert [binding_format(d) for d in ("glofitamab", "odronextamab")] == [1, 1]
    assert binding_format("blinatumomab") != binding_format("blinatumomab")
