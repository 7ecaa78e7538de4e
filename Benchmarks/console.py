# What each page of the office's console costs with a ledger of so many entries, beside a page that
# shows nothing: asked for many times in a row, then once after entries came, then once after a
# start. Neighbors: office.py makes the ledger, reader.py asks, run prints; routes.py says which
# pages there are, and a page of the table that is not measured here ends the run.
import re
import urllib.parse

from community import Failed
from office import Office, slips, type_in, worker
from reader import Reader, at, costs
from routes import console_routes, differing

PASSPHRASE = "lamp river copper tent"
# After each of so many syncs that bring an entry, every page is asked for once.
SYNCS = 10
# What keeps something from request to request, which a started server has not.
STARTING = (("home", "/"), ("conflicts", "/conflicts"), ("people", "/people"))


def invitation(server, name):
    """The token behind which somebody may choose a passphrase."""
    link = server.json("accounts", "invite", name)[0]["link"]
    return urllib.parse.parse_qs(urllib.parse.urlparse(link).query)["token"][0]


def signed_in(server):
    """An admin, with a passphrase of their own."""
    reader = Reader(server.port, server.pid)
    reader.send("/join", {"token": invitation(server, worker(0)), "passphrase": PASSPHRASE,
                          "again": PASSPHRASE})
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
        ("Inside.passphraseForm", "passphrase", "/passphrase"),
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
        ("Ledger.list", "ledger, from its middle on", f"/ledger?before={last // 2}"),
        ("Ledger.list", "ledger, one person's entries", f"/ledger?person={member}"),
        ("Ledger.list", "ledger, a rare kind", "/ledger?kind=device.revoked"),
        ("Ledger.list", "ledger, people's entries", "/ledger?kind=hours.recorded"),
        ("Ledger.list", "ledger, by a day", "/ledger?day=2020-01-01"),
        ("Ledger.list", "ledger, whom a name may mean", "/ledger?q=given7"),
        ("Ledger.one", "one entry, with its proof", f"/ledger/{entry}"),
        ("Ledger.one", "the first entry, with its proof", "/ledger/1"),
        ("Open.signInForm", "signing in", "/sign-in"),
        ("Open.joinForm", "an invitation", f"/join?token={invitation(office.server, worker(1))}"),
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


def after_syncs(asked, writer):
    """Of each page, milliseconds when it is the first one after entries came."""
    times = [[] for _ in asked]
    for _ in range(SYNCS):
        for (reader, path), one in zip(asked, times):
            writer.bring()
            one.append(reader.ask(path).milliseconds)
    return times


def after_start(office, path):
    """Milliseconds of the first page that somebody asks a started server for."""
    office.server.stop()
    office.server.start()
    return signed_in(office.server).ask(path).milliseconds


def who_asks(route, reader, guest):
    """Some pages are for whoever has not signed in."""
    return guest if route.startswith("Open.") else reader


def table(folder, events, progress):
    """A row for each page, of which the first shows nothing."""
    office = Office(folder, events, progress)
    try:
        reader, guest = signed_in(office.server), Reader(office.server.port, office.server.pid)
        listed = pages(reader, office)
        check(listed)
        asked = [(reader, "/nowhere")] + [
            (who_asks(route, reader, guest), path) for route, _, path in listed]
        progress(f"asking for {len(asked)} pages")
        found = costs(asked)
        first_load = reader.first_load("/")
        progress("asking again, each time after a sync")
        after = after_syncs(asked, Writer(office.main[0]))
        started = [(f"{what}, first after a start", after_start(office, path))
                   for what, path in STARTING]
    finally:
        office.server.stop()
    names = ["a page that shows nothing", *(what for _, what, _ in listed)]
    rows = [(what, *milliseconds(cost.median, cost.high, cost.processor, at(times, 50),
                                 max(times)), kilobytes(cost.size))
            for what, cost, times in zip(names, found, after)]
    rows += [(what, *milliseconds(time), "", "", "", "", "") for what, time in started]
    return rows + [("first load: home, stylesheet and script", "", "", "", "", "",
                    kilobytes(first_load))]


def kilobytes(size):
    return f"{size / 1000:.1f} kB"


def milliseconds(*times):
    return [f"{time:.1f} ms" for time in times]
