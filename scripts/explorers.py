#!/usr/bin/env python
"""Simulate what the explorer of the order of treatments shows, in data/virtual.

    python scripts/explorers.py           write order_unknowns.csv
    python scripts/explorers.py --check   simulate again and compare, byte for byte

Takes a minute or two. The other explorers compute on the page and need no file.
"""

import argparse

import pandas as pd

from secondline.explorers.order import DURABLE, FILE, simulate_rows
from secondline.paths import project_root


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="compare with the file, write nothing"
    )
    check = parser.parse_args().check
    table = pd.concat([simulate_rows(share) for share in DURABLE], ignore_index=True)
    table["durable"] = table["durable"].astype("Int64")
    text = table.to_csv(index=False, lineterminator="\n").encode()
    path = project_root() / FILE
    if check:
        same = path.is_file() and path.read_bytes() == text
        print(f"{path.name} is {'the same' if same else 'NOT the same'}.")
        return 0 if same else 1
    path.write_bytes(text)
    print(f"Wrote {path.name}: {len(table)} rows.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
