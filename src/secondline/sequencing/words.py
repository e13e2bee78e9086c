"""Results of the orders of treatment in sentences that fit their numbers."""

import numpy as np


def describe_comparison(comparison, first: str, second: str, horizon: float) -> str:
    """Return who is ahead, by how much and how sure the draws are of it."""
    ahead, behind, mean = first, second, comparison.mean
    low, high, share = comparison.lower, comparison.upper, comparison.probability
    if mean < 0:
        ahead, behind, mean = second, first, -mean
        low, high, share = -high, -low, 1 - share
    text = (
        f"Over {horizon:g} months, {ahead} is ahead of {behind} by {_number(mean)} months alive on "
        f"average over the draws; the middle 95 % of them run from {_number(low)} to "
        f"{_number(high)}. "
    )
    if mean < 2 * comparison.monte_carlo_se:
        return text + "That is no more than the sampling error of this run."
    percent = 100 * share
    if percent > 99.5:
        return text + "It is ahead in nearly all draws."
    return text + f"It is ahead in {percent:.0f} % of them."


def describe_threshold(result, first: str, second: str) -> str:
    """Return where a comparison turns, or that it does not."""
    low, high = 100 * result.values[0], 100 * result.values[-1]
    if np.isfinite(result.turns_at):
        return (
            f"On average over all other numbers the two orders are level where "
            f"{100 * result.turns_at:.0f} % is left."
        )
    ahead = first if result.difference[-1] > 0 else second
    nearest = int(np.argmin(np.abs(result.difference)))
    return (
        f"From {low:.0f} to {high:.0f} % left, {ahead} stays ahead on average over all other "
        f"numbers. The closest is at {100 * result.values[nearest]:.0f} %, with "
        f"{_number(abs(result.difference[nearest]))} months between the two and {first} ahead "
        f"of {second} in {100 * result.probability[nearest]:.0f} % of the draws."
    )


def report(
    comparison, first: str, second: str, *, horizon: float, n_draws: int, n_patients: int,
    known: dict, swings,
) -> str:  # fmt: skip
    """Return a paragraph for a results section, with nothing left to look up.

    Parameters
    ----------
    comparison : Comparison
    first, second : str
    horizon : float
        Months.
    n_draws, n_patients : int
    known : dict
        From :func:`secondline.sequencing.quantities`.
    swings : DataFrame
        From :func:`secondline.sequencing.one_way`.
    """
    assumed = sum(quantity.kind == "assumed" for quantity in known.values())
    widest = swings.iloc[0]
    return (
        f"In a semi-Markov model with virtual patients ({n_draws:,} draws of {len(known)} "
        f"quantities, {assumed} of them assumed without data; {n_patients:,} patients a draw), "
        f"{first} and {second} differed by {_number(comparison.mean)} months alive within "
        f"{horizon:g} months (first less second; middle 95 % of the draws "
        f"{_number(comparison.lower)} to {_number(comparison.upper)}); {first} was ahead in "
        f"{100 * comparison.probability:.0f} % of the draws. The difference hung most on "
        f"this: {widest['label']} ({widest['kind']}; {_number(widest['swing'])} months over its "
        "range). CAR-T cells after a bispecific antibody have not been studied in any source "
        "used. The model has no memory of earlier responses and leaves out harm and cost."
    )


def _number(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")
