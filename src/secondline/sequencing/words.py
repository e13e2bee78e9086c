"""Results of the orders of treatment in sentences that fit their numbers."""

import numpy as np


def describe_comparison(comparison, first: str, second: str, horizon: float) -> str:
    """Return who is ahead in the model, by how much, and in how many draws."""
    ahead, behind, mean = first, second, comparison.mean
    low, high, share = comparison.lower, comparison.upper, comparison.probability
    if mean < 0:
        ahead, behind, mean = second, first, -mean
        low, high, share = -high, -low, 1 - share
    text = (
        f"Under the ranges that this book assumes, patients of the model live {_number(mean)} "
        f"months longer within {horizon:g} months with {ahead} than with {behind}, on average "
        "over the draws"
    )
    if np.isfinite(low):
        text += f"; the middle 95 % of the draws run from {_number(low)} to {_number(high)} months"
    text += ". "
    if mean < 2 * comparison.monte_carlo_se:
        return text + "That is no more than the sampling error of this run."
    percent = 100 * share
    if not np.isfinite(low):
        return text.strip()
    if percent > 99.5:
        return text + f"Nearly all draws have {ahead} ahead."
    return text + f"In {percent:.0f} % of the draws {ahead} is ahead."


def describe_threshold(result, first: str, second: str, label: str) -> str:
    """Return where a comparison turns along a share, or that it does not.

    Parameters
    ----------
    result : Threshold
    first, second : str
    label : str
        What the share is of, as the subject of a sentence.
    """
    low, high = 100 * result.values[0], 100 * result.values[-1]
    start, end = (first if result.difference[i] > 0 else second for i in (0, -1))
    if len(result.turns) == 1:
        return (
            f"On average over all other numbers {first} and {second} are level where {label} is "
            f"{100 * result.turns[0]:.0f} %: below it {start} is ahead, above it {end}."
        )
    if result.turns:
        places = ", ".join(f"{100 * value:.0f} %" for value in result.turns)
        return f"The lead changes more than once as {label} rises: at {places}."
    nearest = int(np.argmin(np.abs(result.difference)))
    share = result.probability[nearest]
    return (
        f"Wherever {label} lies between {low:.0f} and {high:.0f} %, {end} stays ahead on average "
        f"over all other numbers. The two orders are closest at "
        f"{100 * result.values[nearest]:.0f} %: {_number(abs(result.difference[nearest]))} months "
        f"apart, with {first} ahead in {100 * share:.0f} % of the draws."
    )


def turning_words(grid) -> str:
    """Return the least value of a map's rows at which the first order is not ahead.

    Parameters
    ----------
    grid : TurningMap
        Rows of shares; the columns' last is the most favourable to the second order.
    """
    column = grid.difference[:, -1]
    if column[0] <= 0:
        return "any share"
    below = np.flatnonzero(column <= 0)
    if len(below) == 0:
        return f"more than {100 * grid.up[-1]:.0f} %"
    i = below[0]
    step = column[i - 1] / (column[i - 1] - column[i])
    return f"{100 * (grid.up[i - 1] + step * (grid.up[i] - grid.up[i - 1])):.0f} % or more"


def describe_information(comparison) -> str:
    """Return what it would be worth to know every number of the model."""
    gain = comparison.perfect_information
    if gain < 0.05:
        return (
            "Knowing every number of the model exactly would hardly change the choice: an "
            "average patient of the model would gain less than 0.05 months by it."
        )
    return (
        "If every number of the model were known exactly before the order is chosen, an average "
        f"patient of the model would gain {gain:.2f} months by it."
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
    by_hand = sum(q.spread == "by hand" and q.low < q.high for q in known.values())
    widest = swings.iloc[0]
    return (
        f"In a semi-Markov model with virtual patients ({n_draws:,} draws of {len(known)} "
        f"quantities, {assumed} of them assumed and {by_hand} with a range set by hand; "
        f"{n_patients:,} patients a draw), {first} and {second} differed by "
        f"{_number(comparison.mean)} months alive within {horizon:g} months (first less second; "
        f"middle 95 % of the draws {_number(comparison.lower)} to {_number(comparison.upper)}); "
        f"{first} was ahead in {100 * comparison.probability:.0f} % of the draws. The size of the "
        f"difference hung most on this: {widest['label']} ({widest['kind']}; "
        f"{_number(widest['swing'])} months over its range). CAR-T cells after a bispecific "
        "antibody have not been studied in any source used. The model has no memory of earlier "
        "responses and leaves out harm and cost."
    )


def _number(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")
