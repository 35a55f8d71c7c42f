"""What is forked for a test is a process of its own, as one that was started."""

import os
import signal
import sys
import tempfile

import pytest

from tests import forks

pytestmark = pytest.mark.slow

TELLS = (
    "import os, sys; print(os.getsid(0) == os.getpid(), sorted(os.environ), sys.argv[:2], sys.stdin.read())"
)


@pytest.mark.skipif(not forks.HELPS, reason="on this system Python starts each of them")
def test_a_forked_command_has_its_own_environment_input_and_outputs(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "SHOP_NAME": "Pantry"}
    done = forks.run(["shell", "--no-imports", "-c", TELLS], env=environment, given="a line")
    names = {*environment, "DJANGO_SETTINGS_MODULE", "TZ"}
    told = f"False {sorted(names)} ['manage.py', 'shell'] a line\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, told, "")
    done = forks.run(["no-such-command"], env=environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Unknown command")
    # The libraries alone: the desk is imported with the settings of the process that needs it
    assert not {"supportdesk", "tickets", "chatbot"} & {
        name.partition(".")[0] for name in forks.LIBRARIES.split()
    }


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
