# One browser that asks for pages over one connection and counts the time until each is there.
# Neighbors: pages.py reads a device's pages with it, console.py those of an office.
import http.client
import pathlib
import re
import time
import urllib.parse

# Each page so many times in turn with the others, and all of that again: what disturbs the machine
# for a while then disturbs one round of every page. The best round is the one that counts.
TIMES, ROUNDS = 200, 3
WARM = 10


class Answer:
    """What came, how many milliseconds it took, and how many of a processor's."""
    def __init__(self, milliseconds, processor, head, body):
        self.milliseconds, self.processor = milliseconds, processor
        self.head, self.body = head, body

    def times(self):
        """Without what came."""
        return Answer(self.milliseconds, self.processor, None, None)


class Cost:
    """Of one page: milliseconds, of the rounds the best one; those of a processor, at the 99th
    percentile too, which other programs of the machine hardly change; and the bytes of the page."""
    def __init__(self, rounds, size):
        self.median = min(at([one.milliseconds for one in answers], 50) for answers in rounds)
        self.high = min(at([one.milliseconds for one in answers], 99) for answers in rounds)
        self.processor = min(at([one.processor for one in answers], 99) for answers in rounds)
        self.size = size


def at(times, percent):
    return sorted(times)[len(times) * percent // 100]


class Processor:
    """The time that a program has had of the processors, in milliseconds."""
    def __init__(self, pid):
        self.tasks = pathlib.Path(f"/proc/{pid}/task")

    def milliseconds(self):
        return sum(self.of(task) for task in self.tasks.iterdir()) / 1e6

    @staticmethod
    def of(task):
        try:
            return int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            return 0


class Reader:
    """Somebody with a cookie at the pages of one origin, which a process serves."""
    def __init__(self, port, pid):
        self.processor = Processor(pid)
        self.origin = f"http://127.0.0.1:{port}"
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {}

    def ask(self, path):
        had, start = self.processor.milliseconds(), time.monotonic()
        self.connection.request("GET", path, headers=self.headers)
        head = self.connection.getresponse()
        body = head.read()
        taken = (time.monotonic() - start) * 1e3
        self.remember(head)
        return Answer(taken, self.processor.milliseconds() - had, head, body)

    def send(self, path, form):
        """Where the answer leads."""
        self.connection.request(
            "POST", path, urllib.parse.urlencode(form), {
                **self.headers, "Origin": self.origin,
                "Content-Type": "application/x-www-form-urlencoded"})
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 303:
            raise SystemExit(f"{path} was answered {answer.status}")
        self.remember(answer)
        return answer.getheader("Location")

    def remember(self, head):
        """The key that a page gave; others say what a page is headed by, once."""
        for cookie in head.headers.get_all("Set-Cookie") or []:
            if cookie.startswith("hourbook-") and not cookie.split(";")[0].endswith("="):
                self.headers = {"Cookie": cookie.split(";")[0]}

    def link(self, page, beginning):
        """The first address on a page that begins so (a regular expression), of a thing."""
        found = re.search(rf'href="({beginning}[^"/?]+)"', self.page(page).body.decode())
        if found is None:
            raise SystemExit(f"{page} leads to no {beginning}")
        return found[1]

    def page(self, path):
        """One that is there; a page of nothing says so."""
        answer = self.ask(path)
        if answer.head.status not in (200, 404):
            raise SystemExit(f"{path} was answered {answer.head.status}")
        return answer

    def first_load(self, path):
        """Bytes of a page with what it brings along, as they are sent."""
        return sum(len(self.ask(part).body) for part in (path, "/style.css", "/page.js"))


def costs(asked):
    """The cost of each page, in order; of each who asks, and the path."""
    sizes = []
    for reader, path in asked:
        for _ in range(WARM):
            answer = reader.page(path)
        sizes.append(len(answer.body))
    rounds = [[[] for _ in asked] for _ in range(ROUNDS)]
    for one in rounds:
        for _ in range(TIMES):
            for (reader, path), answers in zip(asked, one):
                answers.append(reader.ask(path).times())
    return [Cost(answers, size) for answers, size in zip(zip(*rounds), sizes)]
