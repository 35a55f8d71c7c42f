"""The page Settings with its preview, and holidays: `page` shows it, `forms` checks it."""

from . import page

__all__ = ["page"]
