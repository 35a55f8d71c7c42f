"""Interfaces that other packages implement and register: channels, suggested replies."""
