"""A new picture from the pixels of an uploaded one.

Nothing of the file survives but its pixels: no EXIF (the orientation is applied first),
no colour profile (the colours are converted to sRGB first), no trailing bytes.
"""

import os
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from . import repair

MAX_PIXELS = 50_000_000
# Pillow keeps a pointer for every line: 1 x 50,000,000 pixels take a gigabyte
MAX_SIDE = 20_000
# A progressive JPEG comes in some ten scans, each over the whole picture; one of 400 KB with thousands of
# empty ones took 138 s to decode
MAX_SCANS = 32
# What is kept: enough to read the label on a parcel, small enough for a phone. The area is
# limited and not the side, so that a long screenshot stays readable
FULL_SIDE = 2560
FULL_AREA = FULL_SIDE * FULL_SIDE
# The largest that WebP can hold
LONGEST_SIDE = 16_383
THUMBNAIL_SIDE = 480

FORMATS = {
    "JPEG": ("jpg", "JPEG"),
    "MPO": ("jpg", "JPEG"),
    "PNG": ("png", "PNG"),
    "WEBP": ("webp", "WEBP"),
    # Its first frame
    "GIF": ("png", "PNG"),
}
# MPO is opened by the reader of JPEG, and Pillow raises KeyError for it as a reader of its own
READERS = ["JPEG", "PNG", "WEBP", "GIF"]
SAVE_OPTIONS = {"JPEG": {"quality": 85}, "PNG": {}, "WEBP": {"quality": 85}}


def N_(sentence: str) -> str:
    """Return the sentence as it is; marks it for the translators, who are not in the process that decodes."""
    return sentence


TOO_MANY_PIXELS = N_("This picture has more than 50 megapixels. Please send a smaller one.")
TOO_LONG = N_("This picture is more than 20,000 pixels wide or high. Please send a smaller one.")
UNREADABLE = N_("This file could not be read as a picture. JPEG, PNG, WebP and GIF pictures work.")
TOO_SLOW = N_("It takes too long to read this picture. Please send a smaller one.")

# Pillow refuses a PNG whose colour profile is longer than a megabyte, as those of printers are; ours is bounded
PngImagePlugin.MAX_TEXT_CHUNK = repair.MAX_BESIDE_BYTES
SRGB = ImageCms.createProfile("sRGB")


class BadPicture(Exception):
    """The upload is not a picture that we take; the message says why, for the person who sent it."""


@dataclass
class Picture:
    """A cleaned picture: its file, a small one (WebP), the size in pixels, the extension of its name."""

    data: bytes
    thumbnail: bytes
    width: int
    height: int
    extension: str


def cleaned(raw: bytes) -> Picture:
    """Decode, turn upright, convert to sRGB, make small enough and encode; raise BadPicture."""
    image, image_format = _decoded(repair.repaired(raw))
    extension, encoder = FORMATS[image_format]
    data = _encoded(image, encoder)
    width, height = image.size
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Picture(data, _encoded(image, "WEBP"), width, height, extension)


def _decoded(raw: bytes) -> tuple[Image.Image, str]:
    try:
        image: Image.Image = Image.open(BytesIO(raw), formats=READERS)
        if image.width * image.height > MAX_PIXELS:
            raise BadPicture(TOO_MANY_PIXELS)
        if max(image.size) > MAX_SIDE:
            raise BadPicture(TOO_LONG)
        is_jpeg = image.format in ("JPEG", "MPO")
        if is_jpeg and repair.jpeg_scans(raw) > MAX_SCANS:
            raise BadPicture(UNREADABLE)
        if is_jpeg and not repair.has_jpeg_end(raw):
            raw = _with_end(raw)
            image = Image.open(BytesIO(raw), formats=READERS)
        image_format, profile = image.format, image.info.get("icc_profile")
        size = _kept_size(*image.size)
        # A JPEG can be decoded at a fraction of its size, for a fraction of the time
        image.draft(None, size)
        # Before anything else: a second load() after a failed one returns garbage, and looking
        # at the EXIF of a PNG makes the first call silently
        image.load()
        image = _upright(image)
        if (image.width > image.height) != (size[0] > size[1]):
            size = size[::-1]
        if image.mode.startswith("I"):
            # 16 bits of grey: what is above 8 would be cut off and not scaled
            image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        if image.mode in ("P", "1", "LA", "PA"):
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image.thumbnail(size)
        image = _in_srgb(image, profile)
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except BadPicture:
        raise
    except Image.DecompressionBombError as reason:
        # Pillow's own limit, far beyond ours, is looked at first
        raise BadPicture(TOO_MANY_PIXELS) from reason
    except Exception as reason:
        # Pillow's decoders raise nearly everything on broken input (OSError, SyntaxError, EOFError,
        # ValueError, AttributeError, TypeError, MemoryError, struct.error ...)
        raise BadPicture(UNREADABLE) from reason
    # Encoders copy comments, profiles and XMP from here
    image.info = {}
    # Known of everything that Image.open() returns
    return image, image_format or ""


def _kept_size(width: int, height: int) -> tuple[int, int]:
    """Return the size that is kept: at most FULL_AREA, and no side above LONGEST_SIDE."""
    scale = min(1.0, (FULL_AREA / (width * height)) ** 0.5, LONGEST_SIDE / max(width, height))
    return max(1, int(width * scale)), max(1, int(height * scale))


def _with_end(raw: bytes) -> bytes:
    """Return a JPEG that was cut off right behind its pixels with its end; raise BadPicture for half a one.

    libjpeg reads on beyond a premature end and invents what is missing. What follows
    complete pixels it ignores: so two different continuations give the same picture
    only if nothing is missing.
    """
    raw = raw.rstrip(b"\xff")
    whole, other = (raw + more + b"\xff\xd9" for more in (b"", b"\x55\xaa\x13\x7e" * 64))
    if _pixels(whole) != _pixels(other):
        raise BadPicture(UNREADABLE)
    return whole


def _pixels(raw: bytes) -> bytes:
    image = Image.open(BytesIO(raw), formats=["JPEG"])
    image.load()
    return image.tobytes()


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        # The pixels are fine; it is only unknown how the camera was held
        return image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in the colours that every screen shows; as it is where its profile is broken."""
    if not profile or image.mode not in ("RGB", "RGBA", "L", "CMYK"):
        return image
    becomes = {"L": "L", "RGBA": "RGBA"}.get(image.mode, "RGB")
    try:
        if image.mode == "L":
            image, becomes = image.copy(), "RGB"
        # A new picture: there is none only where the old one is changed in place
        return (
            ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), SRGB, outputMode=becomes
            )
            or image
        )
    except Exception:
        return image


def _encoded(image: Image.Image, encoder: str) -> bytes:
    if encoder == "JPEG":
        image = image.convert("RGB")
    out = BytesIO()
    image.save(out, encoder, **SAVE_OPTIONS[encoder])
    return out.getvalue()


def limit_resources(address_space: int) -> None:
    """Lower the priority of this process and limit its memory, so that pages are served first."""
    import resource

    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
