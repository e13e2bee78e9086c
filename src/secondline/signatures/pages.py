"""Clusters and their stability as tables and sentences for the page."""

import numpy as np
import pandas as pd

from secondline.errors import NoFiniteEstimate
from secondline.intervals import bare_p
from secondline.signatures.associations import with_survival
from secondline.signatures.clustering import Clustering
from secondline.signatures.indices import root_mean_square
from secondline.signatures.matching import Match
from secondline.signatures.stability import Stability


def clusters_page(found: Clustering, matches) -> pd.DataFrame:
    """Return the clusters, their members, and how closely they go together, as texts."""
    rows = []
    for match in matches:
        mine = found.labels == match.label
        inside = found.correlation[np.ix_(mine, mine)][np.triu_indices(mine.sum(), 1)]
        outside = found.correlation[np.ix_(mine, ~mine)]
        rows.append((
            match.name, ", ".join(found.members(match.label)),
            f"{inside.mean():.2f}".replace("-", "−") if inside.size else "–",
            f"{outside.mean():.2f}".replace("-", "−") if outside.size else "–",
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=["Cluster", "signatures", "mean R inside", "mean R outside"])


def matches_reading(found: Clustering, matches: tuple[Match, ...]) -> str:
    """Say how far the clusters are the published ones."""
    same = [match.name for match in matches if match.same]
    text = f"{len(found.names)} signatures fall into {found.n_clusters} clusters. "
    if len(same) == len(matches):
        text += "Each has the members of a published cluster, and no other. "
    elif any(match.published for match in matches):
        alike = f"{len(same)} ({', '.join(same)})" if same else "None"
        text += f"{alike} of them {'has' if len(same) < 2 else 'have'} exactly the members of a "
        text += "published cluster. "
        for match in matches:
            if match.published and not match.same:
                text += f"{match.name} shares {match.shared} of {match.published} with its own. "
    else:
        text += "Their names are not those of the published signatures. "
    return text + (
        "The tree keeps the distances that it was made from with a cophenetic correlation of "
        f"{found.cophenetic:.2f}."
    )


def stability_page(stability: Stability, matches) -> pd.DataFrame:
    """Return how often each cluster is found again, as texts."""
    by_signature = stability.by_signature
    rows = []
    for match in matches:
        mine = np.flatnonzero(stability.found.labels == match.label)
        least = mine[by_signature[mine].argmin()]
        overlap = stability.jaccard[:, match.label]
        rows.append((
            match.name, f"{100 * overlap.mean():.0f}", f"{100 * np.mean(overlap == 1):.0f}",
            f"{stability.found.names[least]} ({100 * by_signature[least]:.0f})",
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Cluster", "overlap with the nearest, %", "found again as it is, %",
        "least settled signature (% with its cluster)",
    ])  # fmt: skip


def stability_reading(stability: Stability) -> str:
    """Say how often resamples give the same clusters."""
    rand = stability.adjusted_rand
    low, high = np.percentile(rand, [2.5, 97.5])
    return (
        f"Of {len(rand):,} resamples {100 * stability.same:.0f} % have exactly the clusters of all "
        f"samples. The adjusted Rand index is {rand.mean():.2f} on average, and lies between "
        f"{low:.2f} and {high:.2f} in 95 % of them."
    )


def ways_page(ways: pd.DataFrame) -> pd.DataFrame:
    """Return other linkages and distances as texts."""
    return pd.DataFrame({
        "Linkage": ways["method"],
        "distance": ways["distance"],
        "cophenetic": [f"{v:.2f}" for v in ways["cophenetic"]],
        "agreement with the source's way": [f"{v:.2f}" for v in ways["adjusted_rand"]],
        "signatures by cluster": [", ".join(map(str, sizes)) for sizes in ways["sizes"]],
    })  # fmt: skip


def ways_reading(ways: pd.DataFrame) -> str:
    """Say how many ways give the clusters of the source's way."""
    same = int((ways["adjusted_rand"] > 1 - 1e-9).sum())
    worst = ways.loc[ways["adjusted_rand"].idxmin()]
    text = f"{same} of {len(ways)} ways give the same clusters"
    if same == len(ways):
        return text + "."
    return (
        f"{text}. The one furthest from them is {worst['method']} linkage on "
        f"{worst['distance']} distances (adjusted Rand index {worst['adjusted_rand']:.2f})."
    )


def numbers_page(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return how distinct the clusters are at each number of them, as texts."""
    return pd.DataFrame({
        "Clusters": numbers["clusters"].astype(str),
        "silhouette": [f"{v:.2f}" for v in numbers["silhouette"]],
        "gap in the tree": [f"{v:.2f}" for v in numbers["gap"]],
    })  # fmt: skip


def numbers_reading(numbers: pd.DataFrame, chosen: int) -> str:
    """Say which numbers of clusters the tree suggests, and how the chosen one stands."""
    gap = int(numbers.loc[numbers["gap"].idxmax(), "clusters"])
    shape = int(numbers.loc[numbers["silhouette"].idxmax(), "clusters"])
    text = f"The widest gap in the tree is at {gap} clusters, the highest silhouette at {shape}. "
    own = numbers[numbers["clusters"] == chosen]
    if len(own):
        later = numbers[numbers["clusters"] > chosen]
        text += f"At {chosen} the gap is {own['gap'].iloc[0]:.2f}"
        if len(later):
            text += f"; at more than {chosen} it is at most {later['gap'].max():.2f}"
        text += "."
    return text.strip()


def sizes_reading(sizes: pd.DataFrame) -> str:
    """Say at which number of samples the clusters are found again nearly always."""
    enough = sizes[sizes["same"] >= 0.95]
    text = ". ".join(
        f"With {row.n} samples {100 * row.same:.0f} % of the parts have the clusters of all"
        for row in sizes.itertuples()
    )
    if len(enough):
        return f"{text}. Of these sizes {int(enough['n'].min())} is the first with 95 % or more."
    return f"{text}. None of these sizes reaches 95 %."


def gaps_page(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return what lost cells do to the clusters, as texts."""
    return pd.DataFrame({
        "Cells lost, %": [f"{100 * v:g}" for v in gaps["share"]],
        "filled with": gaps["fill"],
        "same clusters, % of patterns": [f"{100 * v:.0f}" for v in gaps["same"]],
        "adjusted Rand index": [f"{v:.2f}".replace("-", "−") for v in gaps["adjusted_rand"]],
    })  # fmt: skip


def gaps_reading(gaps: pd.DataFrame) -> str:
    """Say how zeros and medians in the place of lost cells compare."""
    most = gaps[gaps["share"] == gaps["share"].max()].set_index("fill")
    zero, median = (100 * most.loc[fill, "same"] for fill in ("0", "median of the signature"))
    return (
        f"With {100 * gaps['share'].max():g} % of the cells lost and filled with zeros, {zero:.0f} "
        f"% of the patterns leave the clusters as they were; filled with medians, {median:.0f} %."
    )


def index_table(
    found: Clustering, matches, scores: pd.DataFrame, patients: pd.DataFrame
) -> pd.DataFrame:
    """Hold an index of each found cluster against the outcomes, as the source does.

    Parameters
    ----------
    found : Clustering
    matches : tuple of Match
    scores : DataFrame
        That were clustered, by participant; all positive.
    patients : DataFrame
        With participant, arm, efs_months, efs_event, dor_months, dor_event.

    Returns
    -------
    DataFrame
        Columns index, arm, endpoint, n, hazard_ratio (of high over low), p. High is above
        the median of both arms' patients.
    """
    indices = pd.DataFrame({
        match.name: root_mean_square(scores[list(found.members(match.label))]) for match in matches
    })  # fmt: skip
    high = (indices > indices.median()).astype(float).where(indices.notna())
    rows = patients.set_index("participant").loc[scores.index]
    parts = []
    for arm in ("axi-cel", "SOC"):
        own = (rows["arm"] == arm).to_numpy()
        for endpoint in ("EFS", "DOR"):
            clock = endpoint.lower()
            found_here = with_survival(
                high[own],
                rows.loc[own, f"{clock}_months"],
                rows.loc[own, f"{clock}_event"].fillna(False),
            )
            parts.append(found_here.assign(arm=arm, endpoint=endpoint))
    table = pd.concat(parts, ignore_index=True)
    return pd.DataFrame({
        "index": table["name"], "arm": table["arm"], "endpoint": table["endpoint"],
        "n": table["n"], "hazard_ratio": 2 ** table["effect"], "p": table["p"],
    })  # fmt: skip


def index_page(table: pd.DataFrame, printed: dict[tuple[str, str, str], str]) -> pd.DataFrame:
    """Return the indices' effects beside the printed P values, as texts.

    Parameters
    ----------
    table : DataFrame
        From :func:`index_table`.
    printed : dict
        P as printed, or words, by (index, arm, endpoint).
    """
    return pd.DataFrame({
        "Index": table["index"],
        "arm, endpoint": table["arm"] + ", " + table["endpoint"],
        "hazard ratio, high over low": [
            "–" if np.isnan(v) else f"{v:.2f}" for v in table["hazard_ratio"]
        ],
        "P": [bare_p(v) for v in table["p"]],
        "P, printed": [
            printed.get(key, "–")
            for key in zip(table["index"], table["arm"], table["endpoint"], strict=True)
        ],
    })  # fmt: skip


def index_variants(scores: pd.DataFrame, members, patients: pd.DataFrame, arm: str) -> pd.DataFrame:
    """Make one index in several ways, and hold each against what it should sum up.

    Parameters
    ----------
    scores : DataFrame
        Positive scores by participant.
    members : sequence of str
        The cluster's signatures.
    patients : DataFrame
    arm : str
        Whose event-free survival is compared.

    Returns
    -------
    DataFrame
        Columns way, r (Spearman's R with the mean rank of the members), hazard_ratio and p
        of high over low in the arm.
    """
    from secondline.signatures.components import principal_components

    own = scores[list(members)]
    centred = own - own.mean()
    unit = centred / own.std(ddof=0)
    first = principal_components(own, 1)
    ways = {
        "root mean square of the scores": root_mean_square(own),
        "root mean square, each centred at 0": root_mean_square(centred),
        "root mean square, each standardised": root_mean_square(unit),
        "mean of standardised scores": unit.mean(axis=1),
        "first principal component": pd.Series(first.places[:, 0], index=own.index),
    }
    together = own.rank().mean(axis=1)
    rows = patients.set_index("participant").loc[scores.index]
    mine = (rows["arm"] == arm).to_numpy()
    table = pd.DataFrame(ways)
    high = (table > table.median()).astype(float)
    effects = with_survival(high[mine], rows.loc[mine, "efs_months"], rows.loc[mine, "efs_event"])
    if effects["p"].isna().all():
        raise NoFiniteEstimate(f"Too few events in the {arm} arm.")
    return pd.DataFrame({
        "way": list(ways),
        "r": [values.corr(together, method="spearman") for values in ways.values()],
        "hazard_ratio": 2 ** effects["effect"],
        "p": effects["p"],
    })  # fmt: skip


def variants_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return the ways to make an index as texts."""
    return pd.DataFrame({
        "Way": table["way"],
        "R with the members": [f"{v:.2f}".replace("-", "−") for v in table["r"]],
        "hazard ratio, high over low": [f"{v:.2f}" for v in table["hazard_ratio"]],
        "P": [bare_p(v) for v in table["p"]],
    })  # fmt: skip
