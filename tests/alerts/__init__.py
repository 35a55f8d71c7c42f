"""Alerts of agents."""
