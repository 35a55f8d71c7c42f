"""People: their form and list, export and erasure, two records of one person, sign-ins."""

from . import person

__all__ = ["person"]
