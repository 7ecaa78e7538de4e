# A community for scripts: one server and some devices in a temporary folder, driven by their
# commands alone. Neighbors: demo, kill-test and check-oracle use it; it knows no database.
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARIES = pathlib.Path(os.environ.get("HOURBOOK_BUILD", ROOT / ".build/debug"))
FIXTURES = ROOT / "Tests/Fixtures/timeoverflow"
COMMAND_SECONDS_MAX = 300
START_SECONDS_MAX = 60


class Failed(Exception):
    """A command ended otherwise than expected."""


def run(program, *words, ok=(0,), typed=None, under=()):
    """Runs a program to its end; gives what it printed. `typed` is its standard input, `under` the
    words of a program that runs it."""
    command = [*under, str(BINARIES / program), *map(str, words)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False,
        input=typed,
    )
    if done.returncode not in ok:
        shown = " ".join([program, *map(str, words)])
        raise Failed(f"{shown}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def run_quietly(command):
    """A command of some minutes whose progress nobody reads."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=COMMAND_SECONDS_MAX, check=False)
    if done.returncode:
        raise Failed(f"{command[0]} ended with {done.returncode}\n{done.stdout}{done.stderr}")


def rows(text):
    """JSON lines as a list."""
    return [json.loads(line) for line in text.splitlines() if line.strip()]


# Where the programs listen unless they are told otherwise.
OFFICE_PORT, PAGES_PORT = 8420, 8421


def free_port(wanted=0):
    """That one, or any where something else has it."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
        return listener.getsockname()[1]


class Server:
    def __init__(self, folder, community="Riverside Time Bank", serving=(), port=0):
        self.folder = pathlib.Path(folder)
        # More words of `serve`.
        self.serving = serving
        self.port = free_port(port)
        self.process = None
        # Words of a program that runs every command of it, and waits for its end.
        self.under = ()
        self("init", "--community", community)

    def __call__(self, *words, ok=(0,)):
        return run("hourbook-server", *words, "--data", self.folder, ok=ok,
                   under=self.under).stdout

    def json(self, *words):
        return rows(self(*words, "--json"))

    @property
    def log(self):
        return self.folder.parent / f"{self.folder.name}.log"

    def start(self):
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            [
                *self.under,
                BINARIES / "hourbook-server",
                *("serve", "--port", str(self.port), "--data", str(self.folder)),
                *self.serving,
            ],
            stdout=log,
            stderr=log,
        )
        until = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < until:
            with socket.socket() as attempt:
                attempt.settimeout(1)
                if attempt.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
        raise Failed(f"the server did not start; see {log.name}")

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return
        os.kill(self.pid, how)
        self.process.wait(timeout=COMMAND_SECONDS_MAX)
        self.process = None

    @property
    def pid(self):
        pid = self.process.pid
        if not self.under:
            return pid
        return int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def link(self, workers, neighborhoods, port=None):
        """The port is another one where a proxy stands before the server."""
        words = ["pairing-link", "--port", port or self.port]
        for worker in workers:
            words += ["--worker", worker]
        for code in neighborhoods:
            words += ["--neighborhood", code]
        printed = self(*words)
        return next(word for word in printed.split() if word.startswith("hourbook://"))

    def statements(self):
        return {key(line): line for line in self.json("statement", "--all")}

    def digests(self):
        return {s["name"]: (s["size"], s["root"]) for s in self.json("digest")[0]["scopes"]}

    def conflicts(self):
        return {line["id"]: line for line in self.json("conflicts", "list")}

    @property
    def name(self):
        return "server"


class Device:
    def __init__(self, folder, label, codes):
        self.folder = pathlib.Path(folder)
        self.label = label
        self.codes = codes
        # Words of a program that runs every command of it.
        self.under = ()

    def __call__(self, *words, ok=(0,)):
        return self.run(*words, ok=ok).stdout

    def run(self, *words, ok=(0,), typed=None):
        """With what was said beside the output."""
        return run("hourbook", *words, "--data", self.folder, ok=ok, typed=typed,
                   under=self.under)

    def json(self, *words):
        return rows(self(*words, "--json"))

    def pair(self, server, *workers, port=None):
        self("pair", server.link(workers, self.codes, port), "--label", self.label)

    def record(self, *words):
        """Records something; gives the new entry's id."""
        return self.json(*words)[0]["id"]

    def statements(self):
        return {key(line): line for line in self.json("statement", "--all")}

    def digests(self):
        return {s["name"]: (s["size"], s["root"]) for s in self.json("digest")[0]["scopes"]}

    def conflicts(self):
        return {line["id"]: line for line in self.json("conflicts")}

    @property
    def name(self):
        return self.label


def key(statement):
    return statement["code"], statement["number"]


def differences(server, devices):
    """What any device shows otherwise than the server, in sentences; none is a good sign."""
    found = []
    truth = server.statements()
    digests = server.digests()
    conflicts = server.conflicts()
    total = sum(line["given"] - line["received"] for line in truth.values())
    if total:
        found.append(f"server: balances sum to {total} minutes, not 0")
    for device in devices:
        found += statement_differences(device, truth)
        found += digest_differences(device, digests)
        found += conflict_differences(device, conflicts, server)
    return found


def statement_differences(device, truth):
    found = []
    mine = device.statements()
    for account in sorted(set(mine) | {a for a in truth if a[0] in device.codes}):
        for measure in MEASURES:
            here, there = (unnamed(side.get(account, {}).get(measure)) for side in (mine, truth))
            if here != there:
                found.append(
                    f"{device.name}: {measure} of {'-'.join(account)} {unlike(here, there)}"
                )
                break
    if sum(line["given"] - line["received"] for line in mine.values()) and len(
        device.codes
    ) == len({code for code, _ in truth}):
        found.append(f"{device.name}: balances do not sum to 0")
    return found


def unnamed(value):
    """Without the words for people elsewhere, whose names only their own neighborhood has."""
    if not isinstance(value, list):
        return value
    return [{**line, "with": [{**party, "label": ""} for party in line["with"]]} for line in value]


def unlike(here, there):
    """Two values that differ, or the first lines of two lists that do."""
    if isinstance(here, list) and isinstance(there, list):
        if len(here) != len(there):
            return f"are {len(here)}, the server's {len(there)}"
        here, there = next(pair for pair in zip(here, there) if pair[0] != pair[1])
    return f"is {here}, the server's {there}"


MEASURES = ("account", "given", "received", "balance", "contested", "lines")


def digest_differences(device, digests):
    found = []
    mine = device.digests()
    for scope in sorted({"community", *device.codes}):
        if mine.get(scope) != digests.get(scope):
            found.append(
                f"{device.name}: digest of {scope} is {mine.get(scope)}, "
                f"the server's {digests.get(scope)}"
            )
    return found


def conflict_differences(device, conflicts, server):
    held = {line["account"] for line in device.statements().values()}
    entries = {line["entry"] for s in device.statements().values() for line in s["lines"]}
    expected = {
        name: sides(line)
        for name, line in conflicts.items()
        if line["entity"] in held or line["entity"] in entries
    }
    mine = {name: sides(line) for name, line in device.conflicts().items()}
    if mine != expected:
        return [f"{device.name}: open conflicts are {mine}, on the {server.name} {expected}"]
    return []


def sides(conflict):
    return conflict["kind"], sorted(side["leaf"] for side in conflict["sides"])
