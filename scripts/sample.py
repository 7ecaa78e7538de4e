# A sample community in which something has happened: a book of a time bank read in, two devices
# that disagree, a decision, a question, and a lost device that went on recording.
# Neighbors: tour and check-states show it; community.py runs the programs.
from community import FIXTURES, Device, Server

WORKERS = (("Dana", "outreach"), ("Luis", "coordinator"), ("Mira", "admin"))
PASSPHRASE = "lamp river copper tent"
CONFLICTS = 6


class Console:
    """The pages of an office that serves on this machine; whoever has an address may open it."""
    def __init__(self, server):
        self.server = server
        self.origin = f"http://127.0.0.1:{server.port}"
        self.address = self.origin

    def invite(self, worker):
        return self.server.json("accounts", "invite", worker)[0]["link"]


def office(folder, workers=WORKERS, port=0):
    """An office with workers and two neighborhoods, that serves; browsers on this machine need no
    certificate."""
    server = Server(folder / "office", serving=("--plain",), port=port)
    for name, code in (("Harbor", "HAR"), ("Mill Hill", "MIL")):
        server("neighborhood", "add", "--name", name, "--code", code)
    for name, role in workers:
        server("worker", "add", "--name", name, "--role", role, "--neighborhood", "HAR")
    server.start()
    return server


def tablet(server, folder, name="tablet", label="Harbor tablet"):
    """A device of Harbor that two people share; Luis records."""
    device = Device(folder / name, label, ["HAR"])
    device.pair(server, "Dana", "Luis")
    device("worker", "use", "Luis")
    return device


def read_in(device):
    """The book of a time bank, into the book of Harbor."""
    files = [word for name in ("users", "posts", "transfers")
             for word in (f"--{name}", FIXTURES / "harbor" / f"{name}.csv")]
    device("import", "timeoverflow", *files, "--neighborhood", "HAR")
    device("sync")


def two_devices(server, folder):
    """A book, and two devices that disagree about it; the first of them."""
    device = tablet(server, folder)
    read_in(device)
    laptop = Device(folder / "laptop", "Office laptop", ["HAR"])
    laptop.pair(server, "Luis")
    laptop("sync")
    disagree(device, laptop)
    return device


def founded(folder):
    server = office(folder)
    device = two_devices(server, folder)
    decide_and_ask(server)
    device("sync")
    lose(server, folder)
    return server, device


def disagree(device, laptop):
    """Both correct the same entries without having seen each other."""
    for number, line in enumerate(device.json("exchange", "list")[-CONFLICTS:]):
        for one, worker, minutes, reason in ((device, "Dana", 60, "the slip says so"),
                                             (laptop, "Luis", 90, "asked both")):
            one("hours", "amend", line["id"], "--minutes", minutes + number, "--reason", reason,
                "--worker", worker)
    for one in (device, laptop, device):
        one("sync")


def decide_and_ask(server):
    """The first conflict is decided, of the second somebody is asked."""
    shown = sorted(server.conflicts().items(), key=lambda item: item[1]["subject"])
    first, second = [id for id, _ in shown[:2]]
    server("conflicts", "resolve", first, "--as", "Mira",
           "--seen", server.json("digest")[0]["position"], "--take", "B",
           "--reason", "both were asked")
    server("conflicts", "ask", second, "--as", "Mira", "--worker", "Luis",
           "--question", "Was the way there counted?")


def lose(server, folder):
    """A device records after it was taken out of use; that is kept apart."""
    phone = Device(folder / "phone", "Lost phone", ["HAR"])
    phone.pair(server, "Dana")
    phone("member", "enroll", "--name", "Rosa Weber")
    phone("member", "enroll", "--name", "Peter Novak")
    server("devices", "revoke", "Lost phone", "--as", "Mira", "--reason", "left on the bus")
    phone("sync")
