# What a page costs on a replica of so many entries: each is asked for many times over one
# connection, beside a page that shows nothing. Neighbor: run puts this into its table.
import http.client
import time
import urllib.parse

from books import importing, write_book
from browser import Pages
from community import Device, Server, run_quietly

TIMES = 200
WARM = 10
# Files of so many members together, each with as many entries as the others.
BOOKS = 12
# Of the pile that is being typed in.
SLIPS = 40


class Reader:
    """One browser that has the key."""
    def __init__(self, pages):
        self.pages = pages
        self.connection = http.client.HTTPConnection("127.0.0.1", pages.port)
        path = pages.address.removeprefix(pages.origin)
        cookie = self.ask(path, {})[1].getheader("Set-Cookie")
        self.headers = {"Cookie": cookie.split(";")[0]}

    def ask(self, path, headers=None):
        """Milliseconds, the answer's head, and its body."""
        start = time.monotonic()
        self.connection.request("GET", path, headers=headers or getattr(self, "headers", {}))
        answer = self.connection.getresponse()
        body = answer.read()
        return (time.monotonic() - start) * 1e3, answer, body

    def send(self, path, form):
        """Where the answer leads."""
        self.connection.request(
            "POST", path, urllib.parse.urlencode(form),
            {**self.headers, "Origin": self.pages.origin})
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 303:
            raise SystemExit(f"{path} was answered {answer.status}")
        return answer.getheader("Location")

    def percentile(self, path):
        """The 99th, and the bytes of the page."""
        for _ in range(WARM):
            _, answer, body = self.ask(path)
            if answer.status not in (200, 404):
                raise SystemExit(f"{path} was answered {answer.status}")
        times = sorted(self.ask(path)[0] for _ in range(TIMES))
        return times[len(times) * 99 // 100], len(body)


def replica(folder, events):
    """A device with so many entries of a few hundred members, all at the office."""
    server = Server(folder / "pages-server")
    server("neighborhood", "add", "--name", "Harbor", "--code", "HAR")
    server("worker", "add", "--name", "Dana", "--role", "coordinator", "--neighborhood", "HAR")
    server.start()
    device = Device(folder / "pages-device", "Harbor tablet", ["HAR"])
    device.pair(server, "Dana")
    for number in range(BOOKS):
        write_book(folder, number, events // BOOKS)
        run_quietly(importing(folder, device, number, "HAR"))
    device("sync")
    server.stop()
    return device


def table(folder, events):
    """A row for each page."""
    floor, *rest = measured(replica(folder, events))
    return [(f"{what}, {size / 1000:.1f} kB", f"{milliseconds:.1f} ms", f"{floor[1]:.1f} ms")
            for what, milliseconds, size in rest]


def pile(reader, entry):
    """A batch of slips that was typed in; its path."""
    gave, received = (entry[side][0]["label"].split()[0] for side in ("providers", "recipients"))
    batch = reader.send("/slips", {"slips": SLIPS})
    for number in range(SLIPS):
        reader.send(batch, {"slip": f"P-{number}", "gave": gave, "received": received,
                            "minutes": "90", "date": "2026-03-20"})
    return batch


def measured(device):
    """Each page's name, milliseconds at the 99th percentile, and bytes."""
    entry = device.json("exchange", "list", "--limit", 1)[0]
    member = entry["providers"][0]["account"]
    number = entry["providers"][0]["label"].split()[0]
    name = urllib.parse.quote(entry["providers"][0]["label"].split()[1][:3])
    pages = Pages(device)
    try:
        reader = Reader(pages)
        batch = pile(reader, entry)
        return [(what, *reader.percentile(path)) for what, path in (
            ("a page that shows nothing", "/nowhere"), ("record", "/"),
            ("find people", f"/find?q={name}"), ("people", "/people"),
            ("one person", f"/people/{member}"), ("entries", "/entries"),
            ("entries of one person", f"/entries?person={number}"),
            ("entries of a month", "/entries?from=2025-03-01&to=2025-03-31"),
            ("entries of a category", "/entries?category=garden"),
            ("entries of a slip", "/entries?slip=P-7"),
            ("void entries", "/entries?state=void"),
            ("piles of slips", "/slips"), ("one pile", batch),
            ("one entry", f"/entries/{entry['id']}"), ("sync", "/sync"))]
    finally:
        pages.stop()
