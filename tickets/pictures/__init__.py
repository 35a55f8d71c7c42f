"""Pictures from outside.

`repair` takes what is not the picture out of a file, `cleaning` makes of its pixels a
new one, `process` does so in a process of its own with a bound on time and memory.
They need no Django: the process starts in a fifth of a second. `uploads` stores what
comes out.
"""
