# What each page of the office's console costs with a ledger of so many entries, beside a page that
# shows nothing: asked for many times in a row, then once after entries came, then once after a
# start. Neighbors: office.py makes the ledger, reader.py asks, run prints; routes.py says which
# pages there are, and a page of the table that is not measured here ends the run.
import re
import urllib.parse

from community import Failed
from office import Office, slips, type_in, worker
from reader import Reader, at
from routes import console_routes, differing

PASSPHRASE = "lamp river copper tent"
# After each of so many syncs that bring an entry, every page is asked for once.
SYNCS = 10
# The end of a long ledger, and its middle.
MIDDLE = 2


def signed_in(server):
    """An admin, with a passphrase of their own."""
    link = server.json("accounts", "invite", worker(0))[0]["link"]
    reader = Reader(server.port)
    token = urllib.parse.parse_qs(urllib.parse.urlparse(link).query)["token"][0]
    reader.send("/join", {"token": token, "passphrase": PASSPHRASE, "again": PASSPHRASE})
    return reader


def waiting_link(reader):
    """An address by which a device can pair."""
    form = reader.page("/devices/pair").body.decode()
    fields = {name: re.search(rf'name="{name}" value="([^"]+)"', form)[1]
              for name in ("once", "worker", "place")}
    return reader.send("/devices/pair", {**fields, "hours": "24"})


def pages(reader, office):
    """Route, what is shown, and where that is; a page with heavy variants has several."""
    last = int(re.search(r"/ledger/(\d+)", reader.page("/ledger").body.decode())[1])
    person = reader.link("/people?q=N00-7", "/people/")
    member = person.removeprefix("/people/")
    busy = reader.link("/people?q=Ana", "/people/")
    entry = office.main[0].json("exchange", "list", "--limit", 1)[0]["position"]
    device = reader.link("/devices", "/devices/(?!pair|links)")
    conflict = reader.link("/conflicts", "/conflicts/")
    kept = reader.link("/waiting", "/waiting/(?!several)")
    lost = re.search(r'<option value="([0-9a-f]{32})"', reader.page("/waiting").body.decode())[1]
    link = waiting_link(reader)
    return [
        ("Inside.home", "home, with figures", "/"),
        ("Inside.account", "account", "/account"),
        ("Inside.conflicts", "conflicts", "/conflicts"),
        ("Inside.conflict", "one conflict", conflict),
        ("Inside.decided", "decisions", "/decisions"),
        ("Waiting.list", "waiting list", "/waiting"),
        ("Waiting.list", "waiting list, its second page", "/waiting?page=2"),
        ("Waiting.list", "waiting list, of one device", f"/waiting?device={lost}"),
        ("Waiting.one", "one entry that waits", kept),
        ("Waiting.several", "several that wait, to leave out", "/waiting/several?choice=reject"),
        ("Waiting.several", "several that wait, to let in", "/waiting/several?choice=admit"),
        ("People.list", "people", "/people"),
        ("People.list", "people by a part of a name", "/people?q=given7"),
        ("People.list", "people by number", "/people?q=N05-1512"),
        ("People.one", "one person", person),
        ("People.one", "one person who is disputed", busy),
        ("Workers.list", "workers", "/workers"),
        ("Devices.list", "devices", "/devices"),
        ("Devices.list", "devices, found", "/devices?q=device+1"),
        ("Devices.pairForm", "a form for a pairing link", "/devices/pair"),
        ("Devices.link", "a pairing link", link),
        ("Devices.one", "one device", device),
        ("Devices.revokeForm", "taking a device out of use", device + "/revoke"),
        ("Ledger.list", "ledger", "/ledger"),
        ("Ledger.list", "ledger, from its middle on", f"/ledger?before={last // MIDDLE}"),
        ("Ledger.list", "ledger, one person's entries", f"/ledger?person={member}"),
        ("Ledger.list", "ledger, a rare kind", "/ledger?kind=device.revoked"),
        ("Ledger.list", "ledger, people's entries", "/ledger?kind=hours.recorded"),
        ("Ledger.list", "ledger, by a day", "/ledger?day=2020-01-01"),
        ("Ledger.list", "ledger, whom a name may mean", "/ledger?q=given7"),
        ("Ledger.one", "one entry, with its proof", f"/ledger/{entry}"),
        ("Ledger.one", "the first entry, with its proof", "/ledger/1"),
        ("Open.signInForm", "signing in", "/sign-in"),
        ("Open.joinForm", "an invitation", "/join?token=0"),
    ]


def check(measured):
    lacking, gone = differing(console_routes(), {route for route, _, _ in measured})
    if lacking or gone:
        raise Failed(f"pages that are not measured: {lacking}; that no table has: {gone}")


class Writer:
    """A device that brings one entry after the other."""
    def __init__(self, device):
        self.device = device
        members = device.json("member", "list")[:2]
        numbers = [f"{member['code']}-{member['number']}" for member in members]
        self.lines = iter(slips(numbers, SYNCS * 100).splitlines(keepends=True))

    def bring(self):
        type_in(self.device, next(self.lines))
        self.device("sync")


def after_syncs(reader, writer, paths):
    """Of each page, milliseconds when it is the first one after entries came."""
    times = [[] for _ in paths]
    for _ in range(SYNCS):
        for path, one in zip(paths, times):
            writer.bring()
            one.append(reader.ask(path).milliseconds)
    return times


def after_start(office, paths):
    """Of each page, milliseconds when it is the first one that a started server is asked for."""
    times = []
    for path in paths:
        office.server.stop()
        office.server.start()
        reader = signed_in(office.server)
        times.append(reader.ask(path).milliseconds)
    return times


def table(folder, events, progress):
    """A row for each page, of which the first shows nothing."""
    office = Office(folder, events, progress)
    try:
        reader = signed_in(office.server)
        listed = pages(reader, office)
        check(listed)
        paths = ["/nowhere", *(path for _, _, path in listed)]
        progress(f"asking for {len(paths)} pages")
        floor, *costs = reader.costs(paths)
        progress("asking again, each time after a sync")
        floor_after, *after = after_syncs(reader, Writer(office.main[0]), paths)
        first = reader.first_load("/")
    finally:
        office.server.stop()
    def row(what, cost, times, size):
        return (what, f"{cost.median:.1f} ms", f"{cost.high:.1f} ms", f"{at(times, 50):.1f} ms",
                f"{max(times):.1f} ms", size)
    return [row("a page that shows nothing", floor, floor_after, "")] + [
        row(what, cost, times, f"{cost.size / 1000:.1f} kB")
        for (_, what, _), cost, times in zip(listed, costs, after)
    ] + [("first load of home, with stylesheet and script", "", "", "", "", f"{first / 1000:.1f} kB")]
