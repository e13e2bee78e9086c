"""How near a cohort comes to what the source prints: every target, met or not."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from secondline.cohort.analyses import analyse
from secondline.cohort.check import check_cohort, check_later
from secondline.cohort.targets import Target, read_targets
from secondline.errors import InputError


@dataclass(frozen=True)
class Row:
    """One target on one cohort.

    Attributes
    ----------
    target : Target
    value : float
        The cohort's statistic; NaN if it has none.
    side : str
        Direction of the effect in the cohort.
    met : bool
    """

    target: Target
    value: float
    side: str
    met: bool

    @property
    def known(self) -> bool:
        """Whether the cohort has what the statistic needs."""
        return bool(np.isfinite(self.value))

    @property
    def reason(self) -> str:
        """Why the target is missed, "" if it is met."""
        if self.met:
            return ""
        return self.target.exempt or ("" if self.known else "the cohort lacks what it needs")


@dataclass(frozen=True)
class Scorecard:
    """All targets on one cohort, in the order of the table of targets."""

    rows: tuple[Row, ...] = field(repr=False)

    @property
    def met(self) -> tuple[Row, ...]:
        """Targets that the cohort meets."""
        return tuple(row for row in self.rows if row.met)

    @property
    def missed(self) -> tuple[Row, ...]:
        """Targets that it misses, or that it has no value for."""
        return tuple(row for row in self.rows if not row.met)

    def of_kind(self, kind: str) -> "Scorecard":
        """Return the targets of one kind alone."""
        return Scorecard(tuple(row for row in self.rows if row.target.kind == kind))

    def row(self, target: str) -> Row:
        """Return the row of a target by its id."""
        for row in self.rows:
            if row.target.id == target:
                return row
        raise InputError(f"There is no target {target!r}.")


def scorecard(cohort: pd.DataFrame, later: pd.DataFrame | None = None) -> Scorecard:
    """Hold a cohort against every target.

    Parameters
    ----------
    cohort : DataFrame
        From :func:`secondline.cohort.read_cohort` or :func:`secondline.cohort.generate`.
    later : DataFrame, optional
        Patients with `is21` before a third line, from
        :func:`secondline.cohort.read_third_line`; without them two targets have no value.

    Returns
    -------
    Scorecard

    Raises
    ------
    InputError
        If a table is no cohort: it lacks a column, or one holds what it should not.
    """
    check_cohort(cohort)
    check_later(later)
    rows = []
    for target in read_targets():
        found = analyse(cohort, target, later)
        rows.append(Row(target, found.value, found.side, target.fits(found.value, found.side)))
    return Scorecard(tuple(rows))
