#!/usr/bin/env python
"""Django's command line for supportdesk."""

from supportdesk.__main__ import main

if __name__ == "__main__":
    main()
