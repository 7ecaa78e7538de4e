# What each page costs on a replica of so many entries, beside a page that shows nothing.
# Neighbors: reader.py asks, run puts this into its table, console.py does the same for an office;
# routes.py says which pages there are, and one of the table that is not measured here ends the run.
import urllib.parse

from books import importing, write_book
from browser import Pages
from community import Device, Failed, Server, run_quietly
from reader import Reader, costs
from routes import differing, field_routes

# Files of so many members together, each with as many entries as the others.
BOOKS = 12
# Of the pile that is being typed in.
SLIPS = 40


def replica(folder, events, progress):
    """A device with so many entries of a few hundred members, all at the office."""
    server = Server(folder / "pages-server")
    server("neighborhood", "add", "--name", "Harbor", "--code", "HAR")
    server("worker", "add", "--name", "Dana", "--role", "coordinator", "--neighborhood", "HAR")
    server.start()
    device = Device(folder / "pages-device", "Harbor tablet", ["HAR"])
    device.pair(server, "Dana")
    progress(f"importing {events} rows")
    for number in range(BOOKS):
        write_book(folder, number, events // BOOKS)
        run_quietly(importing(folder, device, number, "HAR"))
    device("sync")
    server.stop()
    return device


def pile(reader, entry):
    """A batch of slips that was typed in, and one that was put aside; their paths."""
    gave, received = (entry[side][0]["label"].split()[0] for side in ("providers", "recipients"))
    batch = reader.send("/slips", {"slips": SLIPS})
    for number in range(SLIPS):
        reader.send(batch, {"slip": f"P-{number}", "gave": gave, "received": received,
                            "minutes": "90", "date": "2026-03-20"})
    reader.send(batch, {"slip": "P-parked", "park": "1"})
    return batch, reader.link("/slips", "/slips/parked/")


def pages(reader, device):
    """Route, what is shown, and where that is; a page with heavy variants has several."""
    entry = device.json("exchange", "list", "--limit", 1)[0]
    member = entry["providers"][0]["account"]
    number, name = entry["providers"][0]["label"].split()[:2]
    name = urllib.parse.quote(name[:3])
    batch, parked = pile(reader, entry)
    return [
        ("/", "record", "/"),
        ("/find", "find people", f"/find?q={name}"),
        ("/people", "people", "/people"),
        ("/people", "people by a part of a name", f"/people?q={name}"),
        ("/people/new", "enroll somebody", "/people/new"),
        ("/people/*", "one person", f"/people/{member}"),
        ("/people/*/card", "a card", f"/people/{member}/card"),
        ("/entries", "entries", "/entries"),
        ("/entries", "entries of one person", f"/entries?person={number}"),
        ("/entries", "entries of a month", "/entries?from=2025-03-01&to=2025-03-31"),
        ("/entries", "entries of a category", "/entries?category=garden"),
        ("/entries", "entries of a slip", "/entries?slip=P-7"),
        ("/entries", "void entries", "/entries?state=void"),
        ("/entries/*", "one entry", f"/entries/{entry['id']}"),
        ("/questions", "questions", "/questions"),
        ("/slips", "piles of slips", "/slips"),
        ("/slips/*", "one pile", batch),
        ("/slips/parked/*", "a slip that was put aside", parked),
        ("/sync", "sync", "/sync"),
    ]


def table(folder, events, progress):
    """A row for each page, of which the first shows nothing."""
    device = replica(folder, events, progress)
    served = Pages(device)
    try:
        reader = Reader(served.port, served.process.pid)
        reader.ask(served.address.removeprefix(served.origin))
        listed = pages(reader, device)
        lacking, gone = differing(field_routes(), {route for route, _, _ in listed})
        if lacking or gone:
            raise Failed(f"pages that are not measured: {lacking}; that no table has: {gone}")
        progress(f"asking for {len(listed)} pages")
        found = costs([(reader, path) for path in ("/nowhere", *(path for _, _, path in listed))])
        first = reader.first_load("/")
    finally:
        served.stop()
    names = ["a page that shows nothing", *(what for _, what, _ in listed)]
    return [(what, f"{cost.median:.1f} ms", f"{cost.high:.1f} ms",
             f"{cost.processor:.1f} ms", f"{cost.size / 1000:.1f} kB")
            for what, cost in zip(names, found)] + [
        ("first load: record, stylesheet and script", "", "", "", f"{first / 1000:.1f} kB")]
