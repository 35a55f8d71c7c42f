"""Our own pages follow their streams with `static/js/events.js`: they come back, and not all at once."""

import json
import subprocess

from playwright._impl._driver import compute_driver_executable

from tests.desk import ROOT

# Three hundred pages whose stream is cut `failures` times; each tells how long it would wait
PAGES = """
const { listen, FIRST_WORD } = await import(process.argv[1]);
const failures = Number(process.argv[2]);
const waits = [];
globalThis.addEventListener = globalThis.removeEventListener = () => {};
globalThis.document = { hidden: false, addEventListener() {} };
globalThis.setInterval = globalThis.clearInterval = globalThis.clearTimeout = () => {};
globalThis.setTimeout = (go, milliseconds) => { if (milliseconds === FIRST_WORD) return; waits.push(milliseconds); if (waits.length <= failures * 300) queueMicrotask(go); };
for (let page = 0; page < 300; page++) {
  listen({ url: "/events", get: async () => { throw new Error("offline"); }, lastEventId: "7", onEvent() {}, onState() {} });
}
setImmediate(() => { console.log(JSON.stringify(waits.slice(-300))); process.exit(0); });
"""


def waits(failures: int) -> list[float]:
    node = compute_driver_executable()[0]
    command = [
        node,
        "--input-type=module",
        "-e",
        PAGES,
        "--",
        str(ROOT / "static/js/events.js"),
        str(failures),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_pages_that_lose_the_desk_together_try_again_at_different_moments():
    first = waits(0)
    assert len(set(first)) > 290
    assert max(first) > 1.8 * min(first)
    assert max(first) < 3000


def test_a_page_asks_less_and_less_often_and_never_gives_up():
    assert max(waits(1)) > max(waits(0))
    later = waits(12)
    assert len(later) == 300
    assert 30_000 < max(later) < 60_000
