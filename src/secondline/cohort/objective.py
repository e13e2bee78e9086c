"""Distance of a cohort from the targets, fast enough to be computed at each annealing step.

The same statistics as in :mod:`secondline.cohort.analyses`, all of one family at once, and
only those that depend on which patient carries which outcome. A test holds the two
against each other. Weights of the terms, and how far beyond a bound a statistic is
pulled, were settled by trial.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from secondline.cohort.analyses import IMMUNE_SOC
from secondline.cohort.columns import GENE_COLUMNS, SIGNATURE_COLUMNS
from secondline.cohort.generate import SIZES
from secondline.cohort.losses import effect, near, short, signed, strength
from secondline.cohort.markers import CD19_NEGATIVE, HIGH_NAMES, high, marker, subset
from secondline.cohort.quick_statistics import Columns, logistic_z, median_and_lower, rank_z
from secondline.cohort.targets import LIMIT_TOLERANCE, MEDIAN_TOLERANCE, Target

# in the order in which the annealing draws them
ARMS = tuple(SIZES)
KINDS = {"levels": "efs", "durations": "dor"}
ANSWERS = {"ongoing": 2, "relapsed": 1, "none": 0}
# sizes of z from which a signature that the source does not name is penalised: with
# axi-cel a P of 0.02; with SOC, where few are said to go with anything, one of 0.06
UNNAMED = {"axi-cel": 2.33, "SOC": 1.88}
# CD19-negative patients: the only counts with the printed shares that have responded
NEGATIVE_RESPONDERS, NEGATIVE_SOC = 11, (6, 9)


class Family(NamedTuple):
    """Cox models of one arm and clock: who counts, who is high, in which order of records."""

    inside: np.ndarray
    ones: np.ndarray
    order: np.ndarray
    columns: Columns
    index: dict


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
            if kind := KINDS.get(t.analysis):
                wanted[kind].append((t.marker, t.subset))
            for part in {
                "gain after": ("biopsy before first line", "biopsy after first line"),
                "within SII": ("SII low", "SII high"),
            }.get(t.analysis, ()):
                wanted["efs"].append((t.marker, part))
        # all signatures: those that the source does not name must not stand out either
        records = self.records[arm]
        table = {}
        for kind, found in wanted.items():
            keys = list(dict.fromkeys([*found, *((name, "") for name in SIGNATURE_COLUMNS)]))
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
            index = {key: i for i, key in enumerate(keys)}
            table[kind] = Family(inside, ones, order, Columns(event), index)
        self._levels[arm] = table

    def _prepare_arms(self):
        self._strata = list(dict.fromkeys(
            (t.marker, t.level) for t in self.targets if t.analysis == "arms" and t.level != "all"
        ))  # fmt: skip
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
                "profiled": profiled, "negative": score < CD19_NEGATIVE, "level": level,
                "within": within, "hgbl": (table["hgbl"] == True).to_numpy(),  # noqa: E712
                "spd": (spd - np.nanmean(spd)) / np.nanstd(spd),
            }  # fmt: skip
            records = self.records[arm]
            self._codes[arm] = {
                "response": records["response"].map(ANSWERS).fillna(-1).to_numpy(int),
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
        places = {}
        for analysis, kind in KINDS.items():
            named = {t.marker for t in self.targets if (t.arm, t.analysis, t.part)
                     == (arm, analysis, "P") and t.rule != "above"}  # fmt: skip
            if arm == "SOC":
                named |= set(IMMUNE_SOC)
            index = self._levels[arm][kind].index
            places[kind] = [index[(name, "")] for name in SIGNATURE_COLUMNS if name not in named]
        ranks = [i for i, name in enumerate(SIGNATURE_COLUMNS) if name not in IMMUNE_SOC]

        def penalty(s):
            z = [s[(arm, kind)][2][own] for kind, own in places.items()]
            if arm == "SOC":
                z.append(s[("SOC", "rank")][0][ranks])
            beyond = np.maximum(0, np.abs(np.concatenate(z)) - UNNAMED[arm])
            return float((beyond * beyond).sum())

        return penalty

    def _term(self, t: Target):
        """Return a target's penalty as a function of the statistics; None if it has none."""
        build = {
            "levels": self._effect_term,
            "durations": self._effect_term,
            "arms": self._arms_term,
            "ongoing": self._ongoing_term,
            "ongoing others": self._others_term,
            "any outcome": self._any_outcome_term,
            "gain after": self._gain_term,
            "within SII": self._within_term,
            "worst group": self._worst_term,
            "curve": self._curve_term,
            "complete response": self._complete_term,
            "response rate": self._rate_term,
            "responses": self._responses_term,
        }.get(t.analysis)
        return build(t) if build else None

    def _effect_term(self, t):
        kind = KINDS[t.analysis]
        place = self._levels[t.arm][kind].index[(t.marker, t.subset)]
        return lambda s: effect(t, *(v[place] for v in s[(t.arm, kind)]))

    def _arms_term(self, t):
        if t.level == "all":
            return None
        place = self._strata.index((t.marker, t.level))
        return lambda s: effect(t, *(v[place] for v in s[("arms", "efs")]))

    def _ongoing_term(self, t):
        if t.subset and t.part == "P":
            return lambda s: signed(t, s[t.id], strength(s[t.id]))
        if t.subset:
            return lambda s: short(-s[t.id], 0.1, 0.1)
        if t.part != "P" or t.marker not in self._ranked:
            return None
        place = self._ranked.index(t.marker)
        return lambda s: signed(t, *(v[place] for v in s[(t.arm, "rank")]))

    def _others_term(self, t):
        others = [i for i, name in enumerate(SIGNATURE_COLUMNS) if name != "sig_b_cells"]
        return lambda s: float(
            (np.maximum(0, np.abs(s[(t.arm, "rank")][0][others]) - 1.8) ** 2).sum() * 40
        )

    def _any_outcome_term(self, t):
        levels = {kind: self._levels[t.arm][kind].index[(t.marker, "")] for kind in KINDS.values()}
        place = self._ranked.index(t.marker)
        return lambda s: short(
            max(
                s[(t.arm, "rank")][0][place],
                *(-s[(t.arm, kind)][2][column] for kind, column in levels.items()),
            ),
            2.05, 0.2,
        )  # fmt: skip

    def _gain_term(self, t):
        index = self._levels[t.arm]["efs"].index
        a, b = (index[(t.marker, f"biopsy {w} first line")] for w in ("after", "before"))
        sign = 1 if t.rule == "above" else -1
        return lambda s: short(
            sign * (abs(s[(t.arm, "efs")][2][a]) - abs(s[(t.arm, "efs")][2][b])), 0.15, 0.3
        )

    def _within_term(self, t):
        index = self._levels[t.arm]["efs"].index
        a, b = (index[(t.marker, f"SII {w}")] for w in ("low", "high"))
        return lambda s: short(s[(t.arm, "efs")][0][a] - s[(t.arm, "efs")][0][b], 0.3, 0.15)

    def _worst_term(self, t):
        index = self._levels[t.arm]["efs"].index
        cells = [index[("group", k)] for k in ("01", "00", "10", "11")]

        def worst(s):
            beta = s[(t.arm, "efs")][0][cells]
            return short(beta[0] - beta[1:].max(), 0.2, 0.15)

        return worst

    def _curve_term(self, t):
        if t.level == "all":
            return None
        if t.part == "median":
            return lambda s: near(s["hgbl median"], t.value, MEDIAN_TOLERANCE)
        return lambda s: near(s["hgbl lower"], t.value, LIMIT_TOLERANCE * t.value)

    def _complete_term(self, t):
        name = f"cr {t.arm}"
        if t.rule == "above":
            return lambda s: short(-abs(s[name]), -1.7, 0.2)
        return lambda s: signed(t, s[name], strength(s[name]))

    def _rate_term(self, t):
        if t.part != "share":
            return None
        if t.arm == "axi-cel":
            return lambda s: abs(s["negative axi-cel"] - NEGATIVE_RESPONDERS) * 1.5
        return lambda s: sum(
            abs(x - y) * 1.5 for x, y in zip(s["negative SOC"], NEGATIVE_SOC, strict=True)
        )

    def _responses_term(self, t):
        if not t.subset.startswith("cd19_h_score"):
            return None
        level, code = int(t.subset.endswith("high")), ANSWERS[t.level]
        return lambda s: abs(s["h table"][level, code] - t.value) * 6.0

    def statistics(self) -> dict:
        """Return the statistics of the present assignment."""
        s = {}
        for arm in ARMS:
            s |= self._of_arm(arm)
        return s | self._of_both()

    def _of_arm(self, arm) -> dict:
        s, slot = {}, self.patient[arm]
        for kind, family in self._levels[arm].items():
            chosen = slot[family.order]
            s[(arm, kind)] = family.columns.fit(family.inside[chosen], family.ones[chosen])
        self._response_statistics(s, arm, slot)
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
        s[(arm, "rank")] = z, strength(z)
        negative = extra["negative"][slot] & (answer >= 0)
        responders = int((negative & (answer > 0)).sum())
        s[f"negative {arm}"] = responders if arm == "axi-cel" else (responders, int(negative.sum()))
        spd = extra["spd"][slot]
        use = codes["known"] & ~np.isnan(spd)
        s[f"cr {arm}"], self._logistic[arm] = logistic_z(
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
            s[name] = rank_z(own, yes) if of == "P" else np.median(own[yes]) - np.median(own[~yes])
        rows = extra["hgbl"][slot]
        s["hgbl median"], s["hgbl lower"] = median_and_lower(
            codes["time"][rows], codes["event"][rows]
        )

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
