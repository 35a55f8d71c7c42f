"""Pictures that do not arrive, and a disk that takes no more."""

import os
import shutil
import socket
import subprocess
import time
from io import BytesIO
from pathlib import Path

import psutil
import pytest
from PIL import Image


def a_picture(side: int = 900) -> bytes:
    """Noise, so that it stays large."""
    out = BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(out, "PNG")
    return out.getvalue()


def files_in(*folders: Path) -> set[Path]:
    return {path for folder in folders for path in folder.rglob("*") if path.is_file()}


def open_files(desk) -> list[str]:
    """What the desk has open beside its database and its log: an upload's temporary file has no name any more."""
    process = psutil.Process(desk.process.pid)
    links = [os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{process.pid}/fd")]
    return [link for link in links if "(deleted)" in link]


def ticket_of(client) -> str:
    return client.post("/api/support/create", json={"message": "It leaked"}).raise_for_status().json()["id"]


# --- Cut off -----------------------------------------------------------------


@pytest.fixture
def temporary(desk, tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    desk.environment["TMPDIR"] = str(folder)
    return folder


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_an_upload_that_is_cut_off_leaves_no_file_and_no_message(desk, temporary, share):
    desk.start()
    guest = desk.as_guest()
    ticket, picture = ticket_of(guest), a_picture()
    # More than is kept in memory
    assert len(picture) * 0.5 > 1024 * 1024
    frame = (
        b'--cut\r\nContent-Disposition: form-data; name="image"; filename="box.png"\r\n\r\n%b\r\n--cut--\r\n'
        % picture
    )
    head = (
        f"POST /api/support/{ticket}/message HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: {guest.headers['Authorization']}\r\n"
        f"Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {len(frame)}\r\n\r\n"
    )
    before = files_in(desk.data_dir / "media", temporary)
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", desk.port)) as sending:
            sending.sendall(head.encode() + frame[: int(len(frame) * share)])
    deadline = time.monotonic() + 30
    while open_files(desk) or files_in(desk.data_dir / "media", temporary) != before:
        assert time.monotonic() < deadline, (open_files(desk), files_in(temporary))
        time.sleep(0.05)
    shown = guest.get(f"/api/support/{ticket}").json()["messages"]
    assert [line["sender"] for line in shown] == ["customer", "system"]
    # Whole, it is taken
    taken = guest.post(f"/api/support/{ticket}/message", files={"image": ("box.png", picture)})
    assert taken.status_code == 201


# --- Full --------------------------------------------------------------------

# A little disk of its own for the pictures, in a namespace that ends with the desk
LITTLE_DISK = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
MOUNTED = 'mount -t tmpfs -o size=300k disk "$DATA_DIR/media" && exec "$@"'


def may_mount(folder: Path) -> bool:
    if not shutil.which("unshare"):
        return False
    command = [*LITTLE_DISK, 'mount -t tmpfs -o size=300k disk "$0"', str(folder)]
    return subprocess.run(command, capture_output=True).returncode == 0


def test_a_full_disk_for_pictures_is_507_without_half_a_ticket_and_text_goes_on(desk, tmp_path):
    if not may_mount(tmp_path):
        pytest.skip(
            "this system lets only root mount a disk; test_uploads.py tells the desk that it is full"
        )
    shutil.rmtree(desk.data_dir / "media", ignore_errors=True)
    (desk.data_dir / "media").mkdir()
    desk.command = [*LITTLE_DISK, MOUNTED, "sh", *desk.command]
    desk.start()
    guest, picture = desk.as_guest(), a_picture(500)
    ticket = ticket_of(guest)
    address, image = f"/api/support/{ticket}/message", {"image": ("box.png", picture)}

    refused = guest.post(address, data={"message": "Look"}, files=image)
    assert (refused.status_code, refused.json()["code"]) == (507, "no_room")
    opened = guest.post("/api/support/create", data={"message": "Look"}, files=image)
    assert (opened.status_code, opened.json()["code"]) == (507, "no_room")
    assert [row["id"] for row in guest.get("/api/support/").json()["results"]] == [ticket], "no half ticket"
    health = guest.get("/healthz")
    assert (health.status_code, health.json()["media"]) == (200, "ok"), (
        "what was written of it is gone again"
    )

    assert guest.post(address, json={"message": "No picture, then"}).status_code == 201
    small = {"image": ("box.png", a_picture(40))}
    assert guest.post(address, files=small).status_code == 201, "there is room for a small one"
    texts = [line["message"] for line in guest.get(f"/api/support/{ticket}").json()["messages"]]
    assert texts[2:] == ["No picture, then", ""]


def test_a_full_disk_for_everything_is_a_calm_503_and_what_was_acknowledged_stays(desk, tmp_path):
    if not may_mount(tmp_path):
        pytest.skip("this system lets only root mount a disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sum(path.stat().st_size for path in files_in(desk.data_dir)) + 2 * 1024 * 1024
    desk.environment |= {"DATA_DIR": str(disk), "KEPT": str(desk.data_dir), "SIZE": str(size)}
    copied = 'mount -t tmpfs -o "size=$SIZE" disk "$DATA_DIR" && cp -r "$KEPT"/. "$DATA_DIR" && exec "$@"'
    desk.command = [*LITTLE_DISK, copied, "sh", *desk.command]
    desk.start()
    guest = desk.as_guest()
    ticket, acknowledged = ticket_of(guest), []
    while True:
        words = f"{len(acknowledged)} " + "x" * 3900
        said = guest.post(f"/api/support/{ticket}/message", json={"message": words, "clientId": words[:9]})
        if said.status_code != 201:
            break
        acknowledged.append(words)
    assert (said.status_code, said.json()["code"], said.headers["Retry-After"]) == (503, "away", "5")
    stored = guest.get(f"/api/support/{ticket}").json()["messages"][2:]
    assert acknowledged
    assert [line["message"] for line in stored] == acknowledged
    assert guest.get("/healthz").json()["media"].startswith("failing (No space left")
