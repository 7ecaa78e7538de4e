# Looking at pages in a browser: what people touch and type, what holds, and what axe finds.
# Neighbors: check-browser and check-console use it, once browser.prepare() has found Selenium.
import pathlib

import browser
from axe_core_python.selenium import Axe
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

SERIOUS = "serious", "critical"
# Of a window; a picture is as high as its page, and its file's name at most so long.
HEIGHT, NAME_MAX = 640, 100
HOSTILE = "<img src=x onerror=alert(1)>'\"; DROP TABLE event; =1+1"


class Person:
    """Somebody at a browser, whose touches and typed characters are counted. `pages` has the
    address that lets somebody in, and the origin of all of them."""
    def __init__(self, pages, **options):
        self.driver = browser.chromium(**options)
        self.pages = pages
        self.touches = self.characters = 0
        self.driver.get(pages.address)

    def go(self, path):
        self.driver.get(self.pages.origin + path)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        self.driver.implicitly_wait(0)
        found = [e.text for e in self.driver.find_elements(By.CSS_SELECTOR, selector)]
        self.driver.implicitly_wait(browser.WAIT_SECONDS_MAX)
        return found

    def touch(self, selector):
        self.touches += 1
        self.find(selector).click()

    def leave(self, act, *words):
        """Does what leads to another page, and waits for that."""
        self.driver.execute_script("window.isBefore = true")
        act(*words)
        WebDriverWait(self.driver, browser.WAIT_SECONDS_MAX, ignored_exceptions=[
            WebDriverException]).until(lambda driver: driver.execute_script(
                "return !window.isBefore && document.readyState === 'complete'"))

    def type(self, text, *keys):
        self.characters += len(text)
        self.driver.switch_to.active_element.send_keys(text, *keys)

    def press(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)

    def choose(self, typed, then):
        """Types into the field in focus, and takes the first who is found by a key or a touch."""
        field = self.driver.switch_to.active_element.get_attribute("id")
        self.type(typed)
        self.find(f"#{field}-found:not([hidden]) li[aria-selected=true]")
        if then is None:
            self.touch(f"#{field}-found li[aria-selected=true]")
        else:
            self.press(then)

    def end(self):
        self.driver.quit()


def joined(person, passphrase):
    """Somebody who opened an invitation chooses a passphrase, and has signed in."""
    person.find("#passphrase").send_keys(passphrase, Keys.TAB)
    person.leave(person.press, passphrase, Keys.ENTER)
    return person


def link_made(person):
    """An admin makes a pairing link for the first worker and the first neighborhood."""
    person.go("/devices/pair")
    person.touch("[name=worker]")
    person.touch("[name=place]")
    person.leave(person.touch, "main button.main")


def serious(person):
    """What axe finds on the page that somebody looks at."""
    return [f"{one['id']}: {one['nodes'][0]['html']}"
            for one in Axe().run(person.driver)["violations"] if one["impact"] in SERIOUS]


def settings(all_of_them):
    """Languages, light and dark, and widths in which a page is looked at."""
    if not all_of_them:
        return [("en", False, 320)]
    return [(language, dark, width) for language in ("en", "es") for dark in (False, True)
            for width in (320, 1280)]


def resize(person, width, height):
    person.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})


def setting(person, language="en", dark=False, width=960):
    """From here on pages are in a language, by day or by night, in a window that is so wide."""
    person.driver.add_cookie({"name": "language", "value": language, "path": "/"})
    person.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    resize(person, width, HEIGHT)


def look(person, path, **options):
    setting(person, **options)
    person.go(path)


def first(person, path, selector):
    """The path of the first thing that a page leads to; None where it leads to none."""
    person.go(path)
    found = person.driver.execute_script(
        "return document.querySelector(arguments[0])?.getAttribute('href')", selector)
    return found and found.removeprefix(person.pages.origin)


def looked_at(check, options, start, paths):
    """Every page in each setting: `start` opens a browser in one, `paths` are those of the pages
    that it shows, with what each is called."""
    pictures = pathlib.Path(options.pictures) if options.pictures else None
    for language, dark, width in settings(options.all or pictures):
        person = start(language=language, dark=dark, width=width)
        for called, path in paths(person):
            person.go(path)
            name = f"{called}-{language}-{'dark' if dark else 'light'}-{width}"
            found = serious(person)
            check(f"axe finds nothing serious on {name}", not found, found)
            wide = person.driver.execute_script("return document.documentElement.scrollWidth")
            check(f"{name} is no wider than its window", wide <= width, wide)
            if pictures:
                picture(person, pictures, name, width)
        person.end()


def picture(person, folder, name, width):
    folder.mkdir(parents=True, exist_ok=True)
    person.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "deviceScaleFactor": 1, "mobile": False,
        "height": min(2_000, person.driver.execute_script(
            "return document.documentElement.scrollHeight"))})
    person.driver.save_screenshot(str(folder / f"{name[:NAME_MAX]}.png"))
