# The pages that there are, as the route tables in the Swift sources have them.
# Neighbors: check-states looks at each, Benchmarks/pages.py and console.py measure each: all fail
# when a page was added that they know nothing of.
import re

from community import ROOT, Failed

FIELD_ROUTES = [ROOT / "Sources/SyncClient/WebApp" / name
                for name in ("FieldRoute.swift", "Slips/SlipRoute.swift")]
CONSOLE_ROUTES = [ROOT / "Sources/SyncServer/Console" / name
                  for name in ("ConsoleRoute.swift", "ConsoleRoute+Groups.swift")]
# What is got and is no page.
PARTS = {"/style.css", "/page.js", "/find", "Open.style", "Open.script"}


def field_routes():
    """The patterns of the table's GET lines."""
    found = []
    for file in FIELD_ROUTES:
        text = file.read_text()
        lines = re.findall(r'(?:Line|\.init)\(\s*\.get, "([^"]+)"', text)
        if len(lines) != text.count(".get"):
            raise Failed(f"a GET of {file.name} is written otherwise than this script can read")
        found += lines
    return found


def console_routes():
    """The routes that a GET leads to, as Group.case, from the switches that read a path."""
    found = []
    for file in CONSOLE_ROUTES:
        text = file.read_text()
        lines = re.findall(r"^extension ConsoleRoute\.(\w+)|"
                           r"case \(\.get,.*\): (?:self = \.(\w+)|self\.init\(typed\))",
                           text, re.MULTILINE)
        if sum(not group for group, _ in lines) != text.count(".get"):
            raise Failed(f"a GET of {file.name} is written otherwise than this script can read")
        here = None
        for group, case in lines:
            here = group or here
            if not group:
                found.append(f"{here}.{case or 'one'}")
    return found


def differing(routes, known):
    """Pages of a table that are not known here, and known ones that no table has; sorted."""
    pages, known = set(routes) - PARTS, set(known) - PARTS
    return sorted(pages - known), sorted(known - pages)
