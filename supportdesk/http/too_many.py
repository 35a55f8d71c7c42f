"""The exception behind a 429: raised by whatever limits, answered by the middleware."""

MINUTE = 60


class TooMany(Exception):
    """A rate limit is reached. The message says when to try again, and so does `seconds`."""

    def __init__(self, seconds: int):
        super().__init__(f"Too many attempts. Please try again in {_in_words(seconds)}.")
        self.seconds = seconds


def _in_words(seconds: int) -> str:
    if seconds < 2 * MINUTE:
        return f"{seconds} seconds" if seconds > 1 else "a second"
    return f"{-(-seconds // MINUTE)} minutes"
