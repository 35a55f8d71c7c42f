"""What a laptop may and the internet may not: with DEBUG off a dangerous setting stops the start, or is named."""

import os
import re

import pytest
from django.core.checks import Error

from chatbot.demo import checks as demo_checks
from supportdesk import checks
from tests import factories, forks
from tests.desk import Desk
from tickets.models import Person

STRONG = "yVn4-" + "Qx7_kP2wLm9zTd3R" * 3
SAFE = {
    "DEBUG": False, "SECRET_KEY": STRONG, "JWT_SIGNING_KEY": STRONG, "WIDGET_SIGNING_KEY": "", "RATE_LIMITS": True,
    "ALLOWED_HOSTS": ["desk.example"], "WIDGET_ORIGINS": ["https://shop.example"], "HTTPS": True, "TRUSTED_PROXIES": 1,
    "WORKERS": 1, "REDIS_URL": "",
}  # fmt: skip
ENVIRONMENT = {
    **{key: value for key, value in os.environ.items() if key not in ("DJANGO_SETTINGS_MODULE", "RATE_LIMITS")},
    "DEBUG": "off", "SECRET_KEY": STRONG, "ALLOWED_HOSTS": "desk.example", "WIDGET_ORIGINS": "https://shop.example",
    "TRUSTED_PROXIES": "1", "DATABASE_URL": "sqlite:",
}  # fmt: skip


def found(settings, **changed) -> list[str]:
    for name, value in (SAFE | changed).items():
        setattr(settings, name, value)
    return [each.id for each in checks.production(None)]


def test_a_safe_desk_is_told_nothing(settings):
    assert found(settings) == []


@pytest.mark.parametrize(
    ("changed", "id"),
    [
        ({"ALLOWED_HOSTS": ["localhost", "127.0.0.1"]}, "W005"),
        ({"HTTPS": False}, "W007"),
        ({"TRUSTED_PROXIES": 0}, "W008"),
        ({"RATE_LIMITS": False}, "W009"),
        ({"WORKERS": 4}, "W010"),
    ],
    ids=str,
)
def test_a_doubtful_setting_is_named_and_only_with_debug_off(changed, id, settings):
    assert found(settings, **changed) == [f"supportdesk.{id}"]
    assert found(settings, **changed, DEBUG=True) == []


def test_many_processes_with_redis_and_subdomains_of_the_shop_are_fine(settings):
    assert found(settings, WORKERS=4, REDIS_URL="redis://127.0.0.1/") == []
    assert found(settings, WIDGET_ORIGINS=["https://*.shop.example"]) == []


def test_a_password_that_everybody_knows_is_found_while_it_works(settings, db):
    for name, value in SAFE.items():
        setattr(settings, name, value)
    asha = Person.objects.create_user("agent@demo.test", "demo-agent", role="agent")
    factories.person("Rohan Mehta", email="agent2@demo.test")

    def ids():
        return [
            each.id
            for each in demo_checks.demo_logins(None, databases=["default"])
            if isinstance(each, Error)
        ]

    assert ids() == ["supportdesk.E011"]
    assert demo_checks.demo_logins(None, databases=None) == []
    asha.is_active = False
    asha.save()
    assert ids() == []
    asha.is_active = True
    asha.set_password(factories.PASSWORD)
    asha.save()
    assert ids() == []


@pytest.mark.slow
def test_check_deploy_has_nothing_to_say(tmp_path):
    environment = ENVIRONMENT | {"DATA_DIR": str(tmp_path), "EMAIL_HOST": "mail.example"}
    done = forks.run(["check", "--deploy", "--fail-level", "WARNING"], env=environment)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.slow
def test_a_demo_does_not_become_a_real_desk_with_its_logins(data_dir):
    real = Desk(
        data_dir, **{name: ENVIRONMENT[name] for name in ("DEBUG", "SECRET_KEY", "TRUSTED_PROXIES")}
    )
    real.environment["RATE_LIMITS"] = "on"
    with pytest.raises(RuntimeError, match=re.escape("supportdesk.E011")):
        real.start()
    assert "demo-agent" not in real.log.read_text().partition("SystemCheckError")[2]
