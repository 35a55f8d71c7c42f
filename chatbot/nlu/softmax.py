"""A softmax over features of a message, read from one trained file. Standard library alone, like `classifier`."""

import json
import struct
from math import exp, sqrt
from typing import Any

from . import classifier


class Softmax:
    """The weights of one trained file: a softmax over `kinds`. `facts` is its header."""

    def __init__(self, data: bytes):
        """Read what `training.packing.packed` wrote."""
        start = len(classifier.MAGIC) + 4
        header_end = start + int.from_bytes(data[len(classifier.MAGIC) : start], "little")
        self.facts = json.loads(data[start:header_end])
        self.kinds: list[str] = self.facts["kinds"]
        # The last column is the squared length of a feature
        self._fields = struct.Struct(f"<{len(self.kinds) + 1}I")
        names_end = header_end + self.facts["names_size"]
        names = data[header_end:names_end].decode().split("\n")
        wide = bytearray(4 * (len(data) - names_end))
        wide[::4] = data[names_end:]
        size = self._fields.size
        rows = (int.from_bytes(wide[at : at + size], "little") for at in range(0, len(wide), size))
        self.rows = dict(zip(names, rows, strict=True))

    def chances(self, found: dict[str, set[str]]) -> list[float]:
        """Return the calibrated chance of each kind, in the order of `kinds`."""
        totals = list(self.facts["biases"])
        for block in self.facts["blocks"]:
            self._add(totals, block, found[block["name"]])
        top, heat = max(totals), self.facts["temperature"]
        weights = [exp((total - top) / heat) for total in totals]
        whole = sum(weights)
        return [weight / whole for weight in weights]

    def _add(self, totals: list[float], block: dict[str, Any], names: set[str]) -> None:
        known = [self.rows[name] for name in names if name in self.rows]
        if not known:
            return
        zero = classifier.ZERO * len(known)
        sums = [
            each - zero for each in self._fields.unpack(sum(known).to_bytes(self._fields.size, "little"))
        ]
        length = 1.0
        if block["normed"]:
            squares = sums[-1] * block["scales"][-1]
            length = sqrt(squares + (len(names) - len(known)) * block["unseen"]) or 1.0
        for column, scale in enumerate(block["scales"][:-1]):
            totals[column] += sums[column] * scale / length
