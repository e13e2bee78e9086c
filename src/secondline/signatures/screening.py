"""Screen all signatures for one outcome, and what the same screen finds where nothing is."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.errors import InputError, NoFiniteEstimate, one_of
from secondline.intervals import bare_p
from secondline.signatures.associations import with_groups, with_survival
from secondline.trials import cox

ENDPOINTS = ("ongoing response", "EFS", "DOR")
ARMS = ("axi-cel", "SOC")


@dataclass(frozen=True, eq=False)
class Screen:
    """All signatures held against one outcome of one arm.

    Attributes
    ----------
    arm, endpoint : str
    n : int
        Patients with the outcome.
    cases : int
        Of these, those with an ongoing response, or with an event.
    table : DataFrame
        As from :func:`secondline.signatures.with_groups` or ``with_survival``: name, n,
        effect (binary logarithm of the ratio of medians, or of the hazard ratio of high
        over low), p, q.
    chance : ndarray, shape (draws, signatures)
        P values after the outcomes were dealt out anew among the patients.
    """

    arm: str
    endpoint: str
    n: int
    cases: int
    table: pd.DataFrame
    chance: np.ndarray = field(repr=False)

    def below(self, alpha: float) -> int:
        """Number of signatures with P below a limit."""
        return int((self.table["p"] < alpha).sum())

    def below_by_chance(self, alpha: float) -> np.ndarray:
        """The same in each draw, shape (draws,)."""
        return (self.chance < alpha).sum(axis=1)

    @property
    def smallest(self) -> tuple[str, float, float]:
        """Signature with the smallest P; that P; and how often chance has one as small.

        The last is Westfall and Young's adjusted P of the smallest (Resampling-Based
        Multiple Testing, 1993); at least one over the number of draws and one.
        """
        row = self.table.loc[self.table["p"].idxmin()]
        least = np.nanmin(self.chance, axis=1)
        share = (1 + np.sum(least <= row["p"] * (1 + 1e-9))) / (len(least) + 1)
        return str(row["name"]), float(row["p"]), float(share)


def screen(scores: pd.DataFrame, patients: pd.DataFrame, *, arm: str, endpoint: str,
           draws: int = 200, seed: int = 1) -> Screen:  # fmt: skip
    """Hold every signature against an outcome, as the source does.

    Ongoing response: Wilcoxon's test of the scores. EFS and DOR: an unadjusted Cox model
    of scores above their median over all patients of both arms, against the others.

    Parameters
    ----------
    scores : DataFrame, shape (samples, k)
        Complete, by participant; both arms.
    patients : DataFrame
        With participant, arm, response, efs_months, efs_event, dor_months, dor_event.
    arm : {"axi-cel", "SOC"}
    endpoint : {"ongoing response", "EFS", "DOR"}
    draws : int
        Times that outcomes are dealt out anew: 1 or more.
    seed : int

    Returns
    -------
    Screen

    Raises
    ------
    InputError
        If a setting cannot be used.
    NoFiniteEstimate
        If nobody, or everybody, has the outcome.
    """
    for name, value, allowed in (("arm", arm, ARMS), ("endpoint", endpoint, ENDPOINTS)):
        if value not in allowed:
            raise InputError(f"{name} is {value!r}; allowed: {one_of(allowed)}.")
    if draws < 1:
        raise InputError(f"draws is {draws}; it must be 1 or more.")
    rows = patients.set_index("participant").loc[scores.index]
    mine = (rows["arm"] == arm).to_numpy()
    rng = np.random.default_rng(np.random.SeedSequence(
        seed, spawn_key=(ARMS.index(arm), ENDPOINTS.index(endpoint))
    ))  # fmt: skip
    if endpoint == "ongoing response":
        mine &= rows["response"].notna().to_numpy()
        group = (rows.loc[mine, "response"] == "ongoing").to_numpy()
        _need(group, arm, endpoint)
        own = scores[mine]
        table, chance = with_groups(own, group), _dealt_groups(own, group, draws, rng)
        return Screen(arm, endpoint, len(group), int(group.sum()), table, chance)
    clock = endpoint.lower()
    mine &= rows[f"{clock}_months"].notna().to_numpy()
    high = (scores > scores.median()).astype(float)[mine]
    time = rows.loc[mine, f"{clock}_months"].to_numpy(dtype=float)
    event = rows.loc[mine, f"{clock}_event"].to_numpy(dtype=bool)
    if not event.any():
        raise NoFiniteEstimate(f"Nobody in the {arm} arm has an event of {endpoint}.")
    table = with_survival(high, time, event)
    chance = np.array([
        _cox_p(time, event, high.to_numpy()[rng.permutation(len(time))]) for _ in range(draws)
    ])  # fmt: skip
    return Screen(arm, endpoint, len(time), int(event.sum()), table, chance)


def _need(group, arm, endpoint):
    if group.all() or not group.any():
        raise NoFiniteEstimate(
            f"In the {arm} arm {'all' if group.size and group.all() else 'no'} patients have "
            f"the outcome {endpoint!r}; there is nothing to compare."
        )


def _dealt_groups(scores, group, draws, rng) -> np.ndarray:
    """P of Wilcoxon's test after flags are dealt out anew, shape (draws, k)."""
    ranks = stats.rankdata(scores.to_numpy(dtype=float), axis=0)
    n, m = len(group), group.sum()
    dealt = np.array([group[rng.permutation(n)] for _ in range(draws)], dtype=float)
    spread = ((ranks - ranks.mean(axis=0)) ** 2).sum(axis=0)
    with np.errstate(invalid="ignore"):
        z = (dealt @ ranks - m * (n + 1) / 2) / np.sqrt(m * (n - m) / (n * (n - 1)) * spread)
    return 2 * stats.norm.sf(np.abs(z))


def _cox_p(time, event, high) -> np.ndarray:
    p = np.full(high.shape[1], np.nan)
    both = np.ptp(high, axis=0) > 0
    covariates = np.ascontiguousarray(high[:, both].T)
    times, events = (np.broadcast_to(v, covariates.shape) for v in (time, event))
    p[both] = cox(times, events, covariates).p
    return p


def screen_summary_page(screens, alpha: float) -> pd.DataFrame:
    """Return for each screen what it finds and what chance would, as texts."""
    rows = []
    for s in screens:
        by_chance = s.below_by_chance(alpha)
        low, high = np.percentile(by_chance, [2.5, 97.5])
        name, p, share = s.smallest
        rows.append((
            f"{s.arm}, {s.endpoint}", f"{s.cases} of {s.n}", str(s.below(alpha)),
            f"{by_chance.mean():.1f} ({low:.0f} to {high:.0f})",
            f"{name}: {bare_p(p)}", bare_p(share), bare_p(float(s.table["q"].min())),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Arm, outcome", "cases of patients", f"P below {alpha:g}", "by chance", "smallest P",
        "its P, adjusted", "smallest q",
    ])  # fmt: skip


def found_page(screens, alpha: float) -> pd.DataFrame:
    """Return the signatures with P below a limit, as texts; the smallest P first."""
    rows = [
        (row.p, s.arm, s.endpoint, row.name_, _size(s.endpoint, row.effect), bare_p(row.p),
         bare_p(row.q))
        for s in screens
        for row in s.table.rename(columns={"name": "name_"}).itertuples()
        if row.p < alpha
    ]
    if not rows:
        return pd.DataFrame({"Signature": [f"none with P below {alpha:g}"]})
    rows.sort(key=lambda row: row[0])
    return pd.DataFrame(
        [(r[3], f"{r[1]}, {r[2]}", *r[4:]) for r in rows],
        columns=["Signature", "arm, outcome", "effect", "P", "q"],
    )


def screens_reading(screens, alpha: float) -> str:
    """Say how many of the tests are below a limit, and how many are left after adjustment."""
    tests = sum(int(s.table["p"].notna().sum()) for s in screens)
    below = sum(s.below(alpha) for s in screens)
    chance = np.array([s.below_by_chance(alpha) for s in screens]).sum(axis=0)
    left = [
        f"{row.name_} ({s.arm}, {s.endpoint})"
        for s in screens
        for row in s.table.rename(columns={"name": "name_"}).itertuples()
        if row.q < alpha
    ]
    text = (
        f"{below} of {tests} P values are below {alpha:g}. Where nothing goes with anything, "
        f"{chance.mean():.0f} would be on average. After Benjamini and Hochberg's adjustment, in "
        "each picture by itself, "
    )
    return text + (f"what is left is {', '.join(left)}." if left else "none is left.")


def _size(endpoint: str, effect: float) -> str:
    if np.isnan(effect):
        return "–"
    if endpoint == "ongoing response":
        percent = 100 * (2**effect - 1)
        return f"median {abs(percent):.0f} % {'higher' if percent >= 0 else 'lower'}"
    return f"hazard ratio {2**effect:.2f}"
