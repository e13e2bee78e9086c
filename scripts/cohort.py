#!/usr/bin/env python
"""Make the reference cohort of virtual patients, in data/virtual.

    python scripts/cohort.py           write zuma7_reference.csv and zuma7_third_line.csv
    python scripts/cohort.py --check   build them again and compare, byte for byte

Takes a minute or two. First come outcome records with the printed event-free survival, then
patients with what is printed of their markers, then annealing lets patients change records
until the targets in zuma7_targets.csv are met as nearly as it can. Each seed is the first
that will do; nothing is changed by hand afterwards.
"""

import argparse
import sys

from secondline.cohort.read import REFERENCE, THIRD_LINE
from secondline.cohort.reference import build_reference
from secondline.errors import InputError
from secondline.paths import project_root


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="compare with the files, write nothing"
    )
    check = parser.parse_args().check
    try:
        made = build_reference()
    except InputError as error:
        print(f"The cohort was not made. {error}", file=sys.stderr)
        return 1
    seeds = ", ".join(f"{arm} from seed {seed}" for arm, seed in made.records_seeds.items())
    print(
        f"Outcome records: {seeds}. Patients: seed {made.patients_seed}. Annealing: penalty "
        f"{made.annealed.started:.0f} before, {made.annealed.reached:.2f} after, "
        f"{made.annealed.accepted:,} swaps kept."
    )
    same = True
    for name, table in ((REFERENCE, made.table), (THIRD_LINE, made.later)):
        path, text = project_root() / name, table.to_csv(index=False, lineterminator="\n").encode()
        if check:
            equal = path.is_file() and path.read_bytes() == text
            same &= equal
            print(f"{path.name} is {'the same' if equal else 'NOT the same'}.")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text)
            print(f"Wrote {path.name}: {len(table)} virtual patients.")
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
