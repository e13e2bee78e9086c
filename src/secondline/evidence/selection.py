"""The selection flow of the published review: from records found to trials included."""

from dataclasses import dataclass

import pandas as pd

from secondline.claims import Claim, get_claim
from secondline.intervals import whole_number

BOXES = {
    "identified": ("records found", "bsab-records-identified"),
    "excluded": ("records excluded", "bsab-records-excluded"),
    "too_little_data": ("too little on outcomes after CAR-T", "bsab-excluded-insufficient-data"),
    "too_small": ("fewer than ten patients in a cohort", "bsab-excluded-small-sample"),
    "included": ("trials included", "bsab-trials-n"),
    "articles": ("full articles", "bsab-articles-n"),
    "abstracts": ("conference abstracts", "bsab-abstracts-n"),
}


@dataclass(frozen=True)
class SelectionFlow:
    """The counts of a selection flow, each from one claim.

    Attributes
    ----------
    identified, excluded, too_little_data, too_small, included, articles, abstracts : int
    """

    identified: int
    excluded: int
    too_little_data: int
    too_small: int
    included: int
    articles: int
    abstracts: int

    def checks(self) -> tuple[tuple[str, int, int], ...]:
        """Return each sum that must hold: its sentence, the sum of the parts, the whole."""
        return (
            ("included and excluded make the records found",
             self.included + self.excluded, self.identified),
            ("the two reasons make the records excluded",
             self.too_little_data + self.too_small, self.excluded),
            ("articles and abstracts make the trials included",
             self.articles + self.abstracts, self.included),
        )  # fmt: skip

    @property
    def holds(self) -> bool:
        """Whether all sums hold."""
        return all(parts == whole for _, parts, whole in self.checks())


def selection_flow() -> SelectionFlow:
    """Return the flow of Shen 2025, read from the claims."""
    return SelectionFlow(**{name: whole_number(_claim(name).value) for name in BOXES})


def flow_table(flow: SelectionFlow) -> pd.DataFrame:
    """Return the boxes of the flow as text: what, how many, as printed, where."""
    return pd.DataFrame(
        {
            "Box": text,
            "Number": str(getattr(flow, name)),
            "As printed": _claim(name).value,
            "Where": _claim(name).locator,
        }
        for name, (text, _) in BOXES.items()
    )


def _claim(name: str) -> Claim:
    return get_claim(BOXES[name][1])
