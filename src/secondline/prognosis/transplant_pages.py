"""Tables and sentences on transplant against CAR-T cells."""

import numpy as np
import pandas as pd

from secondline.intervals import bare_p
from secondline.prognosis.groups import patients_for_significance
from secondline.prognosis.pages import points
from secondline.prognosis.transplant import (
    FACTORS,
    MatchedContrast,
    RegistryContrast,
    imbalances,
    remaining_ratio,
)


def registry_page(contrasts) -> pd.DataFrame:
    """Return the registry's risks, ratios and E-values, as texts."""
    rows = [
        (c.outcome, f"{100 * c.transplant:.0f}", f"{100 * c.car_t:.0f}",
         f"{c.risk_ratio:.2f} ({c.lower:.2f} to {c.upper:.2f})",
         str(patients_for_significance(c.car_t, c.transplant)), f"{c.e_value:.2f}",
         f"{c.e_value_limit:.2f}")
        for c in contrasts
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Outcome", "transplant, %", "CAR-T, %", f"risk ratio, if n = {contrasts[0].n} a group",
        "patients a group for P below 0.05", "E-value", "E-value of the limit",
    ])  # fmt: skip


def imbalance_page(contrasts) -> pd.DataFrame:
    """Return how strong each printed imbalance would have to be to explain a ratio alone."""
    rows = []
    for name, words in FACTORS.items():
        car_t, transplant = imbalances()[name]
        rows.append((
            words, f"{100 * transplant:.0f}", f"{100 * car_t:.0f}",
            *(_ratio(c.explaining[name]) for c in contrasts),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Factor", "transplant, %", "CAR-T, %",
        *(f"explains {c.outcome} alone at" for c in contrasts),
    ])  # fmt: skip


def matched_page(contrasts) -> pd.DataFrame:
    """Return the matched comparison for each count that may be meant, as texts."""
    rows = [
        (f"{c.car_t_events} of {c.n}", f"{100 * c.car_t_events / c.n:.1f}",
         "yes" if c.printed else "no", f"{c.transplant_events} of {c.n}",
         points(c.two.difference, c.two.lower, c.two.upper), bare_p(c.two.p))
        for c in contrasts
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Relapse after CAR-T", "%", "rounds to what is printed", "after transplant",
        "difference, points", "P",
    ])  # fmt: skip


def registry_reading(contrast: RegistryContrast, lines: float, node: float) -> str:
    """Say what is left of a ratio when the printed imbalances have an assumed effect."""
    left = remaining_ratio(contrast, lines, node)
    gone = np.log(contrast.risk_ratio / left) / np.log(contrast.risk_ratio)
    amount = (
        "more than all of it"
        if gone > 1.005
        else f"{100 * max(gone, 0):.0f} % of it, on the log scale"
    )
    return (
        f"If more than two lines multiply the risk of {contrast.outcome} by {lines:g} and a large "
        f"node by {node:g}, the printed imbalances alone turn a ratio of {left:.2f} into the "
        f"{contrast.risk_ratio:.2f} that is seen: they explain {amount}."
    )


def matched_reading(contrasts: tuple[MatchedContrast, ...]) -> str:
    """Say whether the printed percentage can be a count, and what the groups can tell."""
    first = contrasts[0]
    p = " or ".join(bare_p(c.two.p) for c in contrasts)
    if any(c.printed for c in contrasts):
        start = f"P is {p}."
    else:
        start = (
            f"No count out of {first.n} rounds to the printed percentage. It may be an estimate "
            f"over time, which need not be a count where patients were lost on the way. With the "
            f"counts on either side of it, P is {p}."
        )
    return (
        f"{start} Two groups of {first.n} find a "
        f"difference as large as the printed one in {100 * first.power:.0f} % of studies."
    )


def _ratio(value: float) -> str:
    return "no strength" if np.isinf(value) else f"a risk ratio of {value:.1f}"

