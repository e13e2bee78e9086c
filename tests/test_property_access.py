"""The model of waiting for cells, against drawn patients and its own limits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from secondline import figures, sequencing
from secondline.errors import InputError

share = st.floats(0.05, 0.95)
models = st.builds(
    sequencing.Access,
    access=st.floats(0, 6), manufacturing=st.floats(0.25, 3), dropout=st.floats(0.0, 0.4),
    bridging_response=share, bridging_ratio=st.floats(0.1, 1.0), cure_bridged=share,
    cure_infused=share, chemosensitive=share, cure_transplant=share, cure_third_line=share,
    later_cells=share,
)  # fmt: skip


def drawn(model, order, n=300_000, seed=1):
    """Follow patients one by one."""
    rng = np.random.default_rng(seed)
    wait = model.brain_to_vein
    if order == sequencing.CELLS_FIRST:
        responds = rng.random(n) < model.bridging_response
        rate = model.dropout * np.where(responds, model.bridging_ratio, 1.0)
        infused = rng.exponential(1 / rate) > wait
        chance = np.where(responds, model.cure_bridged, model.cure_infused)
        return (infused & (rng.random(n) < chance)).mean(), infused.mean()
    sensitive = rng.random(n) < model.chemosensitive
    by_transplant = sensitive & (rng.random(n) < model.cure_transplant)
    later = sensitive & ~by_transplant & (rng.random(n) < model.later_cells)
    third = ~sensitive & (rng.exponential(1 / model.dropout, n) > wait)
    by_cells = (later | third) & (rng.random(n) < model.cure_third_line)
    return (by_transplant | by_cells).mean(), np.nan


@pytest.mark.parametrize("changed", [{}, {"access": 4.0, "dropout": 0.2, "chemosensitive": 0.6}])
def test_shares_are_those_of_drawn_patients(changed):
    model = sequencing.cited_access(**changed)
    for order in (sequencing.CELLS_FIRST, sequencing.SALVAGE_FIRST):
        cured, infused = drawn(model, order)
        assert sequencing.cured(model, order) == pytest.approx(cured, abs=0.004)
        if order == sequencing.CELLS_FIRST:
            assert sequencing.reaching_infusion(model) == pytest.approx(infused, abs=0.004)


@given(model=models)
def test_waiting_never_helps_and_shares_are_shares(model):
    longer = replace(model, access=model.access + 1)
    for order in (sequencing.CELLS_FIRST, sequencing.SALVAGE_FIRST):
        assert 0 <= sequencing.cured(longer, order) <= sequencing.cured(model, order) <= 1
    assert sequencing.cured(model, sequencing.CELLS_FIRST) <= sequencing.reaching_infusion(model)


@given(model=models)
def test_the_orders_are_level_where_they_cross_and_nowhere_else(model):
    found = sequencing.crossings(model)
    assert sequencing.crossing(model) == pytest.approx(next(iter(found), np.nan), nan_ok=True)
    for at in found:
        level = replace(model, access=at - model.manufacturing)
        assert sequencing.ahead(level) == pytest.approx(0, abs=1e-8)
    # between two crossings nobody else takes the lead
    edges = [0.0, *(at - model.manufacturing for at in found), 12.0]
    for low, high in zip(edges, edges[1:], strict=False):
        inside = np.linspace(low, high, 22)[1:-1]
        ahead = [sequencing.ahead(replace(model, access=a)) for a in inside]
        assert min(ahead) >= -1e-9 or max(ahead) <= 1e-9


# salvage first, then CAR-T first, then salvage first again
TWICE = sequencing.Access(
    access=6.4, manufacturing=2.7, dropout=0.305, bridging_response=0.258, bridging_ratio=0.24,
    cure_infused=0.034, chemosensitive=0.0917, cure_transplant=0.2318, cure_third_line=0.5577,
)  # fmt: skip


def test_orders_that_cross_twice_are_found_and_told():
    first, second = sequencing.crossings(TWICE)
    ahead = [
        sequencing.ahead(replace(TWICE, access=at - TWICE.manufacturing))
        for at in (first - 1, (first + second) / 2, second + 1)
    ]
    assert ahead[0] < 0 < ahead[1] and ahead[2] < 0
    reading = sequencing.access_reading(TWICE)
    assert f"level twice, at {first:.1f} and at {second:.1f} months" in reading
    assert "between them CAR-T first is ahead" in reading
    assert "never" not in reading


def test_orders_that_are_level_throughout_have_no_leader():
    level = sequencing.Access(dropout=0.0, cure_bridged=0.3, cure_infused=0.3, cure_transplant=0.0,
                              later_cells=1.0)  # fmt: skip
    assert sequencing.ahead(level) == pytest.approx(0, abs=1e-9)
    assert "ahead by" not in sequencing.access_reading(level)


def test_printed_numbers_are_taken_from_the_documents():
    model = sequencing.cited_access()
    assert (model.chemosensitive, model.cure_transplant) == pytest.approx((0.35, 0.45))
    page = sequencing.inputs_page(model)
    assert page["source"].str.startswith("cited").sum() == 2
    changed = sequencing.inputs_page(replace(model, cure_transplant=0.5))
    assert changed["source"].str.startswith("cited").sum() == 1
    assert (changed["source"] == "changed by the settings").sum() == 1


def test_without_third_line_only_the_transplant_cures():
    model = sequencing.cited_access(cure_third_line=0.0)
    assert sequencing.cured(model, sequencing.SALVAGE_FIRST) == pytest.approx(0.35 * 0.45)


def test_each_input_is_moved_between_its_limits():
    model = sequencing.cited_access()
    table = sequencing.move_each(model)
    assert sorted(table["quantity"]) == sorted(sequencing.ACCESS_INPUTS)
    assert table["swing"].is_monotonic_decreasing
    for row in table.itertuples():
        moved = replace(model, **{row.quantity: row.low})
        assert row.at_low == pytest.approx(sequencing.ahead(moved))


def test_readings_tell_both_cases():
    assert "level at 5.9 months" in sequencing.access_reading(sequencing.cited_access())
    never = sequencing.cited_access(cure_third_line=0.0, dropout=0.0)
    assert "never turns: CAR-T first stays ahead" in sequencing.access_reading(never)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"access": 13.0}, "access is 13.0; it must be a number from 0 to 12"),
        ({"dropout": -0.1}, "dropout is -0.1; it must be a number from 0 to 2"),
        ({"cure_transplant": 45}, "cure_transplant is 45; it must be a number from 0 to 1"),
        ({"cure_infused": float("nan")}, "cure_infused is nan"),
    ],
)
def test_numbers_that_cannot_be_are_refused(changed, sentence):
    with pytest.raises(InputError, match=sentence):
        sequencing.cited_access(**changed)
    with pytest.raises(InputError, match="allowed: 'CAR-T first' or 'salvage first'"):
        sequencing.cured(sequencing.Access(), "both")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: sequencing.Access(access="soon"), "access is 'soon'; it must be a number"),
        (lambda: sequencing.Access(dropout=None), "dropout is None; it must be a number"),
        (lambda: sequencing.Access(dropout=True), "dropout is True; it must be a number"),
        (lambda: sequencing.cited_access(wait=1.0), "The model has no number 'wait'; it has 'acc"),
        (lambda: sequencing.crossing_along(sequencing.Access(), "wait", [1]), "no number 'wait'"),
        (lambda: sequencing.crossing_along(sequencing.Access(), "access", 1), "values is 1; give"),
        (lambda: sequencing.along_wait(sequencing.Access(), ["a"]), "months holds 'a'"),
        (lambda: sequencing.along_wait(sequencing.Access(), None), "months is None; give a list"),
        (lambda: sequencing.cured({"access": 1}, "CAR-T first"), "it must be an Access"),
        (lambda: sequencing.crossing(None), "model is None; it must be an Access"),
        (lambda: sequencing.move_each(3), "model is 3; it must be an Access"),
    ],
)
def test_what_is_no_model_and_no_number_is_refused(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_the_picture_of_ranges_shows_each_number_or_says_what_it_leaves_out():
    swings = sequencing.move_each(sequencing.cited_access())
    words = {"first": sequencing.CELLS_FIRST, "second": sequencing.SALVAGE_FIRST}

    def texts(largest):
        figure = figures.tornado(swings, largest=largest, **words)
        return [t.get_text() for t in figure.findobj(Text)]

    whole = texts(len(swings))
    assert set(swings["label"]) <= set(whole)
    assert not any("left out" in text for text in whole)
    short = texts(9)
    assert "left out: 2 that move less" in short
    assert not set(swings["label"][9:]) & set(short)
