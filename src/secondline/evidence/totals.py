"""Totals that the review prints, beside the same totals of its own tables."""

from dataclasses import dataclass

import pandas as pd

from secondline.claims import get_claim
from secondline.intervals import as_printed, whole_number
from secondline.survival import classify_medians
from secondline.tables import read_trials


@dataclass(frozen=True)
class PrintedTotal:
    """A printed total and its recomputation.

    Attributes
    ----------
    what : str
    printed, computed : str
        In the digits of the print; ranges as ``13 to 42``.
    claim : str
        The id of the printed total.
    """

    what: str
    printed: str
    computed: str
    claim: str

    @property
    def agrees(self) -> bool:
        """Whether print and recomputation are the same."""
        return self.printed == self.computed


def printed_totals() -> list[PrintedTotal]:
    """Compare the review's totals with the published tables.

    Returns
    -------
    list of PrintedTotal
        In the order in which a reader meets them.
    """
    trials = read_trials()
    exposed = trials[trials["prior_car_t"] == "yes"]
    naive = trials[trials["prior_car_t"] == "no"]
    counts = [
        ("Trials", len(exposed), "bsab-trials-n"),
        ("Patients after CAR-T", exposed["n"].sum(), "bsab-patients-n"),
        ("Trials with a cohort without CAR-T", len(naive), "bsab-naive-trials-n"),
        ("Patients without CAR-T", naive["n"].sum(), "bsab-naive-patients-n"),
        ("Full articles", (exposed["publication"] == "article").sum(), "bsab-articles-n"),
        ("Conference abstracts", (exposed["publication"] == "abstract").sum(), "bsab-abstracts-n"),
        *(
            (f"Trials reported in {year}", (exposed["year"] == year).sum(),
             f"bsab-reported-{year}-n")
            for year in (2025, 2024, 2023)
        ),
        *(
            (f"Trials of {drug}", (exposed["drug"] == drug).sum(), f"bsab-trials-{drug}-n")
            for drug in ("mosunetuzumab", "glofitamab", "epcoritamab", "odronextamab")
        ),
        ("Trials of an antibody alone", (exposed["backbone"] == "none").sum(),
         "bsab-trials-mono-n"),
        ("Trials of a combination", (exposed["backbone"] != "none").sum(),
         "bsab-trials-combination-n"),
        ("Trials with a count of complete responses", exposed["cr_events"].notna().sum(),
         "bsab-cr-trials-n"),
        ("Trials without a count of objective responses", exposed["orr_events"].isna().sum(),
         "bsab-orr-missing-trials-n"),
        *(
            (f"Trials with data on {name}",
             (classify_medians(exposed, name)["status"] != "not reported").sum(),
             f"bsab-{name.lower()}-trials-n")
            for name in ("DOR", "DoCR", "PFS", "OS")
        ),
    ]  # fmt: skip
    totals = [
        PrintedTotal(what, str(whole_number(get_claim(claim).value)), str(int(number)), claim)
        for what, number, claim in counts
    ]
    refractory = 100 * exposed["refractory_share"]
    complete = 100 * (exposed["cr_events"] / exposed["n"]).astype(float)
    for what, values, claim in (
        ("Median follow-up, months", exposed["follow_up_months"], "bsab-followup-range"),
        ("Refractory to CAR-T, %", refractory, "bsab-refractory-range"),
        ("Complete responses (Conclusion), %", complete, "bsab-conclusion-cr-range"),
    ):
        printed = get_claim(claim)
        ends = zip((values.min(), values.max()), (printed.lower, printed.upper), strict=True)
        computed = " to ".join(as_printed(value, like) for value, like in ends)
        totals.append(PrintedTotal(what, printed.interval, computed, claim))
    return totals


def totals_table(totals: list[PrintedTotal]) -> pd.DataFrame:
    """Return the totals as a table for the page, with the section of each."""
    return pd.DataFrame(
        {
            "Total": t.what,
            "Printed": t.printed,
            "From the tables": t.computed,
            "Agree": "yes" if t.agrees else "no",
            "Section": section_of(get_claim(t.claim).locator),
        }
        for t in totals
    )


def section_of(locator: str) -> str:
    """Return the section of a place such as ``Results, Primary outcomes, paragraph 1``."""
    parts = locator.split(", ")
    return parts[1] if parts[0] == "Results" else parts[0]
