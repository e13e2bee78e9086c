"""Group-sequential boundaries against R rpact, and against values in print: 1e-4."""

import json

import numpy as np
import pytest
from conftest import ROOT
from scipy import integrate, stats

from secondline.trials import boundaries, exit_probabilities

REFERENCE = json.loads((ROOT / "tests/reference/sequential.json").read_text(encoding="utf-8"))
CASES = REFERENCE["cases"]
EACH = pytest.mark.parametrize(
    "case",
    CASES,
    ids=[f"{c['spending']}, {c['alpha']}, {len(np.atleast_1d(c['fractions']))} looks" for c in CASES],
)


def numbers(values):
    return np.atleast_1d(np.array(values, dtype=float))


@EACH
def test_boundaries_equal_rpact(case):
    found = boundaries(case["fractions"], alpha=case["alpha"], spending=case["spending"])
    np.testing.assert_allclose(found.spent, numbers(case["spent"]), atol=1e-10)
    # where a look spends less than a millionth, rpact's own search is off by up to 2e-4;
    # such a boundary is held against an integral below
    spends = np.diff(numbers(case["spent"]), prepend=0.0)
    np.testing.assert_allclose(found.z[spends > 1e-6], numbers(case["z"])[spends > 1e-6], atol=1e-4)


@pytest.mark.parametrize("first", [0.2, 0.25])
def test_a_boundary_far_out_solves_its_integral(first):
    """Chance to cross at the second look and not at the first, by adaptive quadrature."""
    found = boundaries([first, 0.3, 1.0], alpha=0.01, spending="O'Brien-Fleming")
    rho = np.sqrt(first / 0.3)
    rest = np.sqrt(1 - rho**2)

    def both(z):
        beyond = stats.norm.sf((found.z[1] - rho * z) / rest)
        below = stats.norm.cdf((-found.z[1] - rho * z) / rest)
        return stats.norm.pdf(z) * (beyond + below)

    chance, _ = integrate.quad(
        both, -found.z[0], found.z[0], epsabs=0, epsrel=1e-11, limit=500, points=[-4, 0, 4]
    )
    assert chance == pytest.approx(found.spent[1] - found.spent[0], rel=1e-6)


@EACH
def test_chances_to_cross_equal_rpact(case):
    for entry in case["crossing"]:
        each = exit_probabilities(numbers(case["z"]), case["fractions"], entry["drift"])
        np.testing.assert_allclose(each, numbers(entry["each"]), atol=1e-4)


# Reboussin, DeMets, Kim and Lan, Control Clin Trials 2000;21:190 (program LD98), and
# many textbooks: five equally spaced looks, two-sided 0.05
PRINTED = {
    "O'Brien-Fleming": (4.877, 3.357, 2.680, 2.290, 2.031),
    "Pocock": (2.438, 2.427, 2.410, 2.397, 2.386),
}


@pytest.mark.parametrize("spending", PRINTED)
def test_printed_boundaries_for_five_looks(spending):
    found = boundaries(np.arange(1, 6) / 5, spending=spending)
    np.testing.assert_allclose(found.z, PRINTED[spending], atol=6e-4)


@pytest.mark.parametrize(
    ("looks", "error"), [(1, 0.05), (2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193)]
)
def test_printed_error_of_repeated_testing(looks, error):
    """Armitage, McPherson and Rowe, JRSS A 1969;132:235, table 2."""
    naive = boundaries(np.arange(1, looks + 1) / looks, spending="none")
    assert naive.spent[-1] == pytest.approx(error, abs=6e-4)
