# One browser that asks for pages over one connection and counts the time until each is there.
# Neighbors: pages.py reads a device's pages with it, console.py those of an office.
import http.client
import re
import time
import urllib.parse

# Each page so many times in turn with the others, and all of that again: what disturbs the machine
# for a while then disturbs one round of every page. The best round is the one that counts.
TIMES, ROUNDS = 200, 3
WARM = 10


class Answer:
    """What came, and how many milliseconds it took."""
    def __init__(self, milliseconds, head, body):
        self.milliseconds, self.head, self.body = milliseconds, head, body


class Cost:
    """Of one page: milliseconds, of the rounds the best one, and the bytes of it."""
    def __init__(self, rounds, size):
        self.median = min(at(times, 50) for times in rounds)
        self.high = min(at(times, 99) for times in rounds)
        self.size = size


def at(times, percent):
    return sorted(times)[len(times) * percent // 100]


class Reader:
    """Somebody with a cookie at the pages of one origin."""
    def __init__(self, port):
        self.origin = f"http://127.0.0.1:{port}"
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {}

    def ask(self, path):
        start = time.monotonic()
        self.connection.request("GET", path, headers=self.headers)
        head = self.connection.getresponse()
        body = head.read()
        answer = Answer((time.monotonic() - start) * 1e3, head, body)
        self.remember(head)
        return answer

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

    def costs(self, paths):
        """The cost of each, in order."""
        sizes = []
        for path in paths:
            for _ in range(WARM):
                answer = self.page(path)
            sizes.append(len(answer.body))
        rounds = [[[] for _ in paths] for _ in range(ROUNDS)]
        for one in rounds:
            for _ in range(TIMES):
                for path, times in zip(paths, one):
                    times.append(self.ask(path).milliseconds)
        return [Cost(times, size) for times, size in zip(zip(*rounds), sizes)]

    def first_load(self, path):
        """Bytes of a page with what it brings along, as they are sent."""
        return sum(len(self.ask(part).body) for part in (path, "/style.css", "/page.js"))
