"""How fast the desk is, measured: see docs/performance.md."""
