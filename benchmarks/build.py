"""Make the desks that are measured: `python -m benchmarks.build --sizes 1000 30000 --engines sqlite`.

What is there stays; what was interrupted goes on where it was.
"""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")
# The settings are read for the words and the models; the desks are opened one by one
os.environ.setdefault("DATABASE_URL", "sqlite:////nowhere")

import django

django.setup()

from .data import BATCH, Desk
from .stores import STORES, manage

SIZES = (1_000, 30_000, 300_000, 1_000_000)


def ready(store, size: int) -> str:
    """Return the name of the desk of this size, made if it is not there."""
    name, unfinished = str(size), f"{size}-unfinished"
    if store.exists(name):
        return name
    if not store.exists(unfinished):
        store.create(unfinished)
        manage(store.url(unfinished), "migrate", "--verbosity=0")
        manage(store.url(unfinished), "load_demo", "--if-empty")
    began = time.monotonic()

    def tell(what: str) -> None:
        told = f"{store.name} {size:,}: {what}, {time.monotonic() - began:.0f} s"
        print(told.ljust(100), end="\r" if sys.stdout.isatty() else "\n", flush=True)

    with store.filling(unfinished) as filler:
        now, batches = filler.begin(datetime.now(UTC).replace(microsecond=0).isoformat())
        desk = Desk(size, datetime.fromisoformat(now))
        if not batches:
            filler.add(desk.people(), 0)
        for number, batch in enumerate(desk.batches(batches), batches + 1):
            filler.add(batch, number)
            if number % 10 == 0 or number * BATCH >= size:
                tell(f"{min(number * BATCH, size):,} tickets")
        filler.finish(tell)
    store.rename(unfinished, name)
    tell(f"ready, {store.size(name) / 2**20:,.0f} MB")
    return name


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options.add_argument("--engines", nargs="+", choices=STORES, default=list(STORES))
    chosen = options.parse_args()
    for engine in chosen.engines:
        store = STORES[engine]()
        for size in chosen.sizes:
            ready(store, size)


if __name__ == "__main__":
    main()
