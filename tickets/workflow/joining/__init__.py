"""Two tickets become one, or one becomes two.

merging    two tickets of one customer become one, and come apart again
splitting  a message becomes a ticket of its own, and goes back
"""

from .merging import merge, unmerge
from .splitting import split, unsplit

__all__ = ["merge", "split", "unmerge", "unsplit"]
