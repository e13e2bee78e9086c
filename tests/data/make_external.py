"""Make small tables in the form of the open data that the tests read: no patients, drawn numbers.

Run from the root of the project: ``python tests/data/make_external.py``.
"""

from pathlib import Path

import numpy as np

from secondline.external.era import assigned_clusters
from secondline.external.lme import SIGNATURES
from secondline.external.schmitz import AGE, FLAGS, TEXTS, YEARS

SEED = 20181
SAMPLES, PATIENTS, INSIDE = 150, 120, 100
CLASSES = ("LME-DE", "LME-IN", "LME-ME", "LME-GC")
REMARKS = (
    "NA: not available",
    '"* IPI range groups: 0-1 (low), and so on."',
    "** Made for tests, no patients",
)


def drawn() -> dict:
    """Draw scores with the trial's clusters in them, and survival that hangs on SII alone."""
    random = np.random.default_rng(SEED)
    hidden = {name: random.standard_normal(SAMPLES) for name in assigned_clusters()}
    cluster = {m: name for name, members in assigned_clusters().items() for m in members}
    scores = {
        name: 0.8 * hidden[cluster[name]] + 0.6 * random.standard_normal(SAMPLES)
        if name in cluster
        else random.standard_normal(SAMPLES)
        for name in SIGNATURES
    }
    years = random.exponential(4 * np.exp(0.9 * hidden["SII"]))
    end = random.uniform(1, 9, SAMPLES)
    kind = np.clip(np.digitize(hidden["SII"], (-0.7, 0, 0.9)), 0, 3)
    return {"scores": scores, "years": years, "end": end, "class": kind, "random": random}


def write(folder: Path) -> None:
    """Write the three tables."""
    made = drawn()
    random = made["random"]
    samples = [f"MADE{i:05d}" for i in range(1, SAMPLES + 1)]
    head = "\t".join(["", *samples])
    lines = [head] + [
        "\t".join([name, *(f"{np.clip(v, -4, 4):.3f}" for v in values)])
        for name, values in made["scores"].items()
    ]
    text = "\n".join(lines) + "\n"
    (folder / "external_made_signatures.tsv").write_text(text, encoding="utf-8")

    head = ("Sample", "Cohort", "Cohort_group", "SORTN", "LME", "Diagnosis", "platform_id")
    rows = []
    for i, sample in enumerate(samples):
        cohort = f"MADE_{i % 3}"
        kind = "" if i % 37 == 5 else CLASSES[made["class"][i]]
        disease = "Burkitt_Lymphoma" if i % 29 == 3 else "Diffuse_Large_B_Cell_Lymphoma"
        platform = "RNAseqPa" if i % 3 else "GPL570"
        rows.append((sample, cohort, cohort, str(i + 1), kind, disease, platform))
    text = "\n".join("\t".join(row) for row in (head, *rows)) + "\n"
    (folder / "external_made_annotation.tsv").write_text(text, encoding="utf-8")

    columns = [*TEXTS.values(), AGE, "LDH Ratio", *FLAGS.values(), *YEARS.values()]
    rows = []
    for i in range(PATIENTS):
        # the last ten of the survival set have no signatures
        name = samples[i] if i < INSIDE - 10 or i >= INSIDE else f"NOSAMPLE{i:02d}"
        seen = made["years"][i] <= made["end"][i]
        free = min(made["years"][i], made["end"][i])
        dead = bool(seen and random.random() < 0.8)
        followed = min(free + random.exponential(1.5), 12) if seen else free
        inside = i < INSIDE
        row = {
            TEXTS["sample"]: name,
            TEXTS["diagnosis"]: "Diffuse large B cell lymphoma",
            TEXTS["cell_of_origin"]: str(random.choice(("ABC", "GCB", "Unclass"))),
            TEXTS["genetic_subtype"]: ("BN2", "EZB", "MCD", "Other")[i % 4],
            TEXTS["biopsy"]: "Pre-treatment" if inside else "Relapse",
            TEXTS["treatment"]: "Immunochemotherapy" if inside else "NA",
            TEXTS["ipi_group"]: str(
                random.choice(("", "Low", "Low", "Intermediate", "Intermediate", "High"))
            ),
            TEXTS["in_survival_set"]: "Yes" if inside else "No",
            AGE: str(40 + i % 45),
            "LDH Ratio": "-1" if i % 11 == 0 else f"{0.6 + (i % 17) / 10:.2f}",
            FLAGS["os_event"]: str(int(dead and inside)),
            FLAGS["pfs_event"]: str(int(seen and inside)),
            YEARS["os_months"]: f"{followed:.10f}" if inside else "0",
            YEARS["pfs_months"]: f"{free:.10f}" if inside else "0",
        }
        if inside and seen and i % 25 == 7:
            row[YEARS["pfs_months"]] = ""
        rows.append([row[name] for name in columns])
    blank = "\t" * (len(columns) - 1)
    lines = ["\t".join(columns), *("\t".join(row) for row in rows), blank]
    lines += [remark + blank for remark in REMARKS]
    (folder / "external_made_schmitz.tsv").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).parent)
