"""The H-score of a stained slide: how it is computed, read otherwise, and what it leaves open."""

from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from secondline.errors import InputError

HIGHEST = 300.0
INTENSITIES = {"weak": 1, "moderate": 2, "strong": 3}
ROUNDING = 1e-9  # shares that add up to 100 may miss it by so much in binary numbers


@dataclass(frozen=True)
class Slide:
    """A made-up slide: percentages of the tumour cells by how strongly they are stained."""

    name: str
    weak: float
    moderate: float
    strong: float

    @property
    def unstained(self) -> float:
        """Percentage without stain."""
        return max(100 - self.weak - self.moderate - self.strong, 0.0)

    @property
    def score(self) -> float:
        """The H-score."""
        return h_score(self.weak, self.moderate, self.strong)


def h_score(weak, moderate, strong):
    """Return the H-score: 1 x weak + 2 x moderate + 3 x strong, from 0 to 300.

    Parameters
    ----------
    weak, moderate, strong : array-like of float
        Percentages of the tumour cells, each from 0 to 100, together at most 100; the
        rest of the cells is not stained.

    Returns
    -------
    float or ndarray

    Raises
    ------
    InputError
        If a share is missing or no number, below 0 or above 100, or they add up to more
        than 100; or if they are lists of unlike length.

    Notes
    -----
    McCarty et al., Arch Pathol Lab Med 1985;109:716.

    Examples
    --------
    >>> h_score(20, 30, 25)
    155.0
    >>> h_score(60, 30, 25)
    Traceback (most recent call last):
    secondline.errors.InputError: weak, moderate and strong add up to 115 %; all tumour cells are 100 %.
    """
    shares = _shares(weak, moderate, strong)
    score = sum(k * share for k, share in zip(INTENSITIES.values(), shares, strict=True))
    return float(score) if np.ndim(score) == 0 else score


def h_score_readings(weak: float, moderate: float, strong: float) -> dict[str, float]:
    """Return what "intensity times percentage at that intensity" can mean for one slide.

    Parameters
    ----------
    weak, moderate, strong : float
        As for :func:`h_score`.

    Returns
    -------
    dict of str to float
        By reading. They agree where all stained cells have one intensity.
    """
    shares = [float(share) for share in _shares(weak, moderate, strong)]
    products = [k * share for k, share in zip(INTENSITIES.values(), shares, strict=True)]
    stained = sum(shares)
    # of two that are equally common the stronger one
    commonest = max(range(3), key=lambda i: (shares[i], i))
    strongest = max((i for i in range(3) if shares[i] > 0), default=0)
    return {
        "sum over the intensities": sum(products),
        "mean intensity × all stained": (sum(products) / stained if stained else 0.0) * stained,
        "largest single product": max(products),
        "commonest intensity, its cells": products[commonest],
        "commonest intensity × all stained": (commonest + 1) * stained,
        "strongest intensity, its cells": products[strongest],
    }


def stained_range(score: float) -> tuple[float, float]:
    """Return the smallest and the largest percentage of stained cells that a score allows.

    Parameters
    ----------
    score : float
        From 0 to 300.

    Returns
    -------
    tuple of float
        If all stained cells are strong, and if as many as possible are weak.

    Raises
    ------
    InputError

    Examples
    --------
    >>> stained_range(150)
    (50.0, 100.0)
    >>> stained_range(3)
    (1.0, 3.0)
    """
    if isinstance(score, bool) or not isinstance(score, Real) or not 0 <= score <= HIGHEST:
        raise InputError(f"An H-score of {score!r} cannot be; it is a number from 0 to {HIGHEST:g}.")
    return float(score) / INTENSITIES["strong"], min(float(score), 100.0)


def same_score(score: float) -> tuple[Slide, ...]:
    """Return slides of one H-score that differ as much as they can.

    Parameters
    ----------
    score : float
        From 0 to 300.

    Returns
    -------
    tuple of Slide
        As few cells as possible; all stained cells moderate, or as many weak as strong,
        where the score allows it; as many cells as possible.
    """
    fewest, _ = stained_range(score)
    slides = [Slide("few cells, all of them strong", 0.0, 0.0, fewest)]
    if score <= 200:
        slides += [
            Slide("stained cells all moderate", 0.0, score / 2, 0.0),
            Slide("as many weak as strong", score / 4, 0.0, score / 4),
        ]
    # where all cells are stained, each point above 100 lifts one percent of them by one step
    if score <= 100:
        spread = (score, 0.0, 0.0)
    elif score <= 200:
        spread = (200 - score, score - 100, 0.0)
    else:
        spread = (0.0, 300 - score, score - 200)
    slides.append(Slide("as many cells as possible", *map(float, spread)))
    return tuple(slides)


def slides_page(slides: tuple[Slide, ...], negative_below: float, median: float) -> pd.DataFrame:
    """Return slides with their score and group, as texts.

    Parameters
    ----------
    slides : sequence of Slide
    negative_below : float
        Scores below it count as negative.
    median : float
        Scores above it count as high.
    """
    return pd.DataFrame(
        [
            (s.name, f"{s.unstained:.3g}", f"{s.weak:.3g}", f"{s.moderate:.3g}", f"{s.strong:.3g}",
             f"{s.score:.0f}", score_group(s.score, negative_below, median))
            for s in slides
        ],
        columns=["Slide", "% unstained", "% weak", "% moderate", "% strong", "H-score", "group"],
    )  # fmt: skip


def readings_page(slides: tuple[Slide, ...], median: float) -> pd.DataFrame:
    """Return what each reading of the wording makes of some slides, as texts."""
    table = {}
    for slide in slides:
        for name, score in h_score_readings(slide.weak, slide.moderate, slide.strong).items():
            side = "high" if score > median else "low"
            table.setdefault(name, []).append(f"{score:.0f} ({side})")
    return pd.DataFrame(
        [(name, *cells) for name, cells in table.items()],
        columns=["Reading", *(slide.name for slide in slides)],
    )


def score_group(score: float, negative_below: float, median: float) -> str:
    """Return ``negative``, ``low`` or ``high``: below the cut, at most the median, above it."""
    if score < negative_below:
        return "negative"
    return "high" if score > median else "low"


def ties_at_median(low: int, high: int) -> int:
    """Return how many patients must share the median if a split at it is so uneven.

    Parameters
    ----------
    low, high : int
        Patients at or below the median of all of them, and above it.

    Raises
    ------
    InputError
        If more than half lie above; then the cut was not the median.

    Examples
    --------
    >>> ties_at_median(63, 58)
    3
    """
    n = low + high
    if low < 1 or high < 0 or 2 * high > n:
        raise InputError(f"Of {n} patients {high} cannot lie above their own median.")
    if low == n / 2:
        return 0  # the median may lie between two patients
    # all from the middle place, or from the lower of two, up to the last of the low half
    return low - (n + 1) // 2 + 1


def _shares(*values):
    shares = []
    for name, value in zip(INTENSITIES, values, strict=True):
        try:
            shares.append(np.asarray(value, dtype=float))
        except (TypeError, ValueError):
            raise InputError(
                f"{name} is {value!r}; it must be a number, or a list of numbers."
            ) from None
    sizes = [share.shape for share in shares if share.ndim]
    if any(size != sizes[0] for size in sizes):
        raise InputError("weak, moderate and strong are lists of unlike length; each slide has all three.")
    for name, share in zip(INTENSITIES, shares, strict=True):
        wrong = ~((share >= 0) & (share <= 100))
        if np.any(wrong):
            shown = float(np.atleast_1d(share)[np.atleast_1d(wrong)][0])
            raise InputError(f"{name} is {shown:g}; a share of the cells lies from 0 to 100 %.")
    total = sum(shares)
    if np.any(total > 100 + ROUNDING):
        raise InputError(
            f"weak, moderate and strong add up to {float(np.max(total)):g} %; all tumour cells "
            "are 100 %."
        )
    return shares
