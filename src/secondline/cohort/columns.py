"""Names: the signatures of the expression panel with their clusters, and the table's columns."""

# Clusters 1 and 2 are named by the source and by public scripts for the same data. Who
# belongs to 3 and 4 is this project's assignment: the source describes them in words.
CLUSTERS = {
    "BPI": (
        "Proliferation", "MSI predictor", "APM loss", "B cells", "Glycolytic activity", "CD45",
        "JAKSTAT loss",
    ),
    "SII": (
        "MMR loss", "Hypoxia", "Apoptosis", "NOS2", "MAGEs", "Mast cells", "TGF-beta", "ARG1",
        "Endothelial cells", "Stroma", "B7-H3", "Myeloid inflammation",
    ),
    "cluster 3": (
        "APM", "MHC2", "IFN gamma", "IFN downstream", "Immunoproteasome", "PD-L1", "PD-L2",
        "IDO1", "IL10", "Inflammatory chemokines", "Macrophages", "Myeloid", "Neutrophils", "DC",
        "NK cells", "NK CD56dim",
    ),
    "cluster 4": (
        "T cells", "CD8 T cells", "Cytotoxic cells", "Cytotoxicity", "Exhausted CD8", "Treg",
        "TH1", "TIS", "TIGIT", "CTLA4", "PD-1", "Lymphoid",
    ),
}  # fmt: skip
SIGNATURES = tuple(name for members in CLUSTERS.values() for name in members)
GENES = ("CD19", "MS4A1", "TNFRSF17")
ARMS = ("SOC", "axi-cel")  # arm 0 and arm 1
RESPONSES = ("ongoing", "relapsed", "none")
BEST_RESPONSES = ("CR", "PR", "SD", "PD")
BIOPSIES = ("before first line", "after first line")


def signature_column(name: str) -> str:
    """Return a signature's column: ``sig_b_cells`` for ``B cells``."""
    return "sig_" + name.lower().replace(" ", "_").replace("-", "_")


def gene_column(name: str) -> str:
    """Return a gene's column: ``gene_CD19``."""
    return f"gene_{name}"


SIGNATURE_COLUMNS = tuple(signature_column(name) for name in SIGNATURES)
GENE_COLUMNS = tuple(gene_column(name) for name in GENES)
CORE = (
    "participant", "virtual", "arm", "treated", "infusion_months", "efs_months", "efs_event",
    "response", "best_response", "dor_months", "dor_event", "expression", "cell_of_origin",
    "hgbl", "spd_mm2", "ldh_u_per_l", "ldh_elevated", "cd19_h_score", "ccr7_cd45ra_share",
    "biopsy", "is21",
)  # fmt: skip
COLUMNS = (*CORE, *GENE_COLUMNS, *SIGNATURE_COLUMNS)
