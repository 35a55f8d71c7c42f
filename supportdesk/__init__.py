"""The desk's settings and what it needs of a server, a database and HTTP; knows no ticket."""

__version__ = "0.2.0"
