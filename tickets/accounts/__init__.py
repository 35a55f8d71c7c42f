"""Who signs in and how: pages, second factor, sessions, letters with a link to set a password."""
