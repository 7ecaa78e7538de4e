# Books of time banks to import, the same in every run. Neighbors: run and lines.py import them.
import datetime
import random

from community import BINARIES

MEMBERS_EACH = 25
WORDS = ("garden: weeded the beds", "food: soup for the block", "company: played cards",
         "care: sat with the children", "repair: mended a bicycle")


def some_day(chance):
    """Of two years that are past."""
    return (f"202{chance.randrange(4, 6)}-{chance.randrange(1, 13):02}-"
            f"{chance.randrange(1, 29):02}")


def recently(today, days):
    """A day among so many before that one: what the office sums up are months that end today."""
    return lambda chance: str(today - datetime.timedelta(chance.randrange(days)))


def write_book(folder, device, transfers, members=MEMBERS_EACH, day=some_day):
    """Files of one device: its own members, transfers among them."""
    chance = random.Random(device)
    numbers = [device * members + n + 1 for n in range(members)]
    users = [f"{n},2024-01-15,Given{n},Family{n},,1,1960-01-01,555-{n:04},,m{n}@example.org"
             for n in numbers]
    lines = []
    for n in range(transfers):
        payer, provider = chance.sample(numbers, 2)
        lines.append(f"{payer},Member,{provider},Member,{chance.randrange(1, 17) * 900},"
                     f"{day(chance)} 10:00:00,{chance.choice(WORDS)} {n},")
    (folder / f"users-{device}.csv").write_text("\n".join(users) + "\n")
    (folder / f"transfers-{device}.csv").write_text("\n".join(lines) + "\n")
    (folder / f"posts-{device}.csv").write_text("")


def importing(folder, device, number, code):
    """The command that brings in what was written for that number."""
    files = [word for name in ("users", "posts", "transfers")
             for word in (f"--{name}", folder / f"{name}-{number}.csv")]
    return [BINARIES / "hourbook", "import", "timeoverflow", *files, "--neighborhood", code,
            "--data", device.folder]
