"""The shipped virtual cohort gives what the sources print: every target, one by one."""

import pandas as pd
import pytest

from secondline.claims import get_claim
from secondline.cohort import (
    describe,
    generate,
    kind_page,
    missed_page,
    read_cohort,
    read_targets,
    read_third_line,
    scorecard,
    scorecard_reading,
    section_page,
    strengths,
    summary_page,
)
from secondline.cohort.targets import KINDS, SIGNIFICANT
from secondline.effects import printed_value


@pytest.fixture(scope="module")
def card():
    return scorecard(read_cohort("virtual"), read_third_line("virtual"))


@pytest.mark.parametrize("target", read_targets(), ids=lambda target: target.id)
def test_the_cohort_gives_what_is_printed(card, target):
    row = card.row(target.id)
    assert row.known
    # an exemption that is no longer needed must go
    assert row.met != bool(target.exempt), f"{describe(row)}: {row.value} ({row.side})"


def test_the_targets_are_many_and_hard_enough():
    targets = read_targets()
    assert len({target.id for target in targets}) == len(targets)
    printed_numbers = [t for t in targets if t.kind == "text" and t.rule == "near"]
    assert len(printed_numbers) >= 60
    assert {t.kind for t in targets} == set(KINDS)
    assert sum(bool(t.exempt) for t in targets) <= 3
    # what has a direction in the source is tested for it
    assert sum(bool(t.side) for t in targets) >= 20


def test_values_come_from_claims_and_are_not_typed():
    for target in read_targets():
        if target.kind == "text" and target.field:
            assert target.value == printed_value(getattr(get_claim(target.claim), target.field))


def test_a_fresh_draw_misses_many(card):
    """The scorecard can say no: a sample of the same model does not meet the list."""
    drawn = scorecard(generate(359, 11), read_third_line("virtual"))
    assert len(drawn.met) < len(card.met) - 50


def test_swapping_the_arms_is_noticed():
    table = read_cohort("virtual")
    table["arm"] = table["arm"].map({"axi-cel": "SOC", "SOC": "axi-cel"})
    turned = scorecard(table)
    for name in ("efs-hr", "efs-median-axi", "b-cells-ongoing-axi", "response-ongoing-axi"):
        assert not turned.row(name).met


def test_a_p_value_on_the_other_side_of_the_line_is_a_miss():
    target = next(t for t in read_targets() if t.part == "P" and 0.03 < t.value < SIGNIFICANT)
    assert target.fits(target.value, target.side)
    assert not target.fits(0.051, target.side)
    wrong = {"below 1": "above 1", "above 1": "below 1", "positive": "negative",
             "negative": "positive", "higher": "lower", "": ""}[target.side]  # fmt: skip
    assert target.fits(target.value, wrong) == (not target.side)


def test_pages_hold_every_target_once(card):
    sections = list(dict.fromkeys(row.target.section for row in card.rows))
    rows = pd.concat([section_page(card, name) for name in sections])
    assert len(rows) == len(card.rows)
    assert (rows["met"] == "yes").sum() == len(card.met)
    total = summary_page(card).iloc[-1].tolist()[1:]
    assert sum(int(cell.split()[-1]) for cell in total) == len(card.rows)
    kinds = kind_page(card, ("figure", "assumed"))
    assert len(kinds) == sum(row.target.kind != "text" for row in card.rows)
    assert (kinds["note"] != "–").all(), "what no text prints needs its reason"
    words = [describe(row) for row in card.rows]
    assert len(set(words)) == len(words), pd.Series(words)[pd.Series(words).duplicated()].tolist()


def test_misses_are_named_with_their_reason(card):
    missed = missed_page(card)
    assert len(missed) == max(1, len(card.missed))
    assert f"{len(card.met)} of {len(card.rows)} targets are met" in scorecard_reading(card)
    lacking = scorecard(read_cohort("virtual").assign(cd19_h_score=float("nan")))
    rows = [row for row in lacking.missed if row.target.marker == "cd19_h_score"]
    assert rows
    assert all(row.reason for row in rows)
    assert "lacks what the statistic needs" in scorecard_reading(lacking)
    frame = strengths(card)
    assert len(frame) > 30
    assert ((frame["printed"] - frame["cohort"]).abs() <= 0.4).equals(frame["met"])
