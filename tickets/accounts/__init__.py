"""Who signs in and how: pages, second factor, sessions, e-mails with a link to set a password."""
