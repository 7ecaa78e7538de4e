#!/usr/bin/env python3
# Minutes given and received by every member and pot, straight from the raw transfers: an answer to
# compare statements with that knows nothing of Hourbook's code.
#
#   scripts/oracle.py [ROOT] [--swap]
#
# ROOT holds one folder per neighborhood with users.csv and transfers.csv. The source of a transfer
# pays, so it received the service; an Organization, whatever its number, is the neighborhood's pot.
# --swap exchanges source and destination, to show that a comparison with the result can fail.
import argparse
import csv
import json
import pathlib
import sys

NEIGHBORHOODS = ("harbor", "mill-hill", "orchard")
FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/timeoverflow"


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def tally(folder, swap):
    given = {row[0]: 0 for row in rows(folder / "users.csv")} | {"pot": 0}
    received = dict(given)
    for row in rows(folder / "transfers.csv"):
        accounts = [
            number if kind == "Member" else "pot"
            for number, kind in ((row[0], row[1]), (row[2], row[3]))
        ]
        minutes, rest = divmod(int(row[4]), 60)
        if rest:
            sys.exit(f"{folder.name}: {row[4]} seconds are not whole minutes")
        payer, provider = reversed(accounts) if swap else accounts
        given[provider] += minutes
        received[payer] += minutes
    return given, received


def main():
    options = argparse.ArgumentParser()
    options.add_argument("root", nargs="?", type=pathlib.Path, default=FIXTURE)
    options.add_argument("--swap", action="store_true")
    chosen = options.parse_args()
    for name in NEIGHBORHOODS:
        given, received = tally(chosen.root / name, chosen.swap)
        if sum(given.values()) != sum(received.values()):
            sys.exit(f"{name}: minutes given and received differ")
        for account in sorted(given, key=lambda key: (key == "pot", key.zfill(9))):
            line = {"neighborhood": name, "account": account}
            line |= {"given": given[account], "received": received[account]}
            print(json.dumps(line, separators=(",", ":")))


main()
