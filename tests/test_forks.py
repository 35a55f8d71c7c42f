"""What is forked for a test is a process of its own, as one that was started."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from tests import forks

pytestmark = pytest.mark.slow

TELLS = (
    "import os, sys; from django.contrib.auth.hashers import make_password; "
    "print(os.getsid(0) == os.getpid(), sorted(os.environ), sys.argv[:2], sys.stdin.read(), "
    "make_password('x', 'salt')[:24])"
)


@pytest.mark.skipif(not forks.HELPS, reason="on this system Python starts each of them")
def test_a_forked_command_has_its_own_environment_input_and_outputs(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "SHOP_NAME": "Pantry"}
    done = forks.run(["shell", "--no-imports", "-c", TELLS], env=environment, given="a line")
    names = {*environment, "DJANGO_SETTINGS_MODULE", "TZ"}
    hashed = f"pbkdf2_sha256${forks.ROUNDS}$salt$"
    told = f"False {sorted(names)} ['manage.py', 'shell'] a line {hashed}\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, told, "")
    done = forks.run(["no-such-command"], env=environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Unknown command")
    # The rest of the desk is imported with the settings of the process that needs it
    assert not {"supportdesk", "tickets", "chatbot"} & {
        name.partition(".")[0] for name in forks.LIBRARIES.split()
    }


def test_modules_imported_ahead_read_neither_settings_nor_the_environment():
    """Nor does what those modules import of the desk."""
    code = f"""
import os, sys
import django.conf

class Environment(dict):
    def read(self, *name):
        caller = sys._getframe(1).f_globals["__name__"]
        assert caller.partition(".")[0] not in ("supportdesk", "tickets", "chatbot"), (caller, name)
        return dict.get(self, *name)

    __getitem__ = get = read

os.environ = Environment(os.environ)
from importlib import import_module
for name in {forks.VILLY.split()}:
    import_module(name)
    assert not django.conf.settings.configured, name
"""
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=forks.ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_forked_process_is_ended_by_a_signal_and_leads_its_session(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    waits = "print('here', flush=True); import time; time.sleep(300)"
    with tempfile.TemporaryFile("w+") as output:
        process = forks.start(
            ["shell", "--no-imports", "-c", waits], env=environment, stdout=output, session=True
        )
        assert process.poll() is None
        assert os.getsid(process.pid) == process.pid or sys.platform != "linux"
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(60) == -signal.SIGTERM
        assert process.poll() == -signal.SIGTERM
