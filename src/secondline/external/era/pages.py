"""The chemotherapy era as tables for the page: who the patients are, and clusters."""

import pandas as pd

from secondline.external.era.counterparts import COUNTERPARTS, assigned_clusters
from secondline.external.era.clusters import Agreement, CohortEffect
from secondline.external.era.outcomes import (
    ADJUSTED,
    UNADJUSTED,
    effect_text,
    high,
    models_of,
)
from secondline.external.era.patients import EraPatients, Outcome, outcome
from secondline.external.lme import PATHWAYS, SIGNATURES
from secondline.intervals import bare_p

ERA_FILES = ("schmitz2018", "lme2021-annotation", "lme2021-signatures")
LME_FILES = ERA_FILES[1:]
LME_LABEL = {"provenance": "external", "source": "LME, BostonGene 2021"}
ERA_LABEL = {"provenance": "external", "source": "Schmitz 2018; LME, BostonGene 2021"}


def flow_page(era: EraPatients) -> pd.DataFrame:
    """Return how many patients are left at each step, as texts."""
    pfs, os = outcome(era, "PFS"), outcome(era, "OS")
    rows = [
        ("in the table of characteristics", era.listed, "–"),
        ("of these, in its survival set", era.survival_set, "–"),
        ("of these, with signatures (overall survival)", os.n, str(os.events)),
        ("of these, with a time of progression-free survival", pfs.n, str(pfs.events)),
    ]
    return pd.DataFrame(
        [(what, f"{n:,}", events) for what, n, events in rows],
        columns=["Patients", "number", "events"],
    )


def flow_reading(era: EraPatients) -> str:
    """Say who is lost, and what that does."""
    text = f"{era.listed - era.survival_set} of {era.listed} patients are not in the survival set. "
    lost = era.lost_events
    if lost:
        text += (
            f"{lost} patients of the set have an event of progression-free survival and no time "
            "of it. They cannot be used, and all of them are failures: shares free of the event "
            "come out a little too high. "
        )
    deaths = era.patients["os_event"] == 1
    free = int((deaths & (era.patients["pfs_event"] == 0)).sum())
    text += (
        "Everyone who died has an event of progression-free survival, so that deaths count as such."
        if not free
        else f"{free} patients died without an event of progression-free survival."
    )
    return text


def selection_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return the survival set beside the other patients, as texts."""
    total = table.groupby("trait", sort=False)[["inside", "outside"]].sum()
    rows, seen = [], set()
    for row in table.itertuples():
        a, b = total.loc[row.trait]
        rows.append((
            f"{row.trait}: {row.level}",
            f"{100 * row.inside / a:.0f} % ({row.inside})" if a else "–",
            f"{100 * row.outside / b:.0f} % ({row.outside})" if b else "–",
            bare_p(row.p) if row.trait not in seen else "–",
        ))  # fmt: skip
        seen.add(row.trait)
    return pd.DataFrame(
        rows, columns=["Trait", "in the survival set", "others", "P of the trait"]
    )


def counterparts_page() -> pd.DataFrame:
    """Return which open signature stands for which of the trial's, as texts."""
    names = {"third": "third (NK and myeloid cells)", "fourth": "fourth (T cells)"}
    rows = []
    for cluster, members in assigned_clusters().items():
        theirs = list(dict.fromkeys(COUNTERPARTS[member][0] for member in members))
        pairs = [
            f"{name}: {', '.join(m for m in members if COUNTERPARTS[m][0] == name)}"
            for name in theirs
        ]
        rows.append((names.get(cluster, cluster), "; ".join(pairs)))
    none = [name for name in SIGNATURES if name not in COUNTERPARTS]
    rows.append(("none", ", ".join(none)))
    return pd.DataFrame(
        rows, columns=["Cluster of the trial", "its signature: open signatures that stand for it"]
    )


def counterparts_reading() -> str:
    """Say how many signatures have a counterpart, and which of the trial's have none."""
    from secondline.cohort import SIGNATURES as THEIRS

    named = {name for text, _ in COUNTERPARTS.values() for name in text.split(", ")}
    without = [name for name in THEIRS if name not in named]
    return (
        f"{len(COUNTERPARTS)} of the {len(SIGNATURES)} open signatures have a counterpart among "
        f"the trial's {len(THEIRS)}, and {len(SIGNATURES) - len(COUNTERPARTS)} have none; "
        f"{len(PATHWAYS)} are activities of a pathway and {len(SIGNATURES) - len(PATHWAYS)} "
        f"are scores of gene sets. The trial's signatures without a counterpart here: "
        f"{', '.join(without)}."
    )


def recovery_page(found: Agreement) -> pd.DataFrame:
    """Return what became of each of the trial's clusters, as texts."""
    t = found.by_cluster
    return pd.DataFrame({
        "Cluster of the trial": t["cluster"],
        "counterparts together": [
            f"{a} of {b}" for a, b in zip(t["together"], t["members"], strict=True)
        ],
        "with so many others": t["others"].astype(str),
        "mean R among them": [_signed(v) for v in t["inside"]],
        "with the other counterparts": [_signed(v) for v in t["outside"]],
    })  # fmt: skip


def recovery_reading(found: Agreement) -> str:
    """Say how far the found clusters are the trial's."""
    whole = [row.cluster for row in found.by_cluster.itertuples() if row.together == row.members]
    text = (
        f"Over the {found.signatures} signatures with a counterpart, the adjusted Rand index with "
        f"the trial's clusters is {found.adjusted_rand:.2f}; of random assignments "
        f"{100 * found.p:.2g} % agree as well. "
    )
    text += f"Whole in one cluster: {', '.join(whole)}. " if whole else "None is whole. "
    shared = found.by_cluster["others"] >= found.by_cluster["members"]
    crowded = list(found.by_cluster.loc[shared, "cluster"])
    if crowded:
        text += (
            f"In the cluster of {' and of '.join(crowded)} most signatures are others, so that "
            "being together says little there. "
        )
    low = found.by_cluster[found.by_cluster["inside"] < 0.2]
    for row in low.itertuples():
        text += (
            f"The counterparts of {row.cluster} share a cluster, but hardly go together "
            f"(mean R {_signed(row.inside)}): they are alike in what they go against. "
            if row.together == row.members
            else f"The counterparts of {row.cluster} hardly go together "
            f"(mean R {_signed(row.inside)}). "
        )
    return text.strip()


def parts_page(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters of parts of the samples, as texts."""
    most = len(assigned_clusters()["SII"])
    return pd.DataFrame({
        "Samples": parts["part"],
        "number": [f"{n:,}" for n in parts["n"]],
        "cohorts": parts["cohorts"].astype(str),
        "adjusted Rand index with all": [_signed(v) for v in parts["adjusted_rand"]],
        "B cells with proliferation": _yes(parts["b_cells"]),
        "B cells apart from CAF": _yes(parts["stroma"]),
        "SII's counterparts together": [f"{n} of {most}" for n in parts["sii"]],
    })  # fmt: skip


def parts_reading(parts: pd.DataFrame, effect: CohortEffect) -> str:
    """Say what of the clusters holds on every platform, and what cohorts do."""
    text = (
        f"In {effect.centred} of {effect.groups} cohort groups every signature has a median of "
        f"exactly zero, and the mean distance from it is typically {effect.spread:.2f}: level and "
        "spread were set alike by the data's authors. "
        f"What is left between cohorts is {100 * effect.share.mean():.1f} % of a signature's "
        f"variance on average, {100 * effect.share.max():.1f} % at most. "
    )
    platforms = parts[parts["part"].str.startswith("platform ")]
    if not len(platforms):
        return text.strip()
    k, big = len(platforms), platforms[platforms["n"] >= 100]
    text += (
        f"Of {k} platforms, {int(platforms['stroma'].sum())} part B cells from CAF, and "
        f"{int(platforms['b_cells'].sum())} have B cells and proliferation in one cluster. "
    )
    if len(big):
        text += (
            f"With a hundred samples or more, the adjusted Rand index of a platform with all "
            f"samples lies between {_signed(big['adjusted_rand'].min())} and "
            f"{_signed(big['adjusted_rand'].max())}. "
        )
    ranked = parts[parts["part"].str.contains("ranked")]
    if len(ranked):
        same = ranked["adjusted_rand"].iloc[0]
        text += (
            "Ranks within cohort groups give the same clusters as all samples."
            if same > 1 - 1e-9
            else f"Ranks within cohort groups agree with all samples to {_signed(same)}."
        )
    return text.strip()


def ways_page(ways: pd.DataFrame, found: Outcome, level: float) -> pd.DataFrame:
    """Return the ways to make SII: how near each is to the mean, and the outcome, as texts."""
    together = found.scores[list(assigned_clusters()["SII"])].rank().mean(axis=1)
    groups = high(ways)
    models = models_of(groups, found, level).set_index(["term", "model"])
    rows = [
        (way, _signed(ways[way].corr(together, method="spearman")),
         f"{100 * (groups[way] != groups['mean']).mean():.0f}",
         effect_text(models.loc[(way, UNADJUSTED)]), effect_text(models.loc[(way, ADJUSTED)]))
        for way in ways
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Way", "R with the members", "% of patients in the other half",
        f"hazard ratio, high over low ({100 * level:g} % interval)",
        "the same, with cell of origin and IPI",
    ])  # fmt: skip


def groups_that_move(ways: pd.DataFrame) -> float:
    """Return the percentage of patients whom a root mean square puts into the other half."""
    groups = high(ways)
    return 100 * float((groups["root mean square"] != groups["mean"]).mean())


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _yes(flags) -> list[str]:
    return ["yes" if flag else "no" for flag in flags]
