"""The name of 0.1 for `tickets.operations.jobs`, for scripts that import it; it goes with 0.3."""

from tickets.operations.jobs import *  # noqa: F403
