#!/usr/bin/env python
"""Django's command line for supportdesk."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")
    from django.core.management import execute_from_command_line
    from environs import EnvError

    try:
        execute_from_command_line(sys.argv)
    except EnvError as reason:
        # A setting that cannot be read: the sentence names it
        sys.exit(str(reason))
