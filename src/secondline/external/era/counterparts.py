"""Which open signature stands for which of ZUMA-7's: this project's assignment, by their names."""

# open signature: the trial's signature, and the trial's cluster that has it. Its third cluster
# and its fourth have no names of their own.
COUNTERPARTS = {
    "B_cells": ("B cells", "BPI"),
    "Proliferation_rate": ("Proliferation", "BPI"),
    "Hypoxia": ("Hypoxia", "SII"),
    "TGFb": ("TGF-beta", "SII"),
    "CAF": ("Stroma", "SII"),
    "Matrix": ("Stroma", "SII"),
    "Matrix_remodeling": ("Stroma", "SII"),
    "Angiogenesis": ("Endothelial cells", "SII"),
    "Lymphatic_endothelium": ("Endothelial cells", "SII"),
    "MHCI": ("APM", "third"),
    "MHCII": ("MHC2", "third"),
    "Macrophages": ("Macrophages", "third"),
    "Neutrophil_signature": ("Neutrophils", "third"),
    "NK_cells": ("NK cells", "third"),
    "T_cells": ("T cells", "fourth"),
    "Treg": ("Treg", "fourth"),
    "Th1_signature": ("TH1", "fourth"),
    "Checkpoint_inhibition": ("PD-1, CTLA4, TIGIT", "fourth"),
}


def assigned_clusters() -> dict[str, tuple[str, ...]]:
    """Return the open signatures by the trial's cluster in which their counterparts are."""
    clusters: dict[str, list[str]] = {}
    for name, (_, cluster) in COUNTERPARTS.items():
        clusters.setdefault(cluster, []).append(name)
    return {cluster: tuple(members) for cluster, members in clusters.items()}
