"""How soon the pages are of use on a slow phone: Chromium with a quarter of the processor, over slow 4G.

    python -m benchmarks.slow_phone

Seconds, the median of the rounds, on a demo shop that it serves itself. Needs what the tests need (`make check`
installs it) and Chromium, or CHROMIUM=/path/to/it. Slow 4G is Lighthouse's: 150 ms and 1.6 Mbit/s. Chromium holds
each answer back for the 150 ms, as on a connection that is open: looking up the name and TLS are not in it.

A phone has its processor to itself. So where the system allows it (root on Linux) the server and Chromium run
ahead of all other work of the machine, which otherwise doubles what the pages take.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from . import servers
from .stores import FOLDER, ROOT

ROUNDS = 7
SLOWER = 4
# Bytes a second, milliseconds
SLOW_4G = {"latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
WANTED = {"desk: first row": 1.0, "desk: live": 2.5, "widget: usable after the click": 2.0}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NOW = "() => performance.now() / 1000"
# Told by the page itself: the driver's own looks at a page lay it out before its style sheet is there, and cost the
# slow processor up to half a second
WATCH = """
  const seconds = {};
  const tell = () => { if (seconds.row && seconds.live) console.info(`measured ${JSON.stringify(seconds)}`); };
  new MutationObserver(() => {
    document.querySelector("[data-ticket] .row-name")?.setAttribute("elementtiming", "row");
    if (document.body?.dataset.live !== "live" || seconds.live) return;
    seconds.live = performance.now() / 1000;
    tell();
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-live"] });
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    // Zero until it is painted
    if (entry.identifier !== "row" || !entry.renderTime || seconds.row) return;
    seconds.row = entry.renderTime / 1000;
    tell();
  })).observe({ type: "element", buffered: true });
"""


@contextmanager
def slow_page(browser: Browser, origin: str, cookies: list) -> Iterator[Page]:
    """A page of a phone that has visited nothing yet."""
    context = browser.new_context(base_url=origin, viewport={"width": 390, "height": 844})
    context.add_cookies(cookies)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_4G})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield page
    context.close()


def dashboard(page: Page) -> dict[str, float]:
    """Seconds from the request until the name in the first row is painted, and until news arrives."""
    page.add_init_script(f"if (window === top) {{ {WATCH} }}")
    with page.expect_console_message(lambda said: said.text.startswith("measured")) as told:
        page.goto("/support/", wait_until="commit")
    found = json.loads(told.value.text.removeprefix("measured"))
    return {"desk: first row": found["row"], "desk: live": found["live"]}


def widget(page: Page) -> dict[str, float]:
    page.goto("/", wait_until="load")
    button = page.get_by_role("button", name="Chat with Villy")
    button.wait_for()
    began = page.evaluate(NOW)
    button.click()
    page.frame_locator("iframe[title*=Villy]").locator("textarea:focus").wait_for()
    return {"widget: usable after the click": page.evaluate(NOW) - began}


def signed_in(browser: Browser, origin: str) -> list:
    context = browser.new_context(base_url=origin)
    page = context.new_page()
    page.goto("/support/login/")
    page.get_by_label("E-mail").fill("agent@demo.test")
    page.get_by_label("Password").fill("demo-agent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/support/")
    cookies = context.cookies()
    context.close()
    return cookies


def run_ahead_of_other_work() -> None:
    """Take the processor before other work of the machine, with all processes that this one starts."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except (AttributeError, PermissionError):
        print("Not allowed to run ahead of other work: a busy machine makes the figures too long.")


def main() -> None:
    run_ahead_of_other_work()
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = servers.free_port()
        environment = os.environ | {"DATA_DIR": folder, "DEBUG": "on", "BACKGROUND_WORK": "off"}
        for command in (
            ["migrate", "--verbosity=0"],
            ["load_demo", "--if-empty"],
            ["collectstatic", "--noinput", "-v0"],
        ):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
        serve = [sys.executable, "manage.py", "serve", "--port", str(port)]
        with (
            servers.process(serve, port, "/healthz", environment, Path(ROOT)),
            sync_playwright() as playwright,
        ):
            measure(
                playwright.chromium.launch(executable_path=path, args=FLAGS), f"http://127.0.0.1:{port}"
            )


def measure(browser: Browser, origin: str) -> None:
    cookies = signed_in(browser, origin)
    taken: dict[str, list[float]] = {name: [] for name in WANTED}
    looks: list[tuple[Callable, list]] = [(dashboard, cookies), (widget, [])]
    # The first round warms the server up
    for turn in range(ROUNDS + 1):
        for look, known in looks:
            with slow_page(browser, origin, known) as page:
                for name, seconds in look(page).items():
                    if turn:
                        taken[name].append(seconds)
    for name, each in taken.items():
        print(
            f"{name:<32} {median(each):5.2f} s  ({min(each):.2f} to {max(each):.2f}; wanted {WANTED[name]})"
        )


if __name__ == "__main__":
    main()
