"""From fitted heads to the bytes of a model file, one byte a weight. Needs `requirements-train.txt`."""

import json
from typing import Any

import numpy as np

from chatbot.nlu import classifier
from chatbot.nlu.text import features as words

from .vocabulary import EACH_BY_ITSELF, SAY, Heads, SecondOpinion, Vocabulary, unseen_square


def packed(known: Vocabulary, heads: Heads, facts: dict, plain: SecondOpinion | None = None) -> bytes:
    """Return the bytes of a model: magic, size of the header, header, names, one byte a weight."""
    blocks, names, body = _packed_blocks(known.index, known, heads)
    header = facts | {"blocks": blocks, "biases": rounded(heads.biases)}
    if plain:
        more, plain_names, plain_body = _packed_blocks(words.PLAIN_BLOCKS, plain.known, plain.heads)
        header["plain"] = {
            "blocks": more,
            "biases": rounded(plain.heads.biases),
            "temperature": plain.temperature,
        }
        names, body = names + plain_names, body + plain_body
    listed = "\n".join(names).encode()
    header["names_size"] = len(listed)
    head = json.dumps(header, sort_keys=True).encode()
    size = len(head).to_bytes(4, "little")
    return b"".join([classifier.MAGIC, size, head, listed, *body])


def _packed_blocks(
    which: Any, known: Vocabulary, heads: Heads
) -> tuple[list[dict], list[str], list[bytes]]:
    blocks: list[dict] = []
    names: list[str] = []
    body: list[bytes] = []
    start = 0
    for block in which:
        end = start + len(known.index[block])
        facts_of_block, weights = _packed_block(heads.weights[start:end], known, block)
        blocks.append(facts_of_block)
        names.extend(known.index[block])
        body.append(weights)
        start = end
    return blocks, names, body


def _packed_block(weights: np.ndarray, known: Vocabulary, block: str) -> tuple[dict, bytes]:
    rarity = known.rarity[block]
    full = np.column_stack([weights * rarity[:, None] * SAY.get(block, 1.0), rarity**2])
    scales = np.abs(full).max(axis=0, initial=0.0) / 127
    scales[scales == 0] = 1.0
    whole = np.rint(full / scales).astype(int) + classifier.ZERO
    facts = {
        "name": block,
        "normed": block not in EACH_BY_ITSELF,
        "unseen": round(unseen_square(rarity), 5),
        "scales": [float(f"{scale:.6g}") for scale in scales],
    }
    return facts, whole.astype(np.uint8).tobytes()


def rounded(weights: np.ndarray) -> list[float]:
    return [round(float(weight), 5) for weight in weights]
