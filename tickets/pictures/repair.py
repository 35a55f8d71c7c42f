"""Files of pictures without what is not the picture: notes, broken checksums, films behind them.

Decoders refuse sound pixels for what stands beside them: Pillow a PNG whose comment is
longer than a megabyte or has a wrong checksum, and a JPEG without its last two bytes.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Literal

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What a PNG's pixels need, and what is read of the rest: the turn of the camera, the colours
PIXELS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}
BESIDE = {b"iCCP", b"eXIf"}
MAX_BESIDE_BYTES = 4 * 1024 * 1024

WEBP_PIXELS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}
WEBP_BESIDE = {b"ICCP", b"EXIF"}

# The last of the fill bytes and the code of a marker; FF 00 within the pixels is a byte FF. Not \xff+: of a
# megabyte of fill bytes each would look through those behind it
JPEG_MARKER = re.compile(rb"\xff([\x01-\xfe])")
START_OF_SCAN, END = 0xDA, 0xD9
# A frame says how large the picture is (C4, C8 and CC are other things)
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# TEM, RST0 to RST7 and SOI stand alone: libjpeg reads no length after them (jdmarker.c, read_markers)
ALONE = {0x01, *range(0xD0, 0xD9)}


def repaired(raw: bytes) -> bytes:
    """Return the file as its decoder should see it; files of other formats as they are."""
    if raw.startswith(PNG_SIGNATURE):
        return _png(raw)
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return _webp(raw)
    return raw


def pixels(raw: bytes) -> int:
    """Return how many pixels a file says that it has; 0 for one that says nothing."""
    if raw.startswith(PNG_SIGNATURE):
        return _area(raw[16:20], raw[20:24], "big")
    if raw[:4] == b"GIF8":
        return _area(raw[6:8], raw[8:10], "little")
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return _webp_pixels(raw)
    return _jpeg_pixels(raw) if raw[:2] == b"\xff\xd8" else 0


def jpeg_scans(raw: bytes) -> int:
    """Return how often a JPEG goes over the whole picture, read as libjpeg reads it.

    What hangs on behind the end (a film, as some phones append) is not counted.
    """
    at, scans = 2, 0
    while marker := JPEG_MARKER.search(raw, at):
        code = marker[1][0]
        if code == END:
            break
        at = marker.end()
        if code in ALONE:
            continue
        scans += code == START_OF_SCAN
        at += int.from_bytes(raw[at : at + 2])
    return scans


def has_jpeg_end(raw: bytes) -> bool:
    """Return whether the marker of the end comes behind the last scan."""
    at, seen = 2, False
    while marker := JPEG_MARKER.search(raw, at):
        code = marker[1][0]
        if code == END:
            return True
        at = marker.end()
        if code not in ALONE:
            seen = seen or code == START_OF_SCAN
            at += int.from_bytes(raw[at : at + 2])
    return False


def _area(width: bytes, height: bytes, order: Literal["big", "little"]) -> int:
    return int.from_bytes(width, order) * int.from_bytes(height, order)


def _webp_pixels(raw: bytes) -> int:
    if raw[12:16] == b"VP8X":
        return (int.from_bytes(raw[24:27], "little") + 1) * (int.from_bytes(raw[27:30], "little") + 1)
    if raw[12:16] == b"VP8L":
        bits = int.from_bytes(raw[21:25], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    return (int.from_bytes(raw[26:28], "little") & 0x3FFF) * (int.from_bytes(raw[28:30], "little") & 0x3FFF)


def _jpeg_pixels(raw: bytes) -> int:
    at = 2
    while marker := JPEG_MARKER.search(raw, at):
        code, at = marker[1][0], marker.end()
        if code in FRAMES:
            return _area(raw[at + 5 : at + 7], raw[at + 3 : at + 5], "big")
        if code in (START_OF_SCAN, END):
            break
        if code not in ALONE:
            at += int.from_bytes(raw[at : at + 2])
    return 0


def _png(raw: bytes) -> bytes:
    """Keep the chunks of the pixels as they are, others only if they are whole and short; add a missing end."""
    kept, beside, has_end = [PNG_SIGNATURE], 0, False
    for name, chunk, is_whole in _png_chunks(raw):
        if name == b"IEND":
            has_end = True
            break
        if name in PIXELS:
            kept.append(chunk)
        elif (
            name in BESIDE
            and is_whole
            and 0 < (size := _unpacked(name, chunk)) <= MAX_BESIDE_BYTES - beside
        ):
            beside += size
            kept.append(chunk)
    if has_end:
        kept.append(struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND")))
    return b"".join(kept)


def _unpacked(name: bytes, chunk: bytes) -> int:
    """Return how many bytes the decoder makes of a chunk; more than are kept of a bomb, 0 of a broken one."""
    if name != b"iCCP":
        return len(chunk)
    # Its name, NUL, the method of packing, the profile
    packed = chunk[8:-4].partition(b"\0")[2][1:]
    try:
        return len(zlib.decompressobj().decompress(packed, MAX_BESIDE_BYTES + 1))
    except zlib.error:
        return 0


def _png_chunks(raw: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yield name, bytes and whether the checksum fits, up to the end of the file."""
    at = len(PNG_SIGNATURE)
    while at + 8 <= len(raw):
        length, name = struct.unpack(">I4s", raw[at : at + 8])
        chunk = raw[at : at + 12 + length]
        stands = (
            chunk[-4:] == struct.pack(">I", zlib.crc32(chunk[4:-4])) if len(chunk) == 12 + length else False
        )
        yield name, chunk, stands
        at += 12 + length


def _webp(raw: bytes) -> bytes:
    """Keep the chunks of the pixels, and of the others those that are whole; state the length that is there."""
    kept, at, end = [], 12, min(len(raw), 8 + int.from_bytes(raw[4:8], "little"))
    while at + 8 <= end:
        name, length = struct.unpack("<4sI", raw[at : at + 8])
        chunk = raw[at : at + 8 + length]
        is_whole = len(chunk) == 8 + length
        if name in WEBP_PIXELS or (name in WEBP_BESIDE and is_whole):
            kept.append(chunk + b"\0" * (length % 2 and is_whole))
        at += 8 + length + length % 2
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
