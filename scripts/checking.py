# What scripts that check something have in common: counting what holds, and an environment with
# exactly the libraries that they want. Neighbors: check-other-client, and browser.py with all that
# looks at pages.
import subprocess
import sys

from community import COMMAND_SECONDS_MAX


class Checks:
    """Counts what holds; says what does not, and with `tells` also what does."""
    def __init__(self, tells=False):
        self.tells = tells
        self.passed, self.failed = 0, 0

    def __call__(self, what, holds, seen=""):
        self.passed, self.failed = self.passed + bool(holds), self.failed + (not holds)
        if not holds:
            print(f"FAILED: {what} {seen}", flush=True)
        elif self.tells:
            print(f"   ok: {what}", flush=True)

    def end(self):
        """Ends the script as its checks did."""
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


def environment(folder, requirements, *options):
    """The Python of an environment with those libraries, made once; `options` are pip's."""
    python = folder / "bin/python"
    wanted = "\n".join(requirements)
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    for command in ([sys.executable, "-m", "venv", "--clear", folder],
                    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                     *options, *requirements]):
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=COMMAND_SECONDS_MAX)
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}\n{folder.name}: its libraries cannot be "
                     "installed; this needs python3-venv and, once, PyPI")
    stamp.write_text(wanted)
    return python
