"""The results that the chapter states, as numbers under fixed settings, and as sentences."""

import numpy as np
import pandas as pd

from secondline.external.era.clusters import agreement, cohort_effect
from secondline.external.era.outcomes import (
    ADJUSTED,
    AT,
    TWO_YEARS,
    UNADJUSTED,
    class_models,
    class_outcomes,
    effect_text,
    known_spread,
    marker_models,
    screen,
)
from secondline.external.era.patients import join, outcome
from secondline.external.files import NEEDS_DATA
from secondline.external.lme import Samples
from secondline.external.era.settings import printed_events, two_settings
from secondline.signatures import cluster
from secondline.survival import Effect

CLUSTERS = 4


def key_cluster_results(samples: Samples) -> dict[str, float]:
    """Return what the chapter says of the clusters of all samples."""
    found = cluster(samples.scores, list(samples.scores), clusters=CLUSTERS)
    held, cohorts = agreement(found), cohort_effect(samples)
    by = held.by_cluster.set_index("cluster")
    return {
        "samples": len(samples.scores),
        "samples_without_class": int(samples.annotation["lme"].isna().sum()),
        "signatures": samples.scores.shape[1],
        "cohorts": samples.annotation["cohort"].nunique(),
        "cohort_groups": cohorts.groups,
        "cohort_groups_centred": cohorts.centred,
        "cohort_share_mean": float(cohorts.share.mean()),
        "all_adjusted_rand": held.adjusted_rand,
        "all_bpi_together": int(by.loc["BPI", "together"]),
        "all_bpi_others": int(by.loc["BPI", "others"]),
        "all_bpi_inside": float(by.loc["BPI", "inside"]),
        "all_bpi_outside": float(by.loc["BPI", "outside"]),
        "all_sii_together": int(by.loc["SII", "together"]),
        "all_sii_members": int(by.loc["SII", "members"]),
        "all_sii_inside": float(by.loc["SII", "inside"]),
    }


def key_outcome_results(samples: Samples, characteristics: pd.DataFrame) -> dict[str, float]:
    """Return what the chapter says of outcomes: progression-free survival, 95 % intervals."""
    era = join(samples, characteristics)
    found, overall = outcome(era, "PFS"), outcome(era, "OS")
    classes = class_outcomes(found)
    results: dict[str, float] = {
        "listed": era.listed, "survival_set": era.survival_set, "lost_events": era.lost_events,
        "pfs_patients": found.n, "pfs_events": found.events,
        "os_patients": overall.n, "os_events": overall.events,
        "classes_p": classes.p, "known_spread": known_spread(found),
    }  # fmt: skip
    at = AT.index(TWO_YEARS)
    for name, curve in classes.curves.items():
        key = name.split()[0]
        results |= {
            f"{key}_patients": curve.curve.n,
            f"{key}_two_years": float(curve.survival[at]),
            f"{key}_two_years_lower": float(curve.lower[at]),
            f"{key}_two_years_upper": float(curve.upper[at]),
        }
    names = {"unadjusted": UNADJUSTED, "adjusted": ADJUSTED}
    for terms, table in (
        (("depleted",), class_models(found)),
        (("Hypoxia", "CAF", "SII (mean of 7)", "BPI (mean of 2)", "VEGF"), marker_models(found)),
    ):
        rows = table.set_index(["term", "model"])
        for term in terms:
            for kind, model in names.items():
                key = f"{term.split()[0].lower()}_{kind}"
                for column in ("hazard_ratio", "lower", "upper", "p"):
                    known = (term, model) in rows.index
                    value = rows.loc[(term, model), column] if known else np.nan
                    results[f"{key}_{column}"] = float(value)
    for one in two_settings(found, printed_events()[0]):
        key = f"ratio_{one.marker.split()[0].lower()}"
        results |= {
            key: one.ratio.ratio, f"{key}_lower": one.ratio.lower,
            f"{key}_upper": one.ratio.upper, f"{key}_p": one.ratio.p,
            f"{key}_adjusted": one.ratio_adjusted.ratio,
            f"{key}_adjusted_p": one.ratio_adjusted.p,
        }  # fmt: skip
    for endpoint, one in (("pfs", found), ("os", overall)):
        table = screen(one)
        results |= {
            f"{endpoint}_signatures": int((table["q"] < 0.05).sum()),
            f"{endpoint}_signatures_split": int((table["high_q"] < 0.05).sum()),
        }
    return results


def bottom_line(samples: Samples | None, characteristics: pd.DataFrame | None) -> dict[str, str]:
    """Return the points of the bottom line, from fixed settings.

    Parameters
    ----------
    samples : Samples or None
    characteristics : DataFrame or None
        None where the data are not on this machine; the point then says so.
    """
    # the last two stand behind one another, and say it once
    points = dict.fromkeys(("clusters", "classes", "stroma", "opposite"), NEEDS_DATA) | {"bpi": ""}
    if samples is None:
        return points
    r = key_cluster_results(samples)
    points["clusters"] = (
        f"In {r['samples']:,} samples B cells and proliferation are together, with "
        f"{r['all_bpi_others']} other of {r['signatures']} signatures, and "
        f"{r['all_sii_together']} of {r['all_sii_members']} counterparts of SII share another "
        f"cluster (adjusted Rand index with the trial's {r['all_adjusted_rand']:.2f}). How the "
        "tree is cut decides much of the rest."
    )
    if characteristics is None:
        return points
    r = key_outcome_results(samples, characteristics)
    points["classes"] = (
        f"Progression-free survival at two years is {100 * r['depleted_two_years']:.1f} % in the "
        f"depleted class and {100 * r['mesenchymal_two_years']:.1f} % in the mesenchymal one: "
        f"a hazard ratio of {_text(r, 'depleted_unadjusted')}. With cell of origin and IPI group "
        f"the hazard ratio is {_text(r, 'depleted_adjusted')}."
    )
    points["stroma"] = (
        f"High hypoxia has a hazard ratio of {_text(r, 'hypoxia_unadjusted')}, high CAF one of "
        f"{_text(r, 'caf_unadjusted')}. After adjustment {_text(r, 'hypoxia_adjusted')} and "
        f"{_text(r, 'caf_adjusted')} are left: much of it is cell of origin and risk group. The "
        f"mean of SII's counterparts keeps {_text(r, 'sii_adjusted')}."
    )
    points["opposite"] = "There is no hazard ratio of hypoxia here to compare."
    if "ratio_hypoxia" in r:
        points["opposite"] = (
            "For the stromal side, yes. With the events that the paper suggests, hypoxia's "
            "hazard ratio under axi-cel is "
            f"{r['ratio_hypoxia']:.1f} times the one under chemotherapy "
            f"({r['ratio_hypoxia_lower']:.1f} to {r['ratio_hypoxia_upper']:.1f}), and "
            f"{r['ratio_hypoxia_adjusted']:.1f} times the adjusted one."
        )
    points["bpi"] = (
        "For the B cell side, only half. BPI's counterparts have a hazard ratio of "
        f"{_text(r, 'bpi_unadjusted')} here: no direction at all."
    )
    return points


def _text(results: dict[str, float], key: str) -> str:
    numbers = {name: results[f"{key}_{name}"] for name in ("hazard_ratio", "lower", "upper", "p")}
    return effect_text(Effect(key, **numbers))
