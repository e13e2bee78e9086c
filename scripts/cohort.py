#!/usr/bin/env python
"""Make the reference cohort of virtual patients, data/virtual/zuma7_reference.csv.

    python scripts/cohort.py           write it
    python scripts/cohort.py --check   build it again and compare, byte for byte

Each arm is drawn from the model again and again until its median event-free survival and
its share at 24 months are the printed ones; of such draws the first pair with the printed
hazard ratio is kept. Nothing else is looked at or tuned: what markers show on this cohort
is what the model and chance give.
"""

import argparse
import sys

from secondline.cohort.reference import build_reference
from secondline.errors import InputError
from secondline.paths import project_root


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the file, write nothing")
    check = parser.parse_args().check
    path = project_root() / "data/virtual/zuma7_reference.csv"
    try:
        table, seeds = build_reference()
    except InputError as error:
        print(f"The cohort was not made. {error}", file=sys.stderr)
        return 1
    text = table.to_csv(index=False, lineterminator="\n")
    where = ", ".join(f"{arm} from seed {seed}" for arm, seed in seeds.items())
    if check:
        same = path.is_file() and path.read_bytes() == text.encode()
        print(f"{path.name} is {'the same' if same else 'NOT the same'} ({where}).")
        return 0 if same else 1
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    print(f"Wrote {path.name}: {len(table)} virtual patients ({where}).")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
