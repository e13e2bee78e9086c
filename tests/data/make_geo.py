"""Make the two small files of a GEO series that the tests read: no patients, drawn numbers.

Run from the root of the project: ``python tests/data/make_geo.py``.
"""

from pathlib import Path

import numpy as np

SEED = 20240
PATIENTS = 24
TITLE = "Made for tests, no patients"
SERIES, PLATFORM = "GSE0000000", "GPL0000000"
# ID, name, type: rows are numbered as in the deposit, and one gene is called as a signature is
ROWS = (
    ("1", "CD19", "mRNA"),
    ("2", "MS4A1", "mRNA"),
    ("3", "TNFRSF17", "mRNA"),
    ("4", "IL10", "mRNA"),
    ("5", "IL10.IO360", "IO360 Signature"),
    ("6", "B cells.IO360", "IO360 Signature"),
    ("7", "Stroma.IO360", "IO360 Signature"),
    ("8", "Housekeeper", "mRNA"),
)


def patients() -> list[dict]:
    """Draw the patients: accession, characteristics as the deposit words them, values."""
    random = np.random.default_rng(SEED)
    drawn = []
    for number in range(1, PATIENTS + 1):
        arm = "Axicabtagene Ciloleucel" if number % 2 else "Standard of Care Chemotherapy"
        months = round(float(random.exponential(9 if number % 2 else 4)) + 0.4, 2)
        event = months < 12
        responded = bool(random.random() < 0.75)
        response = ("Relapsed" if event else "Ongoing Response") if responded else "Nonresponders"
        drawn.append(
            {
                "accession": f"GSM{number:07d}",
                "characteristics": {
                    "treatment arm": arm,
                    "cell of origin": ("GCB", "ABC", "Unclassified", "NA")[number % 4],
                    "histologically.proven.dlbcl.group": ("DLBCL", "HGBL")[number % 5 == 0],
                    "baseline tumor burden (spd)": f"{random.uniform(300, 6000):.0f}",
                    "event.free.survival.months": f"{months:.2f}",
                    "event.free.survival.event": str(int(event)),
                    "duration.of.response.months": f"{months / 2:.2f}" if responded else "NA",
                    "duration.of.response.event": str(int(event)) if responded else "NA",
                    "ongoing.response": response,
                    "ongoing_2grps": "Ongoing" if response.startswith("Ongoing") else "Others",
                },
                "values": [round(float(value), 3) for value in random.uniform(4, 900, len(ROWS))],
            }
        )
    return drawn


def soft(drawn: list[dict]) -> str:
    """Write the patients as a SOFT family file."""
    lines = [
        "^DATABASE = MadeForTests",
        f"!Database_name = {TITLE}",
        f"^SERIES = {SERIES}",
        f"!Series_title = {TITLE}",
        f"!Series_geo_accession = {SERIES}",
        f"^PLATFORM = {PLATFORM}",
        f"!Platform_title = {TITLE}",
        "#ID = number of the row",
        "#Gene_Signature_Name = name",
        "#Analyte Type = type",
        "!platform_table_begin",
        "ID\tGene_Signature_Name\tAnalyte Type",
        *("\t".join(row) for row in ROWS),
        "!platform_table_end",
    ]
    for patient in drawn:
        lines += [
            f"^SAMPLE = {patient['accession']}",
            f"!Sample_title = {TITLE}",
            f"!Sample_geo_accession = {patient['accession']}",
            *(
                f"!Sample_characteristics_ch1 = {key}: {value}"
                for key, value in patient["characteristics"].items()
            ),
            "#ID_REF = number of the row",
            "#VALUE = drawn number",
            "!sample_table_begin",
            "ID_REF\tVALUE",
            *(f"{row[0]}\t{value}" for row, value in zip(ROWS, patient["values"], strict=True)),
            "!sample_table_end",
        ]
    return "\n".join(lines) + "\n"


def matrix(drawn: list[dict]) -> str:
    """Write the patients as a series matrix."""

    def line(key: str, cells) -> str:
        return "\t".join([key, *(f'"{cell}"' for cell in cells)])

    accessions = [patient["accession"] for patient in drawn]
    return "\n".join(
        [
            line("!Series_title", [TITLE]),
            line("!Series_geo_accession", [SERIES]),
            "",
            line("!Sample_title", [TITLE] * len(drawn)),
            line("!Sample_geo_accession", accessions),
            *(
                line(
                    "!Sample_characteristics_ch1",
                    [f"{key}: {patient['characteristics'][key]}" for patient in drawn],
                )
                for key in drawn[0]["characteristics"]
            ),
            "!series_matrix_table_begin",
            line('"ID_REF"', accessions),
            *(
                "\t".join([row[0], *(str(patient["values"][place]) for patient in drawn)])
                for place, row in enumerate(ROWS)
            ),
            "!series_matrix_table_end",
            "",
        ]
    )


if __name__ == "__main__":
    folder = Path(__file__).parent
    made = patients()
    (folder / "geo_made_family.soft").write_text(soft(made), encoding="utf-8")
    (folder / "geo_made_series_matrix.txt").write_text(matrix(made), encoding="utf-8")
