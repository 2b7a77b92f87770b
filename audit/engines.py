"""Drive Chromium, Firefox and WebKit through one interface, for `make audit`."""

import io
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Playwright
from selenium.common.exceptions import NoSuchFrameException
from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from audit.browse import Scheme, chromium
from audit.engine import HEIGHT, READY, Engine, as_async, codes, program


class Chromium(Engine):
    """Debian's Chromium, driven by Playwright."""

    name = "Chromium"

    def __init__(self, playwright: Playwright) -> None:
        super().__init__()
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        self.resources.callback(browser.close)
        self.page = browser.new_page()

    def show(self, width: int, height: int, scheme: Scheme) -> None:
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=scheme)

    def load(self, url: str) -> None:
        self.page.goto(url)

    def run(self, script: str, *arguments: object) -> Any:
        body = f"list => (async function () {{ {script} }}).apply(null, list)"
        return self.page.evaluate(body, list(arguments))

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def type(self, selector: str, text: str) -> None:
        field = self.page.locator(selector).first
        field.press("Control+a")
        field.press_sequentially(text)

    def press(self, keys: str) -> None:
        self.page.keyboard.press(keys)

    def picture(self) -> bytes:
        return self.page.screenshot(full_page=True)


class Firefox(Engine):
    """Debian's Firefox, driven by Mozilla's Marionette client: there is no other driver in Debian.

    Its windows cannot be narrower than 450 pixels, but the part that shows the page can.
    """

    name = "Firefox"

    def __init__(self) -> None:
        super().__init__()
        # It imports much that is deprecated, so only `make audit` imports it.
        from marionette_driver.marionette import Marionette

        # In a folder of this run: the client deletes an old log first, even if that is /dev/null.
        log = self.resources.enter_context(tempfile.TemporaryDirectory())
        # Scroll bars that take no room, as on phones and in the other two.
        prefs = {"ui.useOverlayScrollbars": 1}
        self.client = Marionette(
            bin=program("Firefox", ["firefox-esr", "firefox"], "firefox-esr"),
            app="fxdesktop",  # otherwise it asks Firefox, and prints the answer
            gecko_log=log,
            port=0,  # any that is free
            headless=True,
            prefs=prefs,
        )
        self.resources.callback(self.client.cleanup)
        self.client.start_session()

    def show(self, width: int, height: int, scheme: Scheme) -> None:
        self.screen = [width, height, scheme]
        with self.client.using_context("chrome"):
            self.client.execute_script(FIREFOX_SCREEN, self.screen)

    def load(self, url: str) -> None:
        self.client.navigate(url)
        # Firefox may have replaced what shows the page.
        with self.client.using_context("chrome"):
            self.client.execute_script(FIREFOX_SCREEN, self.screen)

    def run(self, script: str, *arguments: object) -> Any:
        # Without a sandbox, the script runs as the page's own scripts do.
        return self.client.execute_script(as_async(script), arguments, sandbox=None)

    def click(self, selector: str) -> None:
        self.client.find_element("css selector", selector).click()

    def type(self, selector: str, text: str) -> None:
        field = self.client.find_element("css selector", selector)
        field.send_keys(codes("Control+a"))
        field.send_keys(text)

    def press(self, keys: str) -> None:
        self.client.get_active_element().send_keys(codes(keys))

    def picture(self) -> bytes:
        picture: bytes = self.client.screenshot(format="binary", full=True)
        return picture


FIREFOX_SCREEN = """
    const [width, height, scheme] = arguments;
    const { style, browsingContext } = gBrowser.selectedBrowser;
    style.minWidth = style.maxWidth = style.width = `${width}px`;
    style.minHeight = style.maxHeight = style.height = `${height}px`;
    browsingContext.prefersColorSchemeOverride = scheme;
"""


class WebKit(Engine):
    """WebKitGTK's MiniBrowser, driven by Selenium, on a virtual screen."""

    name = "WebKit"

    def __init__(self) -> None:
        super().__init__()
        self.driver_path = program("WebKit", ["WebKitWebDriver"], "webkit2gtk-driver")
        self.display = self.resources.enter_context(virtual_screen())
        self.browser = self.resources.enter_context(ExitStack())
        self.scheme: Scheme | None = None

    def show(self, width: int, height: int, scheme: Scheme) -> None:
        if scheme != self.scheme:
            self.browser.close()
            self.start(scheme)
        self.driver.set_window_size(width, height + self.bar)

    def start(self, scheme: Scheme) -> None:
        """Start the browser. It reads the color scheme and the size of its toolbar only then."""
        config = self.browser.enter_context(tempfile.TemporaryDirectory())
        Path(config, "gtk-3.0").mkdir()
        Path(config, "gtk-3.0/gtk.css").write_text(SMALL_TOOLBAR, encoding="utf-8")
        theme = {"light": "Adwaita", "dark": "Adwaita:dark"}[scheme]
        more = {"DISPLAY": self.display, "XDG_CONFIG_HOME": config, "GTK_THEME": theme}
        service = Service(self.driver_path, env=os.environ | more)
        self.driver = WebKitGTK(options=Options(), service=service)
        self.browser.callback(self.driver.quit)
        self.scheme = scheme
        self.driver.set_window_size(HEIGHT, HEIGHT)
        self.bar = HEIGHT - self.run("return innerHeight")

    def load(self, url: str) -> None:
        self.driver.get(url)

    def run(self, script: str, *arguments: object) -> Any:
        try:
            return self.driver.execute_script(as_async(script), *arguments)
        except NoSuchFrameException:  # the driver took the page that is left for the new one
            return self.driver.execute_script(as_async(script), *arguments)

    def click(self, selector: str) -> None:
        # The scroll bar lies over the page. A click there would hit it instead of what is below.
        self.run("document.documentElement.style.overflow = 'hidden'")
        self.driver.find_element("css selector", selector).click()
        self.run("document.documentElement.style.overflow = ''")

    def type(self, selector: str, text: str) -> None:
        # Otherwise, the driver scrolls the field below what stays at the top.
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        field = self.driver.find_element("css selector", selector)
        field.send_keys(codes("Control+a"))
        field.send_keys(text)

    def press(self, keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(codes(keys))

    def picture(self) -> bytes:
        # A picture shows the window, and a window as high as a long page stays black. So take one
        # picture after the other and put them below each other, without a header in each.
        self.run("document.querySelector('.md-header').style.position = 'static'")
        width, height, whole = self.run(
            "return [innerWidth, innerHeight, document.documentElement.scrollHeight]"
        )
        page = Image.new("RGB", (width, whole))
        for top in range(0, whole, height):
            at = self.run("scrollTo({top: arguments[0], behavior: 'instant'}); return scrollY", top)
            self.run(READY)
            page.paste(Image.open(io.BytesIO(self.driver.get_screenshot_as_png())), (0, round(at)))
        content = io.BytesIO()
        page.save(content, "PNG")
        return content.getvalue()


# The window cannot be narrower than its toolbar, which is wider than a phone.
SMALL_TOOLBAR = "* { font-size: 1px; min-width: 0; padding: 0; margin: 0; border-width: 0; }"


@contextmanager
def virtual_screen() -> Iterator[str]:
    """Start a screen that nobody sees.

    Yields:
        Its name, for the variable `DISPLAY`.
    """
    path = program("Xvfb", ["Xvfb"], "xvfb")
    reading, writing = os.pipe()
    command = [path, "-displayfd", str(writing), "-screen", "0", "2000x1200x24"]
    with subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[writing], stderr=subprocess.DEVNULL
    ) as screen:
        os.close(writing)
        try:
            with os.fdopen(reading) as numbers:
                yield f":{numbers.readline().strip()}"
        finally:
            screen.terminate()


@contextmanager
def engines(playwright: Playwright) -> Iterator[list[Engine]]:
    """Start all three browsers, and close them at the end."""
    makers: list[Callable[[], Engine]] = [lambda: Chromium(playwright), Firefox, WebKit]
    with ExitStack() as stack:
        yield [stack.enter_context(make()) for make in makers]
