"""The name of 0.1 for `tickets.privacy.personal_data`, for scripts that import it; it goes with 0.3."""

from tickets.privacy.personal_data import *  # noqa: F403
