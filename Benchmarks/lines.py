# What syncing costs over bad lines and after long absence: seconds on a slow line, memory with a
# pile of unsent events, requests and bytes until one differing entry is found.
# Neighbors: run prints these rows; scripts/fault-proxy is the line, and counts.
import json
import sqlite3
import subprocess
import sys
import time

from books import MEMBERS_EACH, importing, write_book
from community import BINARIES, Device, Server, rows
from proxied import FaultProxy

# A satellite or a village: round trip and bandwidth of each device's own line.
SLOW_DEVICES = 4
SLOW_EVENTS = 500
ROUND_TRIP_MILLISECONDS = 600
BITS_PER_SECOND = 30_000
# A pile of unsent events, and a tenth of it to compare with.
PILE_PARTS = 10

# A process of its own, small: a child's peak counts from that of the process it was forked from.
WATCH = """
import json, os, sys, time
start = time.monotonic()
pid = os.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(json.dumps({"seconds": time.monotonic() - start, "megabytes": usage.ru_maxrss / 1024}))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def watched(*words):
    """Seconds and peak megabytes of one run of hourbook, and the JSON that it printed."""
    command = [sys.executable, "-c", WATCH, BINARIES / "hourbook", *words]
    printed = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                             check=True).stdout.splitlines()
    figures = json.loads(printed[-1])
    return figures["seconds"], figures["megabytes"], printed[:-1]


def code(n):
    return f"N{n}"


def town(folder, count, ports):
    """A server with a neighborhood for each device, the device's way to it through its port."""
    folder.mkdir()
    server = Server(folder / "server")
    devices = []
    for n in range(count):
        server("neighborhood", "add", "--name", f"Neighborhood {n}", "--code", code(n))
        server("worker", "add", "--name", f"worker {n}", "--role", "coordinator",
               "--neighborhood", code(n))
    server.start()
    for n, port in enumerate(ports(server)):
        device = Device(folder / f"device-{n}", f"device {n}", [code(n)])
        device.pair(server, f"worker {n}", port=port)
        devices.append(device)
    return server, devices


def record(folder, device, n, events):
    """All of it imported and unsent."""
    write_book(folder, n, events - MEMBERS_EACH)
    subprocess.run([str(word) for word in importing(folder, device, n, code(n))], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def slow_row(folder):
    """Devices that sync side by side, each over a slow line of its own."""
    proxies = []

    def ports(server):
        proxies.extend(FaultProxy(server.port) for _ in range(SLOW_DEVICES))
        return [proxy.port for proxy in proxies]

    server, devices = town(folder / "slow", SLOW_DEVICES, ports)
    for n, device in enumerate(devices):
        record(folder / "slow", device, n, SLOW_EVENTS)
    for proxy in proxies:
        proxy.plan(delayMilliseconds=ROUND_TRIP_MILLISECONDS / 2, bitsPerSecond=BITS_PER_SECOND)
    seconds = side_by_side(devices)
    counts = [proxy.counts() for proxy in proxies]
    for proxy in proxies:
        proxy.end()
    server.stop()
    # The slowest; in the best case nothing waits for an answer but the last request.
    took, least, count = max((s, floor_seconds(c), c) for s, c in zip(seconds, counts))
    return (f"{SLOW_DEVICES} devices send {SLOW_EVENTS} events each, lines of "
            f"{ROUND_TRIP_MILLISECONDS} ms and {BITS_PER_SECOND // 1000} kbit/s",
            f"{took:.1f} s, {count['requestBytes']:,} bytes up, {count['responseBytes']:,} down",
            f"{least:.1f} s")


def floor_seconds(counts):
    """All its bytes at the line's rate, and one round trip."""
    size = counts["requestBytes"] + counts["responseBytes"]
    return size * 8 / BITS_PER_SECOND + ROUND_TRIP_MILLISECONDS / 1000


def side_by_side(devices):
    start = time.monotonic()
    running = {n: subprocess.Popen([BINARIES / "hourbook", "sync", "--data", device.folder],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
               for n, device in enumerate(devices)}
    seconds = {}
    while running:
        for n, process in list(running.items()):
            if process.poll() is None:
                continue
            if process.returncode:
                sys.exit("a sync over a slow line failed")
            seconds[n] = time.monotonic() - start
            del running[n]
        time.sleep(0.01)
    return [seconds[n] for n in sorted(seconds)]


def pile_row(folder, events, floor_rate):
    """One device sends all that it has recorded in a long time, one a tenth of it."""
    counts = (events // PILE_PARTS, events)
    server, devices = town(folder / "pile", len(counts), lambda s: [s.port] * len(counts))
    peaks = []
    for n, (device, count) in enumerate(zip(devices, counts)):
        record(folder / "pile", device, n, count)
        seconds, peak, _ = watched("sync", "--data", device.folder)
        peaks.append(peak)
    server.stop()
    return (f"a device sends {events:,} unsent events",
            f"{seconds:.1f} s, peak {peaks[1]:.0f} MB (of {counts[0]:,}: {peaks[0]:.0f} MB)",
            f"{events / floor_rate:.2f} s")


def repair_row(device, proxy, events):
    """One entry of a device's copy is altered behind its back."""
    device("sync")
    with sqlite3.connect(device.folder / "hourbook.db") as database:
        position = database.execute("SELECT position FROM event WHERE position <= ? "
                                    "ORDER BY position DESC LIMIT 1", (events // 2,)).fetchone()
        database.execute("UPDATE event SET bytes = x'0a0b' WHERE position = ?", position)
    database.close()
    proxy.plan()
    seconds, _, printed = watched("sync", "--repair", "--json", "--data", device.folder)
    counts = proxy.counts()
    done = rows("\n".join(printed))[0]
    device("verify")
    return (f"find and repair one differing entry of {events:,}",
            f"{seconds:.1f} s, {done['requests']} requests, {counts['requestBytes']:,} bytes up, "
            f"{counts['responseBytes']:,} down", "1 request")
