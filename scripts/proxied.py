# The fault proxy for scripts and Benchmarks: started before a server, told what to do, asked what
# it counted. Neighbors: fault-proxy is the program; cut-sync and Benchmarks/lines.py use this.
import json
import pathlib
import subprocess

END_SECONDS_MAX = 30


class FaultProxy:
    """Listens on `port` while it is used as a context, and hands on to another port."""

    def __init__(self, target):
        program = pathlib.Path(__file__).resolve().parent / "fault-proxy"
        self.process = subprocess.Popen([program, str(target)], text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=END_SECONDS_MAX)
        self.process.stdout.close()

    def plan(self, **plan):
        """For connections from now on; gives what was counted under the plan before."""
        return self._say(json.dumps(plan))

    def counts(self):
        """Since the plan."""
        return self._say("")

    def _say(self, line):
        self.process.stdin.write(line + "\n")
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer
