"""secondline.survival against R survival, value by value.

Tolerance 1e-10: every value has a formula. A limit that R leaves out (NA) where
the curve is 1 or 0 is left out here, too, or equals the curve.
"""

import json

import numpy as np
import pytest
from conftest import ROOT

from secondline.survival import agreement_table, kaplan_meier, median_with_interval

REFERENCE = json.loads((ROOT / "tests/reference/medians.json").read_text(encoding="utf-8"))
CASES = [
    pytest.param(name, fit, id=f"{name}, {fit['interval']} {fit['level']}")
    for name, sample in REFERENCE["samples"].items()
    for fit in sample["fits"]
]
TOLERANCE = 1e-10


def numbers(texts):
    return np.array([float(text) for text in texts])


def curve_of(name, fit):
    sample = REFERENCE["samples"][name]
    return kaplan_meier(
        numbers(sample["times"]),
        sample["events"],
        level=fit["level"],
        interval=fit["interval"],
    )


@pytest.mark.parametrize(("name", "fit"), CASES)
def test_curve_and_limits_equal_survfit(name, fit):
    curve = curve_of(name, fit)
    assert curve.times == pytest.approx(numbers(fit["time"]), abs=TOLERANCE)
    survival = numbers(fit["survival"])
    assert curve.survival == pytest.approx(survival, abs=TOLERANCE)
    for mine, theirs in (
        (curve.lower, numbers(fit["lower"])),
        (curve.upper, numbers(fit["upper"])),
    ):
        # strictly between 0 and 1 both have a formula
        inside = (survival > 0) & (survival < 1)
        assert mine[inside] == pytest.approx(theirs[inside], abs=TOLERANCE)


@pytest.mark.parametrize(("name", "fit"), CASES)
def test_median_and_its_interval_equal_survfit(name, fit):
    median = median_with_interval(curve_of(name, fit))
    theirs = [float(fit[key]) for key in ("median", "median_lower", "median_upper")]
    mine = [median.estimate, median.lower, median.upper]
    assert mine == pytest.approx(theirs, abs=TOLERANCE, nan_ok=True)


def test_grid_is_complete_and_holds_the_hard_cases():
    samples = REFERENCE["samples"]
    assert len(samples) == 24
    assert all(len(sample["fits"]) == 4 for sample in samples.values())
    fits = [fit for sample in samples.values() for fit in sample["fits"]]
    # medians and limits that are not reached are among them, and ones that are
    for key in ("median", "median_lower", "median_upper"):
        missing = [fit[key] == "nan" for fit in fits]
        assert any(missing)
        assert not all(missing)
    assert {"r", "survival", "script"} <= set(REFERENCE["source"])


def test_the_page_shows_the_same_comparison():
    table, versions = agreement_table()
    table = table.set_index("quantity")
    fits = 4 * len(REFERENCE["samples"])
    assert table.loc["median", "values"] == fits
    assert table.loc["limits of the median", "values"] == 2 * fits
    assert (table["difference"] <= TOLERANCE).all()
    assert versions.startswith("R version 4")
