"""Pictures that say too much, and a look at what the desk keeps of them."""

from io import BytesIO
from pathlib import Path

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from tickets.pictures.cleaning import THUMBNAIL_SIDE
from tickets.pictures.uploads import received

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
SECRET = b"SECRET"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRET</x:xmpmeta>"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def upload(data: bytes, name: str = "box.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def encoded(image: Image.Image, encoder: str, **options) -> bytes:
    out = BytesIO()
    image.save(out, encoder, **options)
    return out.getvalue()


def photo(size=(64, 32)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[ORIENTATION], made[MAKER] = orientation, "SECRET camera"
    made[GPS] = {1: "N", 2: (12.0, 58.0, 17.0), 3: "E", 4: (77.0, 35.0, 40.0)}
    return made


def talkative() -> dict[str, bytes]:
    """A picture of each kind that says everything it can about who took it where."""
    text = PngInfo()
    text.add_text("Comment", "SECRET")
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return {
        "JPEG": encoded(photo(), "JPEG", exif=exif(), comment=SECRET, icc_profile=PROFILE, xmp=XMP),
        "PNG": encoded(photo(), "PNG", exif=exif(), pnginfo=text, icc_profile=PROFILE),
        "WEBP": encoded(photo(), "WEBP", exif=exif(), icc_profile=PROFILE, xmp=XMP),
        "MPO": encoded(photo(), "MPO", exif=exif(), save_all=True, append_images=[photo()]),
    }


def files() -> list[Path]:
    folder = Path(default_storage.location)
    return [path for path in folder.rglob("*") if path.is_file()]


def taken(data: bytes) -> tuple[Image.Image, bytes]:
    """What the storage holds of an upload, decoded and raw."""
    with received(upload(data)) as picture:
        raw = default_storage.open(picture.name).read()
        small = Image.open(default_storage.open(picture.thumbnail))
        assert (small.format, max(small.size) <= THUMBNAIL_SIDE) == ("WEBP", True)
        image = Image.open(BytesIO(raw))
        image.load()
        assert image.size == (picture.width, picture.height)
        return image, raw
