"""The whole desk in one file, and back: the embedded database, the pictures, and the key.

A backup is a ZIP with a list of what it holds and the sums of it. It is made while the desk
runs: the database is copied as it stands at one moment, and pictures never change.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

DATABASE = "db.sqlite3"
MEDIA = "media/"
KEY = ".secret-key"
CONTENTS = "contents.json"
FORMAT = 1
CHUNK = 1024 * 1024
# Squeezing a picture again gains nothing
SQUEEZED = {".jpg", ".png", ".webp"}


class BackupError(Exception):
    """The message says why, and what to do instead."""


def database_file() -> Path:
    """Return the file of the embedded database; raise BackupError on a server's."""
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite"):
        raise BackupError(
            "The database is a server's: back it up with its own tool (pg_dump, mongodump), and DATA_DIR/media with yours. "
            "See docs/operations.md."
        )
    return Path(database["NAME"])


# --- Backup ------------------------------------------------------------------


def backup(target: Path, progress: Callable[[str, int, int], None] = lambda *_: None) -> dict:
    """Write the desk into a new file, which appears whole or not at all; return what is in it.

    `progress(what, done, total)` is told of the database and of the pictures.
    """
    source = database_file()
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            contents = _write(file, source, progress)
            file.flush()
            os.fsync(file.fileno())
        # Never over another backup
        os.link(draft, target)
    except FileExistsError:
        raise BackupError(f"{target} is there already.") from None
    finally:
        draft.unlink(missing_ok=True)
    return contents


def _write(file, source: Path, progress) -> dict:
    with TemporaryDirectory(dir=settings.DATA_DIR) as folder, zipfile.ZipFile(file, "w") as archive:
        copy = Path(folder) / DATABASE
        progress("database", 0, 1)
        _copy_database(source, copy)
        sums = {DATABASE: _add(archive, copy, DATABASE)}
        progress("database", 1, 1)
        # After the database: every picture that it tells of was there before
        pictures = list(_pictures())
        for done, path in enumerate(pictures, 1):
            progress("pictures", done, len(pictures))
            try:
                sums[MEDIA + path.relative_to(settings.MEDIA_ROOT).as_posix()] = _add(
                    archive, path, MEDIA + path.relative_to(settings.MEDIA_ROOT).as_posix()
                )
            except FileNotFoundError:
                # Erased meanwhile
                continue
        key = settings.DATA_DIR / KEY
        if key.exists():
            sums[KEY] = _add(archive, key, KEY)
        contents = {
            "format": FORMAT,
            "madeAt": datetime.now(UTC).isoformat(timespec="seconds"),
            "sums": sums,
        }
        archive.writestr(CONTENTS, json.dumps(contents, indent=1))
    return contents


def _copy_database(source: Path, copy: Path) -> None:
    """Copy it as it stands at one moment, while others read and write."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as there,
        closing(sqlite3.connect(copy)) as here,
    ):
        # In one go: in WAL mode no writer waits for it, and in portions it would restart with every write
        there.backup(here)
        here.execute("PRAGMA journal_mode = DELETE")


def _pictures() -> Iterator[Path]:
    if not settings.S3_BUCKET:
        yield from sorted(
            path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file() and path.name != ".gitkeep"
        )


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> str:
    """Add a file; return its SHA-256."""
    info = zipfile.ZipInfo.from_file(path, name)
    info.compress_type = zipfile.ZIP_STORED if path.suffix in SQUEEZED else zipfile.ZIP_DEFLATED
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        return _poured(source, target)


def _poured(source, target) -> str:
    summed = hashlib.sha256()
    while chunk := source.read(CHUNK):
        summed.update(chunk)
        target.write(chunk)
    return summed.hexdigest()


# --- Restore -----------------------------------------------------------------


def restore(source: Path, progress: Callable[[str, int, int], None] = lambda *_: None) -> dict:
    """Put a backup into an empty DATA_DIR; return what was in it. Raise BackupError with nothing changed."""
    database = database_file()
    # A key alone is no desk: reading the settings made it just now, and the backup's takes its place
    in_the_way = [path for path in (database, *_pictures()) if path.exists()][:1]
    if in_the_way:
        raise BackupError(
            f"There is a desk already ({in_the_way[0]}). Restore into an empty DATA_DIR, or move this one away."
        )
    with TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        contents = _unpacked(source, Path(folder), progress)
        _check_database(Path(folder) / DATABASE)
        _put_in_place(Path(folder), database)
    return contents


def _unpacked(source: Path, folder: Path, progress) -> dict:
    try:
        with zipfile.ZipFile(source) as archive:
            contents = json.loads(archive.read(CONTENTS))
            if contents["format"] != FORMAT:
                raise BackupError(f"This backup has format {contents['format']}; this desk reads {FORMAT}.")
            for done, (name, expected) in enumerate(contents["sums"].items(), 1):
                progress("files", done, len(contents["sums"]))
                path = folder / name
                if not path.resolve().is_relative_to(folder.resolve()):
                    raise BackupError(f"{name} would be written outside of DATA_DIR.")
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as packed, path.open("wb") as file:
                    if _poured(packed, file) != expected:
                        raise BackupError(f"{name} in this backup is damaged.")
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as reason:
        raise BackupError(f"{source} is no backup of a desk, or it is damaged ({reason}).") from None
    except FileNotFoundError:
        raise BackupError(f"There is no {source}.") from None
    return contents


def _check_database(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as reason:
        found = str(reason)
    if found != "ok":
        raise BackupError(f"The database in this backup is damaged: {found}")


def _put_in_place(folder: Path, database: Path) -> None:
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    for path in sorted((folder / MEDIA).rglob("*")):
        if path.is_file():
            target = settings.MEDIA_ROOT / path.relative_to(folder / MEDIA)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
    if (folder / KEY).exists():
        (folder / KEY).chmod(0o600)
        (folder / KEY).replace(settings.DATA_DIR / KEY)
    (folder / DATABASE).chmod(0o600)
    # Last: where it is, the desk is whole
    shutil.move(folder / DATABASE, database)
