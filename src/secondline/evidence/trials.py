"""Who was treated: tables of the cohorts, of the published review or of a reader's own."""

import numpy as np
import pandas as pd

from secondline.claims import get_claim
from secondline.errors import InputError, one_of
from secondline.evidence.totals import section_of
from secondline.intervals import decimals
from secondline.tables import treatments

COHORTS = {"after CAR-T": "yes", "CAR-T-naive": "no", "all": ""}
# the value of the setting, the column, and whether the largest comes first
SORTS = {
    "as listed": ("", False),
    "trial": ("trial", False),
    "year": ("year", False),
    "patients": ("n", True),
    "follow-up": ("follow_up_months", True),
    "refractory share": ("refractory_share", True),
}


def select_and_sort(trials: pd.DataFrame, cohorts: str, sort: str) -> pd.DataFrame:
    """Return the cohorts of one kind in the chosen order; missing values come last.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.
    cohorts : str
        One of :data:`COHORTS`.
    sort : str
        One of :data:`SORTS`; a column that the table has not leaves the order.

    Raises
    ------
    InputError
        If a setting is unknown or the table has no such cohort.
    """
    if cohorts not in COHORTS:
        raise InputError(f"cohorts is {cohorts!r}; allowed: {one_of(COHORTS)}.")
    if sort not in SORTS:
        raise InputError(f"sort is {sort!r}; allowed: {one_of(SORTS)}.")
    wanted = COHORTS[cohorts]
    rows = trials[trials["prior_car_t"] == wanted] if wanted else trials
    if rows.empty:
        raise InputError(
            f"The table has no cohort for cohorts = {cohorts!r}; it holds {len(trials)} of the "
            "other kind. Set cohorts to 'all'."
        )
    column, descending = SORTS[sort]
    if column in rows:
        rows = rows.sort_values(
            column, ascending=not descending, kind="stable", na_position="last"
        )
    return rows


def characteristics_table(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the cohorts' characteristics as a table for the page; missing as "–"."""
    rows = []
    for (_, c), treatment in zip(trials.iterrows(), treatments(trials), strict=True):
        rows.append(
            {
                "Trial": c["trial"] + (f" ({c['study']})" if c.get("study") else ""),
                "Report": _text(c.get("publication")),
                "Treatment": treatment or "–",
                "CAR-T before": c["prior_car_t"],
                "Patients": str(c["n"]),
                "Refractory to CAR-T": _percent(c.get("refractory_share")),
                "Prior lines (range)": _lines(c),
                "Follow-up (months)": _number(c.get("follow_up_months")),
            }
        )
    return pd.DataFrame(rows)


def follow_up_table(trials: pd.DataFrame) -> pd.DataFrame:
    """Return trial, treatment, patients and median follow-up (nan if not reported), in order."""
    blank = pd.Series(np.nan, index=trials.index)
    return pd.DataFrame(
        {
            "trial": trials["trial"],
            "drug": trials.get("drug", pd.Series("", index=trials.index)),
            "treatment": treatments(trials),
            "combination": trials["backbone"] != "none",
            "n": trials["n"],
            "months": trials.get("follow_up_months", blank).where(lambda m: m > 0),
        }
    ).reset_index(drop=True)


def after_car_t_table(trials: pd.DataFrame) -> pd.DataFrame:
    """Return what is printed of each cohort's history after CAR-T.

    A refractory share is turned back into the patients that it may stand for, as
    far as its digits and the size of the cohort allow.
    """
    rows = []
    for _, c in trials[trials["prior_car_t"] == "yes"].iterrows():
        share = c.get("refractory_share")
        fewest = c.get("lines_min")
        rows.append(
            {
                "Trial": c["trial"],
                "Patients": str(c["n"]),
                "Refractory to CAR-T": _percent(share),
                "In patients": _count_of_share(share, c["n"]),
                "Prior lines (range)": _lines(c),
                "Fewest lines 2 or more": (
                    "–" if _missing(fewest) else "yes" if fewest >= 2 else "no"
                ),
            }
        )
    columns = [
        "Trial", "Patients", "Refractory to CAR-T", "In patients", "Prior lines (range)",
        "Fewest lines 2 or more",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def described_for() -> pd.DataFrame:
    """Return what the published review says of the time between CAR-T and antibody, and of whom.

    Each row rests on one claim.
    """
    by_product = [
        float(get_claim(f"bsab-discussion-odronextamab-{name}-orr").value)
        for name in ("axi-cel", "tisa-cel", "liso-cel", "investigational")
    ]
    rows = [
        ("Refractory to CAR-T", "bsab-refractory-range", "six trials", "by which definition", ""),
        ("CAR-T products", "bsab-cart-products-commercial", "all trials together",
         "which product in which trial, but for odronextamab", "named, without numbers"),
        ("Response by product", "bsab-discussion-odronextamab-axi-cel-orr", "odronextamab",
         "for any other trial",
         f"{len(by_product)} rates, {min(by_product):g} to {max(by_product):g}\u00a0%"),
        ("Treatment in between", "bsab-intervening-therapy", "all trials together",
         "which treatment in which trial", ""),
        ("No treatment in between", "bsab-discussion-chong-no-intervening",
         "one trial of mosunetuzumab", "for any other trial", ""),
        ("Time from CAR-T to antibody", "bsab-cart-to-bsab-shortest",
         "one value, of whom is not said", "a median for any trial", ""),
    ]  # fmt: skip
    table = []
    for what, claim_id, whom, missing, told in rows:
        claim = get_claim(claim_id)
        printed = told or claim.value or claim.interval
        if claim.n and claim.N and not told:
            printed = f"{claim.n} of {claim.N}"
        elif claim.unit in ("%", "days") and not told:
            printed += f"\u00a0{claim.unit}"
        table.append(
            {
                "What": what,
                "Printed": printed,
                "Said of": whom,
                "Not said": missing,
                "Section": section_of(claim.locator),
            }
        )
    return pd.DataFrame(table)


def formats_table() -> pd.DataFrame:
    """Return the antibodies' formats: as the review has them, and as described first.

    The first descriptions are of the molecules' CD20 and CD3 binding sites, in the
    references that the chapter cites.
    """
    one, two = (get_claim(f"bsab-discussion-format-{n}-1") for n in (1, 2))
    rows = [
        ("mosunetuzumab", one, "one CD20 site, one CD3 site", "yes"),
        ("epcoritamab", one, "not read for this book", "–"),
        ("glofitamab", two, "two CD20 sites, one CD3 site", "yes"),
        ("odronextamab", two, "one CD20 site, one CD3 site", "no"),
    ]
    return pd.DataFrame(
        {
            "Antibody": drug,
            "CD20:CD3 in the review": claim.value,
            "First described with": described,
            "Agree": agree,
        }
        for drug, claim, described, agree in rows
    )


def _missing(value) -> bool:
    return value is None or pd.isna(value)


def _text(value) -> str:
    return value or "–"


def _number(value) -> str:
    return "–" if _missing(value) else f"{value:g}"


def _percent(share) -> str:
    return "–" if _missing(share) else f"{100 * share:.3g}\u00a0%"


def _lines(cohort: pd.Series) -> str:
    middle, low, high = (cohort.get(f"lines_{name}") for name in ("median", "min", "max"))
    if _missing(middle):
        return "–"
    if _missing(low) or _missing(high):
        return f"{middle:g}"
    return f"{middle:g} ({low:g} to {high:g})"


def _count_of_share(share, n: int) -> str:
    if _missing(share) or not 0 <= share <= 1:
        return "–"
    digits = decimals(f"{share:g}") if share != int(share) else 0
    fits = [k for k in range(int(n) + 1) if round(k / int(n), digits) == share]
    if not fits:
        return f"no count of {n}"
    return f"{fits[0]} of {n}" if len(fits) == 1 else f"{fits[0]} to {fits[-1]} of {n}"
