# A large office: a ledger of so many entries, people of a dozen neighborhoods, devices of which
# some disagree, are lost or behind, what was decided and asked. Driven by commands alone.
# Neighbors: console.py measures its pages; books.py writes what is imported.
import concurrent.futures
import datetime

from books import importing, recently, write_book
from community import Device, Server, run_quietly
from proxied import FaultProxy

NEIGHBORHOODS = 12
MEMBERS_EACH = 300
WORKERS, ADMINS, COORDINATORS = 30, 2, 10
DEVICES = 40
# Days of which there are entries; of the last twelve months there are figures.
DAYS = 3 * 365
# Neighborhoods with a second device, and what each two of them disagree about.
PAIRS = 4
CORRECTED, DOUBLED, RENAMED = 25, 20, 5
DECIDED, ASKED = 40, 20
# Devices that went on recording after they were taken out of use.
LOST, KEPT_APART = 5, 30
# What a device has still to send when its line breaks; its first request takes a hundred.
UNSENT = 400
FIRST_ANSWER_BYTES, CUTS = 10, 99
TEMPORARY_FAILURE = 75
# As many as there are processors on a small machine.
AT_ONCE = 2


def code(n):
    return f"N{n:02}"


def worker(n):
    return f"Worker {n:02}"


def all_of(act, things):
    """Several at once; the first that fails ends it."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(act, things))


class Office:
    """`main` has a device of each neighborhood, `second` others of some of them."""
    def __init__(self, folder, events, progress):
        self.folder, self.progress = folder, progress
        self.server = Server(folder / "office", serving=("--plain",))
        for n in range(NEIGHBORHOODS):
            self.server("neighborhood", "add", "--name", f"Place {n:02}", "--code", code(n))
        for n in range(WORKERS):
            role = ("admin" if n < ADMINS else
                    "coordinator" if n < ADMINS + COORDINATORS else "outreach")
            self.server("worker", "add", "--name", worker(n), "--role", role,
                        "--neighborhood", code(n % NEIGHBORHOODS))
        self.server.start()
        devices = self.paired()
        self.main, self.second = devices[:NEIGHBORHOODS], devices[NEIGHBORHOODS:][:PAIRS]
        self.lost = devices[-LOST:]
        self.read_in(events)
        self.disagree()
        self.decide_and_ask()
        self.lose()
        self.cut_off()

    def paired(self):
        """Each with whoever works in its neighborhood, while there is little to fetch."""
        self.progress(f"{DEVICES} devices pair")
        devices = [Device(self.folder / f"device-{n}", f"Device {n:02}", [code(n % NEIGHBORHOODS)])
                   for n in range(DEVICES)]
        for n, device in enumerate(devices):
            device.pair(self.server, worker(n % NEIGHBORHOODS))
        return devices

    def read_in(self, events):
        """Each neighborhood's book, into the ledger."""
        each = events // NEIGHBORHOODS - MEMBERS_EACH
        day = recently(datetime.date.today(), DAYS)
        self.progress(f"importing {events} rows")

        def one(n):
            write_book(self.folder, n, each, MEMBERS_EACH, day)
            run_quietly(importing(self.folder, self.main[n], n, code(n)))
            self.main[n]("sync")
        all_of(one, range(NEIGHBORHOODS))

    def disagree(self):
        """Both correct the same entries, record the same ones, and change the same people, without
        having seen each other."""
        self.progress("devices disagree")
        all_of(lambda device: device("sync"), self.second)

        def one(n):
            pair = self.main[n], self.second[n]
            entries = pair[0].json("exchange", "list", "--limit", CORRECTED)
            members = pair[0].json("member", "list")[:RENAMED]
            numbers = [f"{code(n)}-{member['number']}" for member in members]
            lines = "".join(f"{numbers[k % RENAMED]}\t{numbers[(k + 1) % RENAMED]}\t{91 + k}\t"
                            f"2026-01-{k + 1:02}\tmoved a sofa\n" for k in range(DOUBLED))
            for device, minutes in zip(pair, (61, 91)):
                for k, line in enumerate(entries):
                    device("hours", "amend", line["id"], "--minutes", minutes + k,
                           "--reason", "as the slip says")
                for member in members:
                    device("member", "change", member["id"], "--name", f"Ana {minutes}")
                type_in(device, lines)
            for device in (*pair, pair[0]):
                device("sync")
        all_of(one, range(PAIRS))

    def decide_and_ask(self):
        self.progress("the office decides and asks")
        found = sorted(self.server.conflicts().items())
        corrected = [id for id, line in found if line["about"] == "amend"]
        for id in corrected[:DECIDED]:
            self.server("conflicts", "resolve", id, "--as", worker(0), "--take", "A", "--reason",
                        "asked both", "--seen", self.server.json("digest")[0]["position"])
        for id in corrected[DECIDED:DECIDED + ASKED]:
            self.server("conflicts", "ask", id, "--as", worker(0), "--question",
                        "Was the way there counted?")

    def lose(self):
        """Each records after it was taken out of use; that is kept apart."""
        self.progress("devices are lost")

        def one(device):
            numbers = enroll_two(device)
            device("sync")
            self.server("devices", "revoke", device.label, "--as", worker(0), "--reason",
                        "left on the bus")
            type_in(device, slips(numbers, KEPT_APART))
            device("sync")
        for device in self.lost:
            one(device)

    def cut_off(self):
        """The office knows of entries on a device that have not come."""
        proxy = FaultProxy(self.server.port)
        try:
            device = Device(self.folder / "cut-off", "Cut off", [code(0)])
            device.pair(self.server, worker(0), port=proxy.port)
            type_in(device, slips(enroll_two(device), UNSENT))
            proxy.plan(cut={"way": "response", "afterBytes": FIRST_ANSWER_BYTES, "times": CUTS})
            device("sync", "--once", ok=(TEMPORARY_FAILURE,))
        finally:
            proxy.end()


def type_in(device, lines):
    device.run("exchange", "lines", typed=lines)


def enroll_two(device):
    """Two more members; their numbers as people type them."""
    new = [device.record("member", "enroll", "--name", name)
           for name in ("Rosa Weber", "Peter Novak")]
    return [f"{member['code']}-{member['number']}" for member in device.json("member", "list")
            if member["id"] in new]


def slips(numbers, count):
    """Another day and other minutes for each: none looks like another."""
    return "".join(f"{numbers[0]}\t{numbers[1]}\t{1 + n % 90}\t{2015 + n // 300 % 9}-"
                   f"{n // 25 % 12 + 1:02}-{n % 25 + 1:02}\tnote {n}\n" for n in range(count))
