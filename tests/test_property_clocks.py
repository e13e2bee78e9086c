"""What holds for every schedule, deadline and biology."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from secondline.trials import biology, histories, observe_as, own_rule
from secondline.trials.simulation import seen

shares = st.floats(0, 1)


@st.composite
def worlds(draw):
    once = {arm: draw(shares) for arm in ("axi", "soc")}
    return biology(
        n=draw(st.integers(2, 12)),
        **{f"seen_at_once_{arm}": value for arm, value in once.items()},
        **{f"new_therapy_{arm}": value * draw(shares) for arm, value in once.items()},
        **{f"late_response_{arm}": draw(shares) for arm in once},
        **{f"treatment_months_{arm}": draw(st.floats(0, 12)) for arm in once},
    )


deadlines = st.one_of(st.just(0), st.integers(7, 84))


@settings(max_examples=40)
@given(worlds(), deadlines, st.integers(0, 30), st.integers(0, 1000))
def test_an_event_is_never_before_failure_except_at_the_deadline(world, days, weeks, seed):
    patients = histories(world, 3, seed)
    rule = own_rule(days, weeks).rule
    happens, _ = seen(patients, rule)
    before = happens < patients.failure - 1e-9
    assert not (before & ~patients.without_response).any()
    if not days:
        assert not before.any()
        return
    deadline = np.broadcast_to(
        rule.response_by + rule.scans.shift * patients.shift, before.shape
    )
    np.testing.assert_allclose(happens[before], deadline[before])


@settings(max_examples=40)
@given(worlds(), st.integers(7, 84), st.integers(7, 84), st.integers(0, 30), st.integers(0, 1000))
def test_an_earlier_deadline_never_postpones_an_event(world, one, other, weeks, seed):
    patients = histories(world, 3, seed)
    early, late, never = (
        seen(patients, own_rule(days, weeks).rule)[0]
        for days in (min(one, other), max(one, other), 0)
    )
    assert (early <= late).all()
    assert (late <= never).all()


@settings(max_examples=40)
@given(worlds(), deadlines, st.integers(1, 30), st.integers(0, 1000))
def test_ignoring_a_new_therapy_never_brings_an_event_forward(world, days, weeks, seed):
    patients = histories(world, 3, seed)
    counted, ignored, censored = (
        observe_as(patients, own_rule(days, weeks, way)) for way in ("event", "ignore", "censor")
    )
    assert (ignored.time >= counted.time - 1e-9).all()
    assert (censored.events <= counted.events).all()
    np.testing.assert_array_less(0, counted.time[counted.event])
