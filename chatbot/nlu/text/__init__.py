"""The letters and words of a message: its features, its typos put right, the letters that a pattern needs."""
