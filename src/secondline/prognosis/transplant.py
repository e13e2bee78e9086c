"""What the review prints of transplant against CAR-T cells, and what the numbers allow."""

from dataclasses import dataclass
from math import exp, sqrt
from numbers import Integral

from scipy import stats

from secondline.checks import check_between, check_choice, check_level, check_share
from secondline.claims import get_claim
from secondline.errors import InputError
from secondline.intervals import counts_from_percentage, read_number, whole_number
from secondline.prognosis.confounding import bias_factor, e_value, explaining_ratio
from secondline.proportions import TwoGroups, compare_two, fisher_power

OUTCOMES = ("relapse", "death")
LARGEST = 1_000_000  # patients in a group that a reader may suppose
FACTORS = {"lines": "more than two lines before", "node": "largest node above 5 cm"}


@dataclass(frozen=True)
class RegistryContrast:
    """CAR-T against transplant in the registry: risks, their ratio, and what could explain it.

    Attributes
    ----------
    outcome : str
    car_t, transplant : float
        Risks, from 0 to 1. Deaths are the complement of the printed survival.
    risk_ratio, lower, upper : float
        CAR-T over transplant; the limits suppose `n` patients in each group.
    n : int
        Assumed: the review prints no number of patients.
    e_value, e_value_limit : float
        Of the ratio, and of its limit nearer to 1 (1 where the interval holds 1).
    explaining : dict of str to float
        By factor: the risk ratio of the outcome with which the printed imbalance of that
        factor alone explains the ratio; infinite where it cannot.
    """

    outcome: str
    car_t: float
    transplant: float
    risk_ratio: float
    lower: float
    upper: float
    n: int
    e_value: float
    e_value_limit: float
    explaining: dict[str, float]


@dataclass(frozen=True)
class MatchedContrast:
    """Transplant against CAR-T in the matched patients, for each count that may be meant.

    Attributes
    ----------
    car_t_events, transplant_events, n : int
    printed : bool
        Whether the CAR-T count rounds to the printed percentage.
    two : TwoGroups
        Relapse after transplant less that after CAR-T; Fisher's test.
    power : float
        Chance that Fisher's test at 5 % finds the printed difference, were it the truth.
    """

    car_t_events: int
    transplant_events: int
    n: int
    printed: bool
    two: TwoGroups
    power: float


def imbalances() -> dict[str, tuple[float, float]]:
    """Return the printed shares of each factor, CAR-T first, by its key in :data:`FACTORS`."""
    return {
        name: (_share(f"prr-discussion-cibmtr-{name}-cart"),
               _share(f"prr-discussion-cibmtr-{name}-asct"))
        for name in FACTORS
    }  # fmt: skip


def registry_contrast(outcome: str, n: int, *, level: float = 0.95) -> RegistryContrast:
    """Compare CAR-T with transplant in the registry.

    Parameters
    ----------
    outcome : {"relapse", "death"}
    n : int
        Patients assumed in each group, 1 or more; the review prints none.
    level : float

    Raises
    ------
    InputError
        If the outcome is unknown or `n` is no number of patients.
    """
    check_choice("outcome", outcome, OUTCOMES)
    if isinstance(n, bool) or not isinstance(n, Integral) or not 1 <= n <= LARGEST:
        raise InputError(f"n is {n!r}; it must be a whole number of patients, 1 to {LARGEST:,}.")
    check_level(level)
    if outcome == "relapse":
        car_t, transplant = (_share(f"prr-discussion-cibmtr-relapse-{x}") for x in ("cart", "asct"))
    else:
        car_t, transplant = (
            1 - _share(f"prr-discussion-cibmtr-os-{x}") for x in ("cart", "asct")
        )
    ratio = car_t / transplant
    # the delta method on the log scale
    se = sqrt((1 - car_t) / (car_t * n) + (1 - transplant) / (transplant * n))
    width = stats.norm.ppf((1 + level) / 2) * se
    lower, upper = ratio * exp(-width), ratio * exp(width)
    return RegistryContrast(
        outcome, car_t, transplant, ratio, lower, upper, n, e_value(ratio),
        e_value(lower) if lower > 1 else 1.0,
        {name: explaining_ratio(*shares, ratio) for name, shares in imbalances().items()},
    )  # fmt: skip


def remaining_ratio(contrast: RegistryContrast, lines: float, node: float) -> float:
    """Return the risk ratio that is left after both printed imbalances.

    Parameters
    ----------
    contrast : RegistryContrast
    lines, node : float
        Risk ratios of the outcome with each factor. They are taken to be independent of each
        other and to multiply.

    Raises
    ------
    InputError
        If there is no contrast, or a ratio is not above 0.
    """
    if not isinstance(contrast, RegistryContrast):
        raise InputError(f"contrast is {contrast!r}; it must come from registry_contrast.")
    ratios = {"lines": lines, "node": node}
    left = contrast.risk_ratio
    for name, shares in imbalances().items():
        left /= bias_factor(*shares, ratios[name])
    return left


def matched_contrasts(*, level: float = 0.95) -> tuple[MatchedContrast, ...]:
    """Compare the matched groups, for the CAR-T counts at and around the printed percentage.

    Raises
    ------
    InputError
        If the level does not lie between 0 and 1.
    """
    check_level(level)
    n = whole_number(get_claim("prr-discussion-strati-matched-n").value)
    printed = get_claim("prr-discussion-strati-relapse-cart").value
    asct = get_claim("prr-discussion-strati-relapse-asct").value
    fits = counts_from_percentage(printed, n)
    below = int(float(printed) * n / 100)
    (transplant,) = counts_from_percentage(asct, n)
    power = fisher_power(float(printed) / 100, n, float(asct) / 100, n)
    return tuple(
        MatchedContrast(
            count, transplant, n, count in fits,
            compare_two(transplant, n, count, n, level=level), power,
        )
        for count in fits or (below, below + 1)
    )  # fmt: skip


def high_volume_range(arm: str, share_low: float) -> tuple[float, float]:
    """Return the relapse at high tumour volume that the other two printed rates imply.

    Parameters
    ----------
    arm : {"cart", "asct"}
    share_low : float
        Share of patients with low volume, above 0 and below 1.

    Returns
    -------
    tuple of float
        From and to, by the rounding of the printed rates; may lie outside 0 to 1, which says
        that the rates cannot be of the same patients.

    Raises
    ------
    InputError
        If the share or the arm cannot be.
    """
    check_choice("arm", arm, ("cart", "asct"))
    check_between(0, 1, share_low=share_low)
    whole = read_number(get_claim(f"prr-discussion-strati-relapse-{arm}").value)
    low = read_number(get_claim(f"prr-discussion-strati-low-{arm}").value)
    ends = [
        (float(a) - share_low * float(b)) / (1 - share_low) / 100
        for a, b in ((whole.low, low.high), (whole.high, low.low))
    ]
    return ends[0], ends[1]


def cured_of_started(reached: float) -> float:
    """Return the share cured of those who start, if the printed share of those transplanted is.

    Parameters
    ----------
    reached : float
        Share of patients who start salvage and reach the transplant, from 0 to 1.

    Raises
    ------
    InputError
        If it is no share.
    """
    check_share(reached=reached)
    return reached * _share("prr-discussion-asct-pr-cure")


def _share(claim: str) -> float:
    return float(get_claim(claim).value) / 100
