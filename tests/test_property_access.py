"""The model of waiting for cells, against drawn patients and its own limits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondline import sequencing
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
def test_the_orders_are_level_where_they_cross(model):
    at = sequencing.crossing(model)
    if np.isnan(at):
        ends = [sequencing.ahead(replace(model, access=a)) for a in (0.0, 12.0)]
        assert ends[0] * ends[1] > 0
    else:
        level = replace(model, access=at - model.manufacturing)
        assert sequencing.ahead(level) == pytest.approx(0, abs=1e-8)


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
        ({"access": 13.0}, "access is 13.0; it must lie from 0 to 12"),
        ({"dropout": -0.1}, "dropout is -0.1; it must lie from 0 to 2"),
        ({"cure_transplant": 45}, "cure_transplant is 45; it must lie from 0 to 1"),
        ({"cure_infused": float("nan")}, "cure_infused is nan"),
    ],
)
def test_numbers_that_cannot_be_are_refused(changed, sentence):
    with pytest.raises(InputError, match=sentence):
        sequencing.cited_access(**changed)
    with pytest.raises(InputError, match="allowed: 'CAR-T first' or 'salvage first'"):
        sequencing.cured(sequencing.Access(), "both")
