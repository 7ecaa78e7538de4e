# What the scenes share: a community of one neighborhood on the real programs, and what must hold at
# the end. Neighbors: ../community.py drives the programs; each scene beside this file is a program.
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from community import (  # noqa: E402
    BINARIES, COMMAND_SECONDS_MAX, Device, Failed, Server, differences, rows, run)

__all__ = ["BINARIES", "COMMAND_SECONDS_MAX", "Scene", "rows", "run"]


class Scene:
    """One community in a temporary folder: Harbor, its coordinator Rosa, the admin Ada."""

    def __init__(self, folder):
        self.folder = folder
        self.server = Server(folder / "server")
        self.server("neighborhood", "add", "--name", "Harbor", "--code", "HAR")
        for name, role in (("Rosa", "coordinator"), ("Ada", "admin")):
            self.server("worker", "add", "--name", name, "--role", role, "--neighborhood", "HAR")
        self.server.start()

    @staticmethod
    def run(name, main):
        """Plays the scene; ends the program with 0 only if all of it holds."""
        with tempfile.TemporaryDirectory(prefix=f"hourbook-{name}-") as folder:
            scene = Scene(pathlib.Path(folder))
            try:
                main(scene)
                print(f"\n{name}: all of it holds", flush=True)
            except Failed as failure:
                print(f"\n{name}: {failure}", file=sys.stderr)
                sys.exit(1)
            finally:
                scene.server.stop()

    # What people do

    def device(self, label, folder=None, under=(), worker="Rosa", codes=("HAR",)):
        device = Device(folder or self.folder / label, label, list(codes))
        device.under = under
        device.pair(self.server, worker)
        return device

    def folder_of(self, path):
        """A folder that was copied from a device's."""
        return Device(path, path.name, ["HAR"])

    def enroll(self, device):
        for number, name in ((1, "Ana Ruiz"), (2, "Luis Gil")):
            device("member", "enroll", "--neighborhood", "HAR", "--name", name,
                   "--number", number)

    def exchange(self, device, minutes):
        """Records one of so many minutes, on a day of its own; gives its id."""
        return device.record("exchange", "record", "--provider", "HAR-1", "--recipient", "HAR-2",
                             "--minutes", minutes, "--date", f"2026-{1 + minutes // 28 % 12:02}-"
                             f"{1 + minutes % 28:02}")

    def sync(self, *devices):
        for device in devices:
            done = device("sync", "--json")
            self.show(f"{device.label}: {done}")

    # What is seen and must hold

    @staticmethod
    def say(text):
        print(f"\n== {text}", flush=True)

    @staticmethod
    def show(text):
        print("\n".join("   " + line for line in text.rstrip().splitlines()), flush=True)

    def expect(self, holds, what):
        if not holds:
            raise Failed(what)

    @staticmethod
    def minutes(place):
        return sorted(line["minutes"] for line in place.statements()["HAR", "1"]["lines"])

    def expect_minutes(self, expected, *devices):
        """Entries of just these minutes count, each once, on the server and on every device, and
        all of them hold the same."""
        self.say("Every entry is at the office and on every device, once; all hold the same")
        for place in (self.server, *devices):
            counted = self.minutes(place)
            self.expect(counted == sorted(expected),
                        f"{place.name} counts {counted}, not {sorted(expected)}")
        self.expect_equal(*devices)

    def expect_entries(self, count, *devices):
        """So many entries count, each once, and all hold the same."""
        self.say(f"All {count} entries are at the office and on every device, once")
        for place in (self.server, *devices):
            entries = {line["entry"] for statement in place.statements().values()
                       for line in statement["lines"]}
            self.expect(len(entries) == count, f"{place.name} counts {len(entries)}")
        self.expect_equal(*devices)

    def expect_equal(self, *devices):
        found = differences(self.server, list(devices))
        self.expect(not found, "\n".join(found))
        for device in devices:
            self.show(f"{device.label}: " + device("verify").splitlines()[-1])
        self.server("verify")
