"""What comes instead of a picture: other files, bombs, and pictures that were broken on purpose."""

import errno
import queue
import random
import shutil
import struct
import threading
import time
import zlib

import pytest
from PIL import Image

from tests.files.pictures import SECRET, encoded, files, photo, taken, talkative, upload
from tickets.pictures import process, uploads
from tickets.pictures.cleaning import MAX_SCANS, cleaned
from tickets.pictures.repair import has_jpeg_end, jpeg_scans, pixels
from tickets.pictures.uploads import BadPicture

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE = {
    "bmp": encoded(photo(), "BMP"),
    "tiff": encoded(photo(), "TIFF"),
    "ico": encoded(photo(), "ICO"),
    "pdf": encoded(photo(), "PDF"),
    "svg": SVG,
    "php": b"<?php system($_GET['c']); ?>",
    "html": b"<html><script>alert(1)</script>",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "gif that is a script": b"GIF89a/*" + b"\0" * 20 + b"*/=alert(1)",
    "script behind a signature": b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "php behind a signature": b"\xff\xd8\xff\xe0<?php system($_GET['c']); ?>",
    "nothing": b"",
    "one byte": b"\xff",
    "zeros": b"\0" * 4096,
    "half a jpeg": (whole := encoded(Image.effect_noise((90, 90), 60), "JPEG"))[: len(whole) // 2],
    "half a png": (whole := encoded(Image.effect_noise((90, 90), 60), "PNG"))[: len(whole) // 2],
    "half a webp": (whole := encoded(Image.effect_noise((90, 90), 60), "WEBP"))[: len(whole) // 2],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(name, ticket, priya, api):
    with pytest.raises(BadPicture, match=r"could not be read as a picture"):
        taken(HOSTILE[name])
    answer = api(priya).post(
        f"/api/support/{ticket.pk}/message",
        {"message": "Look", "image": upload(HOSTILE[name])},
        format="multipart",
    )
    assert answer.status_code == 400
    assert answer.json()["image"][0].endswith(".")
    assert (ticket.messages.count(), files()) == (2, [])


def png(chunks) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def chunks_of(data: bytes):
    at = 8
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        yield name, data[at + 8 : at + 8 + length]
        at += 12 + length


def bomb(width: int, height: int) -> bytes:
    """A PNG of one-bit pixels, all black: a hundred kilobytes that are gigabytes once decoded."""
    row, packer = b"\0" + bytes((width + 7) // 8), zlib.compressobj(1)
    rows = b"".join(packer.compress(row * 100) for _ in range(height // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return png([(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")])


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(30_000, 30_000), (12_000, 9_000), (8_000, 6_300)])
def test_a_bomb_is_refused_before_it_is_decoded(size):
    data = bomb(*size)
    assert len(data) < uploads.settings.UPLOAD_MAX_BYTES
    began = time.thread_time()
    with pytest.raises(BadPicture, match="more than 50 megapixels"):
        cleaned(data)
    assert time.thread_time() - began < 0.2


@pytest.mark.parametrize("size", [(1, 30_000), (30_000, 1)])
def test_a_picture_longer_than_any_camera_makes_is_refused(size):
    with pytest.raises(BadPicture, match="20,000 pixels"):
        taken(encoded(Image.new("1", size), "PNG"))


SCAN, END = b"\xff\xda", b"\xff\xd9"
# Between the scans: a marker without a length whose next bytes read like one, fill bytes, and a restart
HIDING = {
    "nothing": b"",
    "TEM": b"\xff\x01",
    "TEM and a length": b"\xff\x01\xff\x01",
    "fill": b"\xff" * 9,
    "RST": b"\xff\xd3",
}


@pytest.mark.parametrize("between", HIDING.values(), ids=HIDING)
def test_a_jpeg_of_thousands_of_scans_is_refused_before_it_is_decoded(between):
    plain = encoded(photo(), "JPEG", progressive=True)
    assert jpeg_scans(plain) == 10
    at = plain.rindex(SCAN)
    # The last scan again and again: each goes over the whole picture
    scan = between + plain[at : plain.rindex(END)]
    assert jpeg_scans(plain[:at] + scan * 5_000 + END) >= 5_000
    began = time.thread_time()
    with pytest.raises(BadPicture, match="could not be read"):
        cleaned(plain[:at] + scan * 5_000 + END)
    assert time.thread_time() - began < 0.2
    assert jpeg_scans(plain[:at] + scan * (MAX_SCANS - 9) + END) <= MAX_SCANS


@pytest.mark.parametrize("count", [jpeg_scans, has_jpeg_end])
def test_fill_bytes_are_read_once(count):
    """40 kB of them kept a decoder busy for 39 s, when each looked through those behind it."""
    began = time.process_time()
    count(b"\xff\xd8" + b"\xff" * 2_000_000 + b"\0")
    assert time.process_time() - began < 10


def test_a_film_behind_a_picture_is_cut_off_and_not_counted():
    assert taken(encoded(photo(), "JPEG") + SCAN * 1_000)


def slow() -> bytes:
    return encoded(Image.effect_noise((1200, 900), 60), "PNG")


@pytest.fixture
def little_time(monkeypatch):
    """What takes a twentieth of a second of processor time is slow."""
    monkeypatch.setattr(process, "QUICK_SECONDS", 0.05)


@pytest.mark.usefixtures("little_time")
def test_a_picture_that_takes_too_long_ends_its_process_and_the_next_is_taken(monkeypatch):
    monkeypatch.setattr(process, "SLOW_SECONDS", 0.05)
    with pytest.raises(BadPicture, match="takes too long"):
        taken(slow())
    monkeypatch.setattr(process, "QUICK_SECONDS", 9)
    assert taken(encoded(photo(), "PNG"))


@pytest.mark.usefixtures("little_time")
def test_a_picture_that_is_only_slow_is_taken_by_the_decoder_for_slow_ones():
    assert taken(slow())


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("lossless", [True, False])
def test_how_large_a_picture_is_is_read_from_its_first_bytes(encoder, lossless):
    for size in ((64, 32), (700, 301)):
        raw = encoded(photo(size), encoder, lossless=lossless)
        assert pixels(raw) == size[0] * size[1]
        assert pixels(talkative()[encoder]) if encoder != "GIF" else True
    assert [pixels(raw[:length]) for length in (0, 2, 6)] == [0, 0, 0]


def test_a_large_picture_goes_to_the_decoder_for_slow_ones(monkeypatch):
    monkeypatch.setattr(process, "LARGE", 64 * 32 - 1)
    monkeypatch.setattr(process, "_free", queue.Queue())
    assert taken(encoded(photo(), "JPEG"))


def test_a_quick_picture_does_not_wait_for_slow_ones(monkeypatch):
    """Two pictures that took 15 s held both decoders, and every other upload with them."""
    hold, held, seen = threading.Event(), threading.Semaphore(0), []

    class Slow:
        def clean(self, raw, seconds):
            held.release()
            assert hold.wait(60)
            return "slow"

    class Quick:
        def clean(self, raw, seconds):
            if raw == b"slow":
                raise process._TooSlow
            return "quick"

    decoders = queue.Queue()
    for _ in range(process.AT_ONCE):
        decoders.put(Quick())
    monkeypatch.setattr(process, "_free", decoders)
    monkeypatch.setattr(process, "_for_slow_ones", Slow())
    monkeypatch.setattr(process, "SLOW_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(process, "_slow_ones", threading.BoundedSemaphore(process.MOST_SLOW))
    first, second = (threading.Thread(target=lambda: seen.append(process.clean(b"slow"))) for _ in range(2))
    first.start()
    assert held.acquire(timeout=30)
    second.start()
    while process._slow_ones._value:
        assert second.is_alive()
        time.sleep(0.01)
    try:
        assert process.clean(b"quick") == "quick"
        # The threads for uploads are not for waiting: what is one too many is told to come again
        with pytest.raises(process.Busy):
            process.clean(b"slow")
    finally:
        hold.set()
        first.join()
        second.join()
    assert seen == ["slow", "slow"]


def test_a_decoder_that_was_killed_is_started_again():
    assert taken(encoded(photo(), "PNG"))
    for decoder in list(process._free.queue):
        if decoder.process:
            decoder.process.kill()
    assert taken(encoded(photo(), "PNG"))


@pytest.fixture
def fresh_decoder(monkeypatch):
    """One decoder, which was not started yet."""
    decoders: queue.Queue = queue.Queue()
    decoders.put(process.Decoder())
    monkeypatch.setattr(process, "_free", decoders)
    yield
    decoders.get().end()


@pytest.mark.usefixtures("fresh_decoder")
@pytest.mark.parametrize("broken", ["no process", "no pipe", "ends at once"])
def test_a_decoder_that_cannot_start_is_503_and_the_next_try_finds_one(ticket, priya, api, broken):
    def refused(*args, **options):
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    picture = encoded(photo(), "PNG")
    with pytest.MonkeyPatch.context() as patch:
        if broken == "no process":
            patch.setattr(process.subprocess, "Popen", refused)
        elif broken == "no pipe":
            patch.setattr(process, "Pipe", refused)
        else:
            patch.setattr(process.sys, "executable", shutil.which("false"))
        words = {"message": "Look", "image": upload(picture)}
        answer = api(priya).post(f"/api/support/{ticket.pk}/message", words, format="multipart")
        assert (answer.status_code, answer["Retry-After"]) == (503, "10"), answer.content
        with pytest.raises(process.Busy):
            process.clean(picture)
    assert taken(picture)


def test_when_all_decoders_are_at_work_the_next_picture_is_503(ticket, priya, api, monkeypatch):
    monkeypatch.setattr(process, "_free", queue.Queue())
    monkeypatch.setattr(process, "WAIT_SECONDS", 0.01)
    words = {"message": "Look", "image": upload(encoded(photo(), "PNG"))}
    answer = api(priya).post(f"/api/support/{ticket.pk}/message", words, format="multipart")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "busy", "10")
    assert ticket.messages.count() == 2


def test_five_megabytes_are_taken_and_one_byte_more_is_not(settings):
    small = talkative()["JPEG"]
    limit = settings.UPLOAD_MAX_BYTES
    assert limit == 5 * 1024 * 1024
    assert taken(small + bytes(limit - len(small)))
    with pytest.raises(BadPicture, match="larger than 5 MB"):
        taken(small + bytes(limit - len(small) + 1))


def mutations(number: int):
    """Pictures with bytes turned, cut out, repeated, swapped with another's: the same ones every time."""
    chance = random.Random(20260302)
    originals = list(talkative().values())
    for place in range(number):
        data = bytearray(originals[place % len(originals)])
        for _ in range(chance.choice([1, 1, 2, 8])):
            at, length = chance.randrange(len(data)), chance.choice([1, 1, 2, 4, 64])
            match chance.randrange(6):
                case 0:
                    data[at : at + length] = chance.randbytes(length)
                case 1:
                    data[at : at + length] = b"\xff" * length
                case 2:
                    del data[at : at + length]
                case 3:
                    data[at:at] = data[at : at + length]
                case 4:
                    data[at:] = chance.choice(originals)[at:]
                case 5 if len(data) > 200:
                    # Headers are where decoders believe what they read
                    data[chance.randrange(12, 200)] = chance.choice([0, 1, 127, 128, 255])
        yield bytes(data)


def mutated_chunks(number: int):
    """PNGs whose chunks are nonsense with a correct checksum, so that decoders look into them."""
    chance = random.Random(20260303)
    names = [
        b"IHDR",
        b"PLTE",
        b"tRNS",
        b"gAMA",
        b"pHYs",
        b"iCCP",
        b"zTXt",
        b"iTXt",
        b"eXIf",
        b"acTL",
        b"fcTL",
    ]
    original = talkative()["PNG"]
    for _ in range(number):
        chunks = list(chunks_of(original))
        at = chance.randrange(len(chunks))
        name, data = chunks[at]
        match chance.randrange(4):
            case 0:
                chunks[at] = (name, chance.randbytes(chance.choice([0, 1, 3, 13, 40])))
            case 1:
                chunks.insert(
                    max(at, 1), (chance.choice(names), chance.randbytes(chance.choice([0, 1, 26])))
                )
            case 2:
                chunks[at] = (name, data.replace(data[:1], b"\xff", 1))
            case 3:
                del chunks[at]
        yield png(chunks)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_seven_hundred_broken_pictures_raise_nothing_but_a_refusal():
    outcomes = {"taken": 0, "refused": 0}
    for number, data in enumerate([*mutations(400), *mutated_chunks(300)]):
        try:
            raw = cleaned(data).data
        except BadPicture:
            outcomes["refused"] += 1
        else:
            assert SECRET not in raw, number
            outcomes["taken"] += 1
    # Both ways are worth something only if both were gone
    assert min(outcomes.values()) > 40
    assert files() == []
