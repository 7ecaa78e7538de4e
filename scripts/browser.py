# A browser for scripts: Chromium without a window, driven by Selenium, and the pages of a device in
# it. Neighbors: check-browser says what must hold; community.py runs the programs.
import os
import pathlib
import shutil
import subprocess
import sys

from checking import environment
from community import BINARIES, COMMAND_SECONDS_MAX, ROOT, Failed, free_port

# axe-selenium-python brings rules of 2018, which refuse HTML that is valid since.
REQUIREMENTS = ["selenium==4.51.0", "axe-core-python==0.1.0", "pillow==12.1.1"]
ENVIRONMENT = ROOT / ".build/browser"
WAIT_SECONDS_MAX = 60
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
           "--hide-scrollbars", "--force-prefers-reduced-motion"]


def prepare():
    """Runs the calling script in an environment that has the wanted libraries, made once."""
    python = environment(ENVIRONMENT, REQUIREMENTS)
    if pathlib.Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        os.execv(python, [str(python), *sys.argv])


def chromedriver():
    """Where the machine has it; Selenium would else load one from elsewhere."""
    found = shutil.which("chromedriver")
    if found is None:
        sys.exit("there is no chromedriver; scripts/setup-debian --browser installs it")
    return found


def chromium(language="en", dark=False, width=1280, height=900):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    for option in [*OPTIONS, f"--lang={language}", f"--window-size={width},{height}"]:
        options.add_argument(option)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver()))
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    # A window cannot be as narrow as a phone.
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    driver.implicitly_wait(WAIT_SECONDS_MAX)
    return driver


class Pages:
    """`hourbook serve` of a device."""
    def __init__(self, device, port=0):
        self.port = free_port(port)
        self.process = subprocess.Popen(
            [BINARIES / "hourbook", "serve", "--port", str(self.port), "--data",
             str(device.folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()
        if not self.address.startswith("http://"):
            raise Failed("hourbook serve did not start")

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=COMMAND_SECONDS_MAX)
        self.process.stdout.close()
