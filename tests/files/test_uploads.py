"""Pictures from outside: what is left of them, what stays in the storage and what does not."""

import random
import re
import resource
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image, ImageCms

from supportdesk.http.uploads import NO_ROOM
from tests import factories
from tests.files.pictures import SECRET, encoded, exif, files, photo, taken, talkative, upload
from tickets import workflow
from tickets.models import Message, Status, Ticket
from tickets.pictures import cleaning, uploads
from tickets.pictures.cleaning import cleaned
from tickets.pictures.uploads import BadPicture, received
from tickets.workflow import IllegalMove, Mismatch, StaleReply

# --- Taken, and cleaned ------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "becomes"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WEBP"), ("MPO", "JPEG")]
)
def test_nothing_of_a_picture_survives_but_its_pixels(kind, becomes):
    data = talkative()[kind]
    assert SECRET in data
    assert Image.open(BytesIO(data)).format == kind
    image, raw = taken(data)
    assert image.format == becomes
    assert SECRET not in raw
    for marker in (b"Exif", b"EXIF", b"ICC", b"iCCP", b"adobe", b"tEXt", b"MPF"):
        assert marker not in raw
    assert not image.getexif()
    assert not {"icc_profile", "exif", "comment", "xmp"} & image.info.keys()


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP"])
def test_a_phone_held_upright_gives_an_upright_picture(encoder):
    # 6: the camera was turned; the left of what is stored belongs on top
    image, _ = taken(encoded(photo(), encoder, exif=exif(orientation=6)))
    assert image.size == (32, 64)
    top, bottom = image.convert("RGB").getpixel((16, 8)), image.convert("RGB").getpixel((16, 56))
    assert top[0] > 200 > 60 > top[2]
    assert bottom[2] > 200 > 60 > bottom[0]


@pytest.mark.parametrize(
    ("mode", "encoder"),
    [
        ("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("I;16", "PNG"), ("RGBA", "PNG"),
        ("L", "JPEG"), ("CMYK", "JPEG"), ("RGBA", "WEBP"),
    ],
)  # fmt: skip
def test_every_kind_of_pixel_is_taken(mode, encoder):
    image, _ = taken(encoded(Image.new(mode, (40, 30)), encoder))
    assert image.size == (40, 30)


def test_a_grey_of_sixteen_bits_is_as_bright_afterwards():
    image, _ = taken(encoded(Image.new("I;16", (40, 30), 30_000), "PNG"))
    assert image.convert("L").getpixel((5, 5)) == pytest.approx(117, abs=2)


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP"])
def test_exif_that_makes_no_sense_turns_nothing(encoder):
    image, _ = taken(encoded(photo(), encoder, exif=b"nonsense"))
    assert image.size == (64, 32)


def test_transparency_stays():
    image, _ = taken(encoded(Image.new("RGBA", (40, 30), (255, 0, 0, 0)), "PNG"))
    assert image.getpixel((1, 1))[3] == 0


@pytest.mark.parametrize("size", [(3000, 2000), (4000, 1), (1, 4000), (1, 1)])
def test_a_picture_is_made_small_enough_for_a_phone(size):
    image, _ = taken(encoded(Image.new("RGB", size), "PNG"))
    assert image.width * image.height <= cleaning.FULL_AREA
    assert image.size == size or image.width * image.height > 0.99 * cleaning.FULL_AREA


def test_a_long_screenshot_stays_readable():
    image, _ = taken(encoded(Image.new("RGB", (1080, 14_000), "white"), "PNG"))
    assert (image.width >= 600, image.width * image.height <= cleaning.FULL_AREA) == (True, True)
    # Beyond what WebP holds
    image, _ = taken(encoded(Image.new("RGB", (200, 19_000), "white"), "PNG"))
    assert 16_000 < image.height <= 16_383


@pytest.mark.parametrize(
    ("encoder", "mode"), [("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB")]
)
def test_the_colours_of_a_profile_are_converted_and_not_dropped(encoder, mode):
    # In this profile red and green are exchanged: what is not converted looks red
    image = Image.new(mode, (40, 30), (200, 10, 10))
    shown, _ = taken(encoded(image, encoder, icc_profile=EXCHANGED, quality=95))
    red, green, _ = shown.convert("RGB").getpixel((20, 15))
    assert green > 150 > 80 > red
    broken, _ = taken(encoded(image, encoder, icc_profile=b"nonsense" * 20, quality=95))
    assert broken.convert("RGB").getpixel((20, 15))[0] > 150


def exchanged() -> bytes:
    """An sRGB profile whose columns of red and green are exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {
        bytes(profile[at : at + 4]): at
        for at in range(132, 132 + 12 * int.from_bytes(profile[128:132]), 12)
    }
    red, green = tags[b"rXYZ"] + 4, tags[b"gXYZ"] + 4
    profile[red : red + 4], profile[green : green + 4] = profile[green : green + 4], profile[red : red + 4]
    return bytes(profile)


EXCHANGED = exchanged()


def with_png_chunk(name: bytes, data: bytes, *, checksum: int | None = None) -> bytes:
    png = encoded(photo(), "PNG")
    at = png.index(b"IDAT") - 4
    crc = zlib.crc32(name + data) if checksum is None else checksum
    return png[:at] + struct.pack(">I4s", len(data), name) + data + struct.pack(">I", crc) + png[at:]


NOISE = encoded(Image.effect_noise((90, 90), 60), "JPEG")
SOUND = {
    "PNG with a long note": with_png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 3_000_000)),
    "PNG with a long plain note": with_png_chunk(b"tEXt", b"Comment\0" + b"x" * 2_000_000),
    "PNG with a note of a wrong checksum": with_png_chunk(b"tEXt", b"Comment\0hello", checksum=7),
    "PNG with a time of a wrong checksum": with_png_chunk(b"tIME", b"\x07\xea\x0b\x1d\0\0\0", checksum=7),
    "PNG with a profile of a wrong checksum": with_png_chunk(b"iCCP", b"x\0\0" + zlib.compress(b"x"), checksum=7),
    # Those of printers are that long
    "PNG with a long profile": with_png_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(1_500_000))),
    # Not when the tests are collected, which each worker does: half a second
    "PNG with a profile that is a bomb": lambda: with_png_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(50_000_000))),
    "GIF without its last byte": encoded(photo(), "GIF")[:-1],
    "PNG without its last two bytes": encoded(photo(), "PNG")[:-2],
    "PNG without its end": encoded(photo(), "PNG")[:-8],
    "JPEG without its last two bytes": NOISE[:-2],
    "JPEG without its last byte": NOISE[:-1],
    "progressive JPEG without its last two bytes": encoded(photo((300, 200)), "JPEG", progressive=True)[:-2],
    "JPEG with long notes": NOISE[:2] + (b"\xff\xfe\xff\xff" + b"x" * 65_533) * 40 + NOISE[2:],
    "WebP with a note that is cut off": talkative()["WEBP"][:-2],
    "WebP that states too great a length": b"RIFF\xff\xff\x0f\0" + encoded(photo(), "WEBP")[8:],
    "GIF": encoded(photo(), "GIF"),
    "GIF of several frames": encoded(photo(), "GIF", save_all=True, append_images=[Image.new("RGB", (64, 32))]),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_sound_pixels_are_taken_whatever_stands_beside_them(name):
    data = SOUND[name]
    made = cleaned(data() if callable(data) else data)
    shown = Image.open(BytesIO(made.data)).convert("RGB")
    original = Image.effect_noise((90, 90), 60) if "JPEG" in name and "progressive" not in name else None
    if not original:
        assert shown.getpixel((5, 5))[0] > 200 > 60 > shown.getpixel((5, 5))[2]
        return
    # The last rows are there, too
    whole = Image.open(BytesIO(cleaned(NOISE).data))
    assert shown.tobytes() == whole.convert("RGB").tobytes()


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.98])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}], ids=str)
def test_half_a_jpeg_is_no_picture(share, options):
    whole = encoded(Image.effect_noise((200, 200), 60), "JPEG", **options)
    with pytest.raises(BadPicture, match="could not be read"):
        cleaned(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "MPO"])
@pytest.mark.parametrize(
    "payload", [b"<?php system($_GET['c']); ?>", b"<script>alert(1)</script>", b"PK\3\4SECRET"]
)
def test_bytes_after_the_end_of_a_picture_are_cut_off(kind, payload):
    _, raw = taken(talkative()[kind] + payload)
    assert payload not in raw


def test_names_are_random_and_tell_nothing():
    names = set()
    for _ in range(3):
        with received(factories.picture("my address.php.jpg")) as picture:
            names |= {picture.name, picture.thumbnail}
    assert len(names) == 6
    for name in names:
        assert re.fullmatch(r"pictures/[0-9a-f]{2}/[0-9a-f]{32}(\.jpg|-small\.webp)", name)
    assert {uploads.content_type(name) for name in names} == {"image/jpeg", "image/webp"}


# --- What stays behind -------------------------------------------------------


def test_a_picture_that_became_a_message_stays_and_comes_with_it(ticket, priya):
    with received(factories.picture(size=(640, 320))) as picture:
        said = workflow.customer_says(ticket, "Look", by=priya, picture=picture)
    stored = Message.objects.get(pk=said.pk)
    assert (stored.picture.name, stored.thumbnail.name) == (picture.name, picture.thumbnail)
    assert (stored.picture_width, stored.picture_height) == (640, 320)
    assert {path.name for path in files()} == {Path(picture.name).name, Path(picture.thumbnail).name}
    assert Ticket.objects.get(pk=ticket.pk).preview == "Look"


def test_a_picture_alone_is_a_message(ticket, priya):
    with received(factories.picture()) as picture:
        workflow.customer_says(ticket, "", by=priya, picture=picture)
    assert Ticket.objects.get(pk=ticket.pk).preview == "Picture"


def test_no_upload_is_no_picture():
    with received(None) as picture:
        assert picture is None


@pytest.mark.parametrize("used", [True, False])
def test_nothing_stays_when_the_block_fails_or_makes_no_message(used):
    def receive(fails):
        with received(factories.picture()) as picture:
            assert len(files()) == 2
            picture.used = used
            if fails:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        receive(fails=True)
    assert files() == []
    receive(fails=False)
    assert len(files()) == (2 if used else 0)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (StaleReply, {"last_seq": 0}),
        (IllegalMove, {"last_seq": None}),
        (Mismatch, {"last_seq": None, "client_id": "taken"}),
    ],
)
def test_nothing_stays_of_a_reply_that_was_refused(refusal, words, ticket, asha):
    if refusal is IllegalMove:
        workflow.move(ticket, Status.CLOSED, by=asha)
    workflow.add_note(ticket, "first", by=asha, client_id="taken")
    with pytest.raises(refusal), received(factories.picture()) as picture:
        workflow.agent_replies(ticket, "Look", by=asha, picture=picture, **words)
    assert files() == []


def test_a_retry_leaves_one_picture_and_another_picture_is_another_message(ticket, priya, api):
    def send(colour):
        words = {"message": "Look", "clientId": "p-1", "image": factories.picture(colour=colour)}
        return api(priya).post(f"/api/support/{ticket.pk}/message", words, format="multipart")

    first, again, other = send("peru"), send("peru"), send("navy")
    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 409]
    assert first.json() == again.json()
    assert len(files()) == 2


def test_a_full_disk_is_507_without_half_a_message_and_text_goes_on(ticket, priya, api):
    client, path = api(priya), f"/api/support/{ticket.pk}/message"
    noise = upload(encoded(Image.effect_noise((300, 300), 90), "JPEG"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The kernel refuses to let a file grow beyond this, as it does when there is no room
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        answer = client.post(path, {"message": "Look", "image": noise}, format="multipart")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (answer.status_code, answer.json()["code"]) == (507, "no_room")
    assert (files(), ticket.messages.count()) == ([], 2)
    assert client.post(path, {"message": "Then in words"}).status_code == 201


# --- The folder for temporary files ------------------------------------------


@pytest.fixture
def no_temporary_files(settings, tmp_path):
    """What does not stay in memory cannot be kept while it is read."""
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1024
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "gone")


@pytest.mark.usefixtures("no_temporary_files")
def test_a_full_folder_for_temporary_files_is_507_over_the_api_and_text_goes_on(ticket, priya, api):
    client, path = api(priya), f"/api/support/{ticket.pk}/message"
    answer = client.post(path, {"message": "Look", "image": upload(b"x" * 5000)}, format="multipart")
    assert (answer.status_code, answer.json()) == (507, {"detail": NO_ROOM, "code": "no_room"})
    assert ticket.messages.count() == 2
    assert client.post(path, {"message": "Then in words"}).status_code == 201


@pytest.mark.usefixtures("no_temporary_files")
@pytest.mark.parametrize("from_script", [True, False])
def test_a_full_folder_for_temporary_files_is_507_on_the_page_and_text_goes_on(ticket, asha, from_script):
    # With its check of the token, which reads the form before any view does
    client = Client(enforce_csrf_checks=True)
    client.force_login(asha)
    client.get("/support/")
    token = client.cookies["csrftoken"].value
    headers = {"X-CSRFToken": token} | ({"X-Requested-With": "fetch"} if from_script else {})
    path = f"/support/{ticket.pk}/reply"
    answer = client.post(path, {"message": "Look", "image": upload(b"x" * 5000)}, headers=headers)
    assert answer.status_code == 507
    assert NO_ROOM.replace("'", "&#39;" if not from_script else "'") in answer.content.decode()
    assert ticket.messages.count() == 2
    assert client.post(path, {"message": "Then in words"}, headers=headers).status_code in (201, 302)


def test_a_picture_needs_no_folder_for_temporary_files(ticket, priya, api, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "gone")
    noise = encoded(Image.frombytes("RGB", (1100, 900), random.Random(7).randbytes(1100 * 900 * 3)), "PNG")
    assert len(noise) > 2.5 * 1024 * 1024
    words = {"message": "Look", "image": upload(noise)}
    assert (
        api(priya).post(f"/api/support/{ticket.pk}/message", words, format="multipart").status_code == 201
    )
