"""One course under a rule: the same as the simulated patients' rule where both apply."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondline.errors import InputError
from secondline.trials import (
    NEW_THERAPY_RULES,
    RULES,
    Course,
    as_counted,
    deadline_day,
    histories,
    zuma7,
)
from secondline.trials.course import CENSORED, DEATH, NO_RESPONSE_YET, NOTHING
from secondline.trials.design import MONTH_DAYS, RESPONSE_SETTLED
from secondline.trials.simulation import seen

EVERY = (*RULES, *NEW_THERAPY_RULES)
PATIENT = histories(replace(zuma7(), n=2), 1, 1)
DAYS = st.integers(1, 1000)
ZUMA7 = RULES[1]


def simulated(course: Course, named, responds: bool) -> tuple[float, float]:
    """Return the days that the simulation's rule gives for such a patient."""
    first = min(course.progression, course.new_therapy, course.death)
    new = course.new_therapy < min(course.progression, course.death)
    shape = PATIENT.failure.shape
    patient = replace(
        PATIENT,
        failure=np.full(shape, first / MONTH_DAYS),
        death=np.full(shape, np.inf),
        dropout=np.full(shape, np.inf),
        new_therapy=np.full(shape, new),
        at_once=np.full(shape, new or first == course.death or course.symptoms),
        lead=np.full(shape, (course.progression - first) / MONTH_DAYS if new else 0.0),
        without_response=np.full(shape, not responds),
        shift=np.zeros(shape),
    )
    happens, ends = seen(patient, named.rule)
    return happens[0, 0] * MONTH_DAYS, ends[0, 0] * MONTH_DAYS


@given(
    failure=DAYS, kind=st.sampled_from(["scan", "symptoms", "new therapy"]),
    lead=st.integers(1, 300), responds=st.booleans(), named=st.sampled_from(EVERY),
)  # fmt: skip
def test_course_agrees_with_the_simulation(failure, kind, lead, responds, named):
    # there nobody is without a response by the last deadline, so that it plays no part
    last = named.rule.response_by is not None and named.rule.response_by >= RESPONSE_SETTLED
    responds = responds or last
    course = Course(
        response=1 if responds else math.inf,
        progression=failure + lead if kind == "new therapy" else failure,
        new_therapy=failure if kind == "new therapy" else math.inf,
        symptoms=kind == "symptoms",
    )
    happens, ends = simulated(course, named, responds)
    counted = as_counted(course, named)
    if ends < happens:
        assert counted.what == CENSORED
        assert counted.day == pytest.approx(ends)
    elif math.isinf(happens):
        assert counted.what == NOTHING
    else:
        assert counted.day == pytest.approx(happens)


@given(
    response=DAYS, progression=DAYS, new_therapy=DAYS, death=DAYS, symptoms=st.booleans(),
    named=st.sampled_from(EVERY),
)  # fmt: skip
def test_nothing_is_counted_before_it_happens_or_after_death(
    response, progression, new_therapy, death, symptoms, named
):
    course = Course(response, progression, new_therapy, death, symptoms)
    counted = as_counted(course, named)
    assert counted.day <= death
    deadline = deadline_day(named) or math.inf
    assert counted.day >= min(progression, new_therapy, death, deadline)
    if counted.what == NO_RESPONSE_YET:
        assert counted.day == deadline
    if counted.what == DEATH:
        assert counted.day == death


def test_a_response_counts_from_the_scan_that_shows_it():
    # scans on days 50, 100 and 150: a response from day 101 is shown on the last of them
    assert as_counted(Course(response=101, progression=900), ZUMA7).what != NO_RESPONSE_YET
    assert as_counted(Course(response=151, progression=900), ZUMA7) == as_counted(
        Course(progression=900), ZUMA7
    )
    gone = Course(response=110, progression=140)
    assert as_counted(gone, ZUMA7).what.startswith("progression")


def test_a_day_must_be_above_zero():
    with pytest.raises(InputError, match="progression is 0"):
        Course(progression=0)
