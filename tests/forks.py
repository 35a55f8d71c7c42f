"""Start `manage.py` from a process that has imported the libraries already: half of the start is saved.

The suite starts over a hundred desks, workers and commands. On Linux they are forked by one helper for each
worker of xdist. Each is a process of its own: session, environment, arguments, output and signals are what it was
given, and settings are read after the fork. Of the desk the helper imports only what Villy reads, which has no
settings. Passwords are hashed by the real hasher, in fewer rounds. Tests about the environment itself use
`subprocess`.
"""

import contextlib
import functools
import gc
import importlib
import json
import os
import re
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HELPS = sys.platform == "linux"
# None of them reads Django's settings when it is imported: there are none here, and it would fail
LIBRARIES = """
    PIL.ImageOps PIL.JpegImagePlugin PIL.PngImagePlugin PIL.WebPImagePlugin a2wsgi brotli
    cryptography.x509 django.contrib.auth.hashers fido2.server cryptography.hazmat.primitives.asymmetric.ec
    cryptography.hazmat.primitives.serialization http_ece httpx imap_tools django.contrib.admin.options
    django.contrib.postgres.fields django.contrib.staticfiles.storage django.core.handlers.asgi
    django.core.mail django.core.management.base django.core.serializers.json
    django.db.backends.postgresql.base django.db.backends.sqlite3.base django.db.migrations.executor
    django.middleware.csrf django.template.backends.jinja2 django.views.debug inflection
    jinja2.ext jsonschema jwt lucide lxml.html markdown_it multiprocessing.spawn nh3 prometheus_client
    psycopg_pool pymongo quotequail rapidfuzz.process redis requests sqlparse standardwebhooks
    uvicorn.main uvicorn.protocols.http.httptools_impl whitenoise yaml
"""
ROUNDS = 1000
# Functions of text and of files beside them, without Django
VILLY = """
    chatbot.dialogue.plain_text chatbot.dialogue.reading.subjects chatbot.helpcentre.markdown chatbot.nlu.asked chatbot.nlu.classifier
    chatbot.nlu.dialogue_acts chatbot.nlu.text.needed_letters
    chatbot.nlu.cues.himself chatbot.nlu.cues.issue_cues chatbot.nlu.cues.occasions chatbot.nlu.cues.order_cues
    chatbot.nlu.cues.trigger_phrases chatbot.nlu.cues.turn_cues chatbot.nlu.retrieval chatbot.sources.product_facts
"""


class Forked:
    """What `subprocess.Popen` is to others."""

    def __init__(self, connection: socket.socket, arguments: list[str]):
        self.connection, self.args = connection, arguments
        self.returncode: int | None = None
        self.answers = connection.makefile("r")
        self.pid = int(self.answers.readline())

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self.connection, selectors.EVENT_READ)
                if not selector.select(timeout):
                    raise subprocess.TimeoutExpired(self.args, timeout or 0)
            # Without a helper there is no status, nor a process that could be waited for
            self.returncode = int(self.answers.readline() or -signal.SIGKILL)
            self.answers.close()
            self.connection.close()
        return self.returncode

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, how: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, how)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(arguments: list[str], *, env: dict, stdout, stderr=None, stdin=None, session: bool = False):
    """Start `manage.py` with these arguments; `stderr` goes to `stdout` if not given."""
    if not HELPS:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=stdin or subprocess.DEVNULL, stdout=stdout,
            stderr=stderr or subprocess.STDOUT, start_new_session=session,
        )  # fmt: skip
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(_helper())
    wanted = json.dumps({"arguments": arguments, "environment": env, "session": session}).encode()
    with open(os.devnull) as nothing:
        files = [stdin or nothing, stdout, stderr or stdout]
        socket.send_fds(connection, [wanted + b"\n"], [file.fileno() for file in files])
        return Forked(connection, arguments)


def run(
    arguments: Iterable, *, env: dict, timeout: float = 300, given: str = ""
) -> subprocess.CompletedProcess:
    """Run `manage.py` to its end, as `subprocess.run(..., capture_output=True, text=True)` does."""
    arguments = [str(each) for each in arguments]
    with (
        tempfile.TemporaryFile("w+") as stdin,
        tempfile.TemporaryFile("w+") as stdout,
        tempfile.TemporaryFile("w+") as stderr,
    ):
        stdin.write(given)
        stdin.seek(0)
        process = start(arguments, env=env, stdin=stdin, stdout=stdout, stderr=stderr)
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
        said = [file.seek(0) or file.read() for file in (stdout, stderr)]
    return subprocess.CompletedProcess(["manage.py", *arguments], code, *said)


@functools.cache
def _helper() -> str:
    """Start the helper and return the address of its socket. It ends when this process does."""
    address = str(Path(tempfile.mkdtemp(prefix="desk-forks-")) / "socket")
    # Nothing is written to the pipe: that it is closed is how the helper learns of our end
    helper = subprocess.Popen(
        [sys.executable, __file__, address],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        env={key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"},
    )  # fmt: skip
    assert helper.stdout.readline() == b"ready\n"
    _helper.process = helper
    return address


# --- The helper -------------------------------------------------------------------


def serve(address: str) -> dict:
    """Fork as often as asked. Only a child returns: what it is to be."""
    for name in LIBRARIES.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    _wake_villy()
    # A million rounds are a third of a second of processor at each sign-in, and for each person of the demo shop
    sys.modules["django.contrib.auth.hashers"].PBKDF2PasswordHasher.iterations = ROUNDS
    gc.collect()
    gc.freeze()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    woken, wakes = socket.socketpair()
    for end in (woken, wakes):
        end.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, socket.socket] = {}
    selector = selectors.DefaultSelector()
    for source in (listener, woken, sys.stdin):
        selector.register(source, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                Path(address).unlink()
                Path(address).parent.rmdir()
                os._exit(0)
            if key.fileobj is woken:
                woken.recv(4096)
                _report(children)
                continue
            connection, _ = listener.accept()
            wanted, files = _read(connection)
            if pid := os.fork():
                children[pid] = connection
                for number in files:
                    os.close(number)
                continue
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            selector.close()
            if wanted["session"]:
                os.setsid()
            # Only now: its group may be sent a signal at once
            connection.sendall(f"{os.getpid()}\n".encode())
            for each in (listener, woken, wakes, connection, *children.values()):
                each.close()
            return wanted | {"files": files}


def _wake_villy() -> None:
    """Read the model and compile the phrases: a quarter of what a desk computes before it listens."""
    sys.path.insert(0, str(ROOT))
    for name in VILLY.split():
        importlib.import_module(name)
    sys.modules["chatbot.nlu.cues.turn_cues"].compile_phrases()
    sys.modules["chatbot.nlu.classifier"].classify("where is my order?")
    sys.modules["chatbot.nlu.asked"].asked("where is my order?")
    sys.modules["chatbot.nlu.dialogue_acts"].read(
        "where is my order?", sys.modules["chatbot.nlu.dialogue_acts"].Before()
    )
    _compile_patterns()
    sys.path.remove(str(ROOT))
    # A module that has read settings would have read those of the helper
    assert not sys.modules["django.conf"].settings.configured


def _compile_patterns() -> None:
    """Compile what a desk compiles before it listens: a fork that has settings tells the patterns.

    Each desk compiles its own all the same, out of what `re` and the cache of needed letters hold by then.
    """
    letters = sys.modules["chatbot.nlu.text.needed_letters"]
    re._MAXCACHE = 10_000
    letters.needed_by = functools.cache(letters.needed_by)
    ours, theirs = os.pipe()
    if not os.fork():
        with os.fdopen(theirs, "w") as told:
            _tell_patterns(told)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as told:
        compiled, phrases = json.load(told)
    os.wait()
    for pattern, flags in compiled:
        re.compile(pattern, flags)
    for pattern, flags in phrases:
        letters.needed_by(pattern, flags)


def _tell_patterns(told) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "supportdesk.settings", "DATABASE_URL": "sqlite:", "DEBUG": "on",
    }  # fmt: skip
    importlib.import_module("django").setup()
    importlib.import_module("supportdesk.urls")
    phrases = [
        (each.pattern, each.flags) for each in sys.modules["chatbot.nlu.cues.turn_cues"].Phrases.waiting
    ]
    json.dump([[(key[1], key[2]) for key in re._cache if key[0] is str], phrases], told)


def _read(connection: socket.socket) -> tuple[dict, list[int]]:
    said, files, _, _ = socket.recv_fds(connection, 65536, 3)
    while not said.endswith(b"\n"):
        said += connection.recv(65536)
    return json.loads(said), files


def _report(children: dict[int, socket.socket]) -> None:
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            connection = children.pop(ended[0])
            # The test may not want to know
            with contextlib.suppress(OSError):
                connection.sendall(f"{os.waitstatus_to_exitcode(ended[1])}\n".encode())
            connection.close()


def become(wanted: dict) -> None:
    """Run `manage.py` in this process."""
    for number, file in enumerate(wanted["files"]):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    # TMPDIR may be another
    tempfile.tempdir = None
    sys.argv = ["manage.py", *wanted["arguments"]]
    # As when it is started: `tests/`, where this file is, is on no path
    sys.path[0] = str(ROOT)
    runpy.run_path("manage.py", run_name="__main__")


if __name__ == "__main__":
    become(serve(sys.argv[1]))
