"""Progress of a long command: a line that counts up on a terminal, a line every so often in a log."""

from django.core.management.base import OutputWrapper

LINES_IN_A_LOG = 1000


def reporter(out: OutputWrapper):
    """Return `progress(what, done, total)` that writes to this output."""

    def progress(what: str, done: int, total: int) -> None:
        if out.isatty():
            out.write(f"\r{what:10} {done:>9,} / {total:,}", ending="\n" if done == total else "")
            out.flush()
        elif done == total or done % LINES_IN_A_LOG == 0:
            out.write(f"{what} {done:,} / {total:,}")

    return progress
