"""Distance of a cohort from the targets, fast enough to be computed at each annealing step.

The same statistics as in :mod:`secondline.cohort.analyses`, all of one family at once, and
only those that depend on which patient carries which outcome. A test holds the two
against each other.
"""

import numpy as np
import pandas as pd
from scipy.special import log_ndtr
from scipy.stats import rankdata

from secondline.cohort.analyses import IMMUNE_SOC
from secondline.cohort.columns import GENE_COLUMNS, SIGNATURE_COLUMNS
from secondline.cohort.markers import HIGH_NAMES, high, marker, subset
from secondline.cohort.targets import P_TOLERANCE, Target

Z975 = 1.959963984540054
ARMS = ("axi-cel", "SOC")
# distances in units of the tolerance: within this share of it nothing is gained
INNER, STEEPNESS, PULL = 0.6, 2.0, 0.03
EDGE = -np.log10(0.05)
# sizes of z from which a signature that the source does not name is penalised: with
# axi-cel a P of 0.02; with SOC, where few are said to go with anything, one of 0.06
UNNAMED = {"axi-cel": 2.33, "SOC": 1.88}


class Columns:
    """Cox models of 0/1 covariates over one order of records; rows are records."""

    def __init__(self, event):
        self.rows = np.flatnonzero(event)
        self.beta = None

    def fit(self, inside, ones, steps=2):
        """Fit all columns; `inside` and `ones` are 0/1, shape (records, columns).

        Starts from the last fit, which two records have left since; so few steps will do.

        Returns
        -------
        beta, se, z, strength : ndarray, shape (columns,)
        """
        one = np.cumsum(ones[::-1], axis=0)[::-1][self.rows]
        zero = np.cumsum(inside[::-1], axis=0)[::-1][self.rows] - one
        counted = inside[self.rows]
        gained = (ones[self.rows]).sum(axis=0)
        zero += 1e-9
        if self.beta is None:
            self.beta, steps = np.zeros(inside.shape[1]), 12
        beta = self.beta
        for _ in range(steps):
            share = one * np.exp(beta)
            share /= share + zero
            weighted = counted * share
            information = (weighted * (1 - share)).sum(axis=0)
            step = (gained - weighted.sum(axis=0)) / np.maximum(information, 1e-6)
            beta = np.minimum(np.maximum(beta + np.minimum(np.maximum(step, -2), 2), -4), 4)
        self.beta = beta
        se = 1 / np.sqrt(np.maximum(information, 1e-6))
        return beta, se, beta / se, _strength(beta / se)


class Objective:
    """Penalty of an assignment of patients to outcome records.

    Parameters
    ----------
    markers : DataFrame
        Patients of both arms, with what is known before treatment.
    records : DataFrame
        Outcome records of both arms, with `arm`; times without ties.
    targets : sequence of Target

    Attributes
    ----------
    patient : dict of str to ndarray
        For each arm, which of its patients carries each of its records (records in order
        of time).
    """

    def __init__(self, markers: pd.DataFrame, records: pd.DataFrame, targets, patient):
        self.targets = targets
        self.markers = markers
        self.records = {
            arm: records[records["arm"] == arm].sort_values("efs_months").reset_index(drop=True)
            for arm in ARMS
        }
        self.mine = {arm: (markers["arm"] == arm).to_numpy() for arm in ARMS}
        self.patient = {arm: np.array(patient[arm]) for arm in ARMS}
        self._levels, self._own, self._before = {}, {}, None
        self._logistic = {arm: (0.0, 0.0) for arm in ARMS}
        for arm in ARMS:
            self._prepare_levels(arm)
        self._prepare_arms()
        self._prepare_responses()
        self._prepare_terms()

    # --- what is computed -------------------------------------------------------------

    def _prepare_levels(self, arm):
        def column(name, part):
            level = high(self.markers, name)
            inside = level.notna().to_numpy() & subset(self.markers, part)
            ones = (level == 1).to_numpy() & inside
            return inside[self.mine[arm]], ones[self.mine[arm]]

        wanted = {"efs": [], "dor": []}
        for t in self.targets:
            if t.arm != arm:
                continue
            if t.analysis in ("levels", "durations"):
                key = (t.marker, t.subset)
                kind = "efs" if t.analysis == "levels" else "dor"
                if key not in wanted[kind]:
                    wanted[kind].append(key)
            for part in {
                "gain after": ("biopsy before first line", "biopsy after first line"),
                "within SII": ("SII low", "SII high"),
            }.get(t.analysis, ()):
                if (t.marker, part) not in wanted["efs"]:
                    wanted["efs"].append((t.marker, part))
        # all signatures: those that the source does not name must not stand out either
        for kind, keys in wanted.items():
            keys += [(name, "") for name in SIGNATURE_COLUMNS if (name, "") not in keys]
        records = self.records[arm]
        table = {}
        for kind, keys in wanted.items():
            if not keys:
                continue
            pairs = [column(*key) for key in keys]
            if kind == "efs" and arm == "axi-cel":
                # four groups of H-score and SII, each against the others
                first, second = high(self.markers, "cd19_h_score"), high(self.markers, "SII")
                known = (first.notna() & second.notna()).to_numpy()
                for a in (0, 1):
                    for b in (0, 1):
                        ones = known & (first == a).to_numpy() & (second == b).to_numpy()
                        keys.append(("group", f"{a}{b}"))
                        pairs.append((known[self.mine[arm]], ones[self.mine[arm]]))
            inside = np.column_stack([p[0] for p in pairs]).astype(float)
            ones = np.column_stack([p[1] for p in pairs]).astype(float)
            if kind == "efs":
                order, event = np.arange(len(records)), records["efs_event"].to_numpy(bool)
            else:
                answered = np.flatnonzero(records["dor_months"].notna())
                order = answered[np.argsort(records["dor_months"].to_numpy()[answered])]
                event = records["dor_event"].to_numpy(bool)[order]
            table[kind] = (inside, ones, order, Columns(event), {k: i for i, k in enumerate(keys)})
        self._levels[arm] = table

    def _prepare_arms(self):
        self._strata = []
        for t in self.targets:
            key = (t.marker, t.level)
            if t.analysis == "arms" and t.level != "all" and key not in self._strata:
                self._strata.append(key)
        times = np.concatenate([self.records[arm]["efs_months"] for arm in ARMS])
        event = np.concatenate([self.records[arm]["efs_event"] for arm in ARMS]).astype(bool)
        order = np.argsort(times, kind="stable")
        place = np.empty(len(order), dtype=int)
        place[order] = np.arange(len(order))
        size = len(self.records["axi-cel"])
        self._place = {"axi-cel": place[:size], "SOC": place[size:]}
        self._stratum = {}
        for arm in ARMS:
            columns = [
                (high(self.markers, name) == HIGH_NAMES[level]).to_numpy()[self.mine[arm]]
                for name, level in self._strata
            ]
            self._stratum[arm] = np.column_stack(columns).astype(float)
        self._arm_columns = Columns(event[order])
        self._total = len(order)

    def _prepare_responses(self):
        self._ranked = [*SIGNATURE_COLUMNS, *GENE_COLUMNS, "BPI"]
        self._others = [i for i, name in enumerate(SIGNATURE_COLUMNS) if name != "sig_b_cells"]
        self._ranks, self._codes, self._extra = {}, {}, {}
        for arm in ARMS:
            mine = self.mine[arm]
            table = self.markers[mine]
            profiled = table["expression"].to_numpy(bool)
            ranks = np.zeros((len(table), len(self._ranked)))
            for i, name in enumerate(self._ranked):
                ranks[profiled, i] = rankdata(marker(table, name)[profiled])
            score = table["cd19_h_score"].to_numpy(float)
            level = high(self.markers, "cd19_h_score")[mine].to_numpy()
            within = {}
            for t in self.targets:
                if t.analysis == "ongoing" and t.arm == arm and t.subset:
                    part = subset(self.markers, t.subset)[mine] & marker(table, t.marker).notna()
                    part = part.to_numpy()
                    values = marker(table, t.marker).to_numpy(dtype=float, copy=True)
                    if t.part == "P":
                        values[part] = rankdata(values[part])
                    else:
                        values /= values[part].std()
                    within[t.id] = part, values, t.part
            spd = np.log(table["spd_mm2"].to_numpy(float))
            self._ranks[arm] = ranks
            self._extra[arm] = {
                "profiled": profiled, "negative": score < 5, "level": level,
                "within": within, "hgbl": (table["hgbl"] == True).to_numpy(),  # noqa: E712
                "spd": (spd - np.nanmean(spd)) / np.nanstd(spd),
            }  # fmt: skip
            records = self.records[arm]
            self._codes[arm] = {
                "response": records["response"].map({"ongoing": 2, "relapsed": 1, "none": 0})
                .fillna(-1).to_numpy(int),
                "cr": (records["best_response"] == "CR").to_numpy(),
                "known": records["best_response"].notna().to_numpy(),
                "time": records["efs_months"].to_numpy(float),
                "event": records["efs_event"].to_numpy(bool),
            }  # fmt: skip

    # --- how far from the targets --------------------------------------------------------

    def _prepare_terms(self):
        """Turn targets into functions of the state's statistics, by the arm they rest on."""
        self._terms = {arm: {} for arm in (*ARMS, "both")}
        for t in self.targets:
            term = self._term(t)
            if term is not None:
                self._terms[t.arm or "both"][t.id] = term

        for arm in ARMS:
            self._terms[arm][f"unnamed, {arm}"] = self._unnamed(arm)

    def _unnamed(self, arm):
        """Return the penalty of signatures that go with an outcome though nobody says so."""
        named = {
            kind: {t.marker for t in self.targets if t.arm == arm and t.analysis == analysis
                   and t.part == "P" and t.rule != "above"}
            for kind, analysis in (("efs", "levels"), ("dor", "durations"))
        }  # fmt: skip
        if arm == "SOC":
            named = {kind: names | set(IMMUNE_SOC) for kind, names in named.items()}
        places = {
            kind: [self._levels[arm][kind][4][(name, "")]
                   for name in SIGNATURE_COLUMNS if name not in names]
            for kind, names in named.items()
        }  # fmt: skip
        ranks = [i for i, name in enumerate(SIGNATURE_COLUMNS) if name not in IMMUNE_SOC]

        def penalty(s):
            z = [s[(arm, kind)][2][own] for kind, own in places.items()]
            if arm == "SOC":
                z.append(s[("SOC", "rank")][0][ranks])
            beyond = np.maximum(0, np.abs(np.concatenate(z)) - UNNAMED[arm])
            return float((beyond * beyond).sum())

        return penalty

    def _term(self, t: Target):
        where = None
        if t.analysis == "levels":
            where = (t.arm, "efs", self._levels[t.arm]["efs"][4][(t.marker, t.subset)])
        elif t.analysis == "durations":
            where = (t.arm, "dor", self._levels[t.arm]["dor"][4][(t.marker, t.subset)])
        elif t.analysis == "arms" and t.level != "all":
            where = ("arms", "efs", self._strata.index((t.marker, t.level)))
        if where:
            return lambda s: _effect(t, *(v[where[2]] for v in s[where[:2]]))
        if t.analysis == "ongoing" and t.subset:
            if t.part == "P":
                return lambda s: _signed(t, s[t.id], _strength(s[t.id]))
            return lambda s: _short(-s[t.id], 0.1, 0.1)
        if t.analysis == "ongoing" and t.part == "P" and t.marker in self._ranked:
            place = self._ranked.index(t.marker)
            return lambda s: _signed(t, *(v[place] for v in s[(t.arm, "rank")]))
        if t.analysis == "any outcome":
            levels = {kind: self._levels[t.arm][kind][4][(t.marker, "")] for kind in ("efs", "dor")}
            place = self._ranked.index(t.marker)
            return lambda s: _short(
                max(
                    s[(t.arm, "rank")][0][place],
                    *(-s[(t.arm, kind)][2][column] for kind, column in levels.items()),
                ),
                2.05, 0.2,
            )  # fmt: skip
        if t.analysis == "gain after":
            index = self._levels[t.arm]["efs"][4]
            a, b = (index[(t.marker, f"biopsy {w} first line")] for w in ("after", "before"))
            sign = 1 if t.rule == "above" else -1
            return lambda s: _short(
                sign * (abs(s[(t.arm, "efs")][2][a]) - abs(s[(t.arm, "efs")][2][b])), 0.15, 0.3
            )
        index = self._levels["axi-cel"]["efs"][4]
        if t.analysis == "within SII":
            a, b = (index[(t.marker, f"SII {w}")] for w in ("low", "high"))
            return lambda s: _short(
                s[("axi-cel", "efs")][0][a] - s[("axi-cel", "efs")][0][b], 0.3, 0.15
            )
        if t.analysis == "worst group":
            cells = [index[("group", k)] for k in ("01", "00", "10", "11")]

            def worst(s):
                beta = s[("axi-cel", "efs")][0][cells]
                return _short(beta[0] - beta[1:].max(), 0.2, 0.15)

            return worst
        named = {
            "b-cells-ongoing-only": lambda s: float(
                (np.maximum(0, np.abs(s["other ranks"]) - 1.8) ** 2).sum() * 40
            ),
            "hgbl-median-axi": lambda s: _near(s["hgbl median"], t.value, 0.1),
            "hgbl-median-axi-lower": lambda s: _near(s["hgbl lower"], t.value, 0.06 * t.value),
            "spd-cr-soc": lambda s: _signed(t, s["cr SOC"], _strength(s["cr SOC"])),
            "spd-cr-axi": lambda s: _short(-abs(s["cr axi-cel"]), -1.7, 0.2),
            "cd19-negative-orr-axi": lambda s: abs(s["negative axi-cel"] - 11) * 1.5,
            "cd19-negative-orr-soc": lambda s: sum(
                abs(x - y) * 1.5 for x, y in zip(s["negative SOC"], (6, 9), strict=True)
            ),
        }
        if t.id in named:
            return named[t.id]
        if t.id.startswith("h-score-") and t.analysis == "responses":
            level = 1 if "high" in t.subset else 0
            code = {"ongoing": 2, "relapsed": 1, "none": 0}[t.level]
            return lambda s: abs(s["h table"][level, code] - t.value) * 6.0
        return None

    def statistics(self) -> dict:
        """Return the statistics of the present assignment."""
        s = {}
        for arm in ARMS:
            s |= self._of_arm(arm)
        return s | self._of_both()

    def _of_arm(self, arm) -> dict:
        s, slot = {}, self.patient[arm]
        for kind, (inside, ones, order, columns, _) in self._levels[arm].items():
            chosen = slot[order]
            s[(arm, kind)] = columns.fit(inside[chosen], ones[chosen])
        self._response_statistics(s, arm, slot)
        if arm == "axi-cel":
            s["other ranks"] = s[("axi-cel", "rank")][0][self._others]
        return s

    def _of_both(self) -> dict:
        whole = np.empty((self._total, len(self._strata)))
        first = np.zeros((self._total, len(self._strata)))
        for arm in ARMS:
            whole[self._place[arm]] = self._stratum[arm][self.patient[arm]]
        place = self._place["axi-cel"]
        first[place] = whole[place]
        return {("arms", "efs"): self._arm_columns.fit(whole, first)}

    def _response_statistics(self, s, arm, slot):
        extra, codes = self._extra[arm], self._codes[arm]
        profiled = extra["profiled"][slot]
        answer = codes["response"]
        yes, no = profiled & (answer == 2), profiled & (answer >= 0) & (answer < 2)
        n, m, size = yes.sum(), no.sum(), extra["profiled"].sum()
        ranks = self._ranks[arm][slot]
        difference = ranks[yes].mean(axis=0) - ranks[no].mean(axis=0)
        z = difference / np.sqrt(size * (size + 1) / 12 * (1 / n + 1 / m))
        s[(arm, "rank")] = z, _strength(z)
        negative = extra["negative"][slot] & (answer >= 0)
        responders = int((negative & (answer > 0)).sum())
        s[f"negative {arm}"] = responders if arm == "axi-cel" else (responders, int(negative.sum()))
        spd = extra["spd"][slot]
        use = codes["known"] & ~np.isnan(spd)
        s[f"cr {arm}"], self._logistic[arm] = _logistic_z(
            spd[use], codes["cr"][use], *self._logistic[arm]
        )
        if arm != "axi-cel":
            return
        level = extra["level"][slot]
        s["h table"] = np.array([
            [(answer[level == k] == code).sum() for code in (0, 1, 2)] for k in (0, 1)
        ])  # fmt: skip
        for name, (part, values, of) in extra["within"].items():
            chosen = part[slot]
            own, yes = values[slot][chosen], answer[chosen] == 2
            # of a difference: that of the medians, in standard deviations
            s[name] = _rank_z(own, yes) if of == "P" else np.median(own[yes]) - np.median(own[~yes])
        rows = extra["hgbl"][slot]
        s["hgbl median"], s["hgbl lower"] = _median(codes["time"][rows], codes["event"][rows])

    def penalties(self) -> dict[str, float]:
        """Return each target's penalty."""
        s = self.statistics()
        return {
            name: float(term(s)) for terms in self._terms.values() for name, term in terms.items()
        }

    def penalty(self) -> float:
        """Return the sum of the penalties.

        Rounded, so that a last bit that differs between processors decides nothing.
        """
        for arm in ARMS:
            if arm not in self._own:
                self._own[arm] = self._sum(arm, self._of_arm(arm))
        both = self._sum("both", self._of_both())
        return round(self._own["axi-cel"] + self._own["SOC"] + both, 9)

    def _sum(self, part, s) -> float:
        return float(sum(term(s) for term in self._terms[part].values()))

    def swap(self, arm: str, i: int, j: int) -> None:
        """Let the patients of two records change places."""
        self._before = (arm, i, j, self._own.pop(arm, None))
        self._exchange(arm, i, j)

    def undo(self) -> None:
        """Take the last swap back."""
        arm, i, j, own = self._before
        self._exchange(arm, i, j)
        self._own[arm] = own

    def _exchange(self, arm, i, j):
        slot = self.patient[arm]
        slot[i], slot[j] = slot[j], slot[i]


def _loss(distance: float) -> float:
    """Penalty of a distance in units of the tolerance."""
    beyond = max(0.0, abs(distance) - INNER)
    return STEEPNESS * beyond * beyond + PULL * distance * distance


def _near(value, wanted, tolerance) -> float:
    return _loss(min(abs(value - wanted) / tolerance, 6.0))


def _short(value, wanted, unit) -> float:
    """Penalty of falling short of a wanted value."""
    lack = max(0.0, (wanted - value) / unit)
    return lack * lack


def _strength(z):
    """Minus the logarithm of the two-sided P of z, to base 10."""
    return -(log_ndtr(-np.abs(z)) + np.log(2)) / np.log(10)


def _effect(t: Target, beta, se, z, strength) -> float:
    if t.part == "P":
        return _signed(t, z, strength)
    if t.rule != "near":
        return _short(-beta if t.rule == "below" else beta, 0.05, 0.1)
    if t.part == "hazard ratio":
        return _loss((beta - np.log(t.value)) / 0.03)
    width = Z975 * se * (1 if t.part == "upper limit" else -1)
    return _loss((beta + width - np.log(t.value)) / 0.06)


def _signed(t: Target, z, strength) -> float:
    """Penalty of z, and of how strong it is, for a target on P."""
    wrong = t.side in ("below 1", "negative") and z > 0
    wrong |= t.side in ("above 1", "positive", "higher") and z < 0
    if wrong:
        strength = -strength
    if t.rule == "above":
        return _short(-strength, -(EDGE - 0.1), 0.1)
    if t.rule == "below":
        return _short(strength, EDGE + 0.15, 0.2)
    wanted = -np.log10(t.value)
    loss = _loss((strength - wanted) / P_TOLERANCE)
    if wanted > EDGE:
        return loss + _short(strength, EDGE + 0.03, 0.1)
    return loss + _short(-strength, -(EDGE - 0.03), 0.1)


def _rank_z(ranks, yes) -> float:
    """Return Wilcoxon's z, without ties, of those with yes against the others."""
    size, n = len(ranks), max(int(yes.sum()), 1)
    spread = np.sqrt(size * (size + 1) / 12 * (1 / n + 1 / max(size - n, 1)))
    return (ranks[yes].mean() - ranks[~yes].mean()) / spread


def _logistic_z(x, y, alpha, beta) -> tuple[float, tuple[float, float]]:
    """Return z of a logistic slope, and the estimates, from those of a near neighbour."""
    for _ in range(3):
        p = 1 / (1 + np.exp(-(alpha + beta * x)))
        w = p * (1 - p)
        wx, gap = w * x, y - p
        a, b, c = w.sum(), wx.sum(), wx @ x
        u, v = gap.sum(), gap @ x
        det = a * c - b * b
        alpha, beta = alpha + (c * u - b * v) / det, beta + (a * v - b * u) / det
    return beta * np.sqrt(det / a), (alpha, beta)


def _median(time, event) -> tuple[float, float]:
    """Return Kaplan-Meier's median and its lower log-log limit; times rise, without ties."""
    at_risk = len(time) - np.arange(len(time))
    left = np.where(event, 1 - 1 / at_risk, 1.0)
    survival = np.cumprod(left)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.cumsum(np.where(event, 1 / (at_risk * np.maximum(at_risk - 1, 1)), 0.0))
        width = Z975 * np.sqrt(hazard) / np.abs(np.log(survival))
        lower = survival ** np.exp(width)
    found = []
    for curve in (survival, lower):
        below = np.flatnonzero(curve < 0.5 + 1e-9)
        found.append(float(time[below[0]]) if len(below) else 99.0)
    return found[0], found[1]
