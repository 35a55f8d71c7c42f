"""The shop's data: orders, service keys and connections, webhooks, import and export of files."""

from . import orders, systems, webhooks

__all__ = ["orders", "systems", "webhooks"]
