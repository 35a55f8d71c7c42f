"""Signed webhooks: what happens on tickets, told to other software."""
