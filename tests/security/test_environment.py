"""Every variable has a form and a range: what does not fit stops every command with one sentence."""

import os
import re
import runpy
import socket
import subprocess
import warnings
from pathlib import Path

import pytest

from supportdesk import env
from tests import forks
from tests.desk import ROOT, free_port

STRONG = "yVn4-" + "Qx7_kP2wLm9zTd3R" * 3
REAL = {"DEBUG": "off", "SECRET_KEY": STRONG, "ALLOWED_HOSTS": "desk.example", "TRUSTED_PROXIES": "1"} | {
    # A desk without a mail server is warned of it
    "EMAIL_HOST": "mail.example"
}

# Variables, and what the sentence says besides the name: (environment, variable, words of the sentence)
WRONG = [
    ({"PORT": "abc"}, "PORT", '"abc"', "from 1 to 65535"),
    ({"PORT": "0"}, "PORT", '"0"', "from 1 to 65535"),
    ({"PORT": "99999"}, "PORT", '"99999"', "from 1 to 65535"),
    ({"PORT": "-1"}, "PORT", '"-1"', "from 1 to 65535"),
    ({"PORT": "8000.5"}, "PORT", '"8000.5"', "whole number"),
    ({"PORT": "८०००"}, "PORT", "८०००", "whole number"),
    ({"PORT": "8_000"}, "PORT", "8_000", "whole number"),
    ({"WORKERS": "0"}, "WORKERS", '"0"', "from 1 to 64"),
    ({"WORKERS": "many"}, "WORKERS", '"many"', "whole number"),
    ({"WORKER_THREADS": "0"}, "WORKER_THREADS", '"0"', "from 1 to 128"),
    ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES", '"-1"', "from 0 to 10"),
    ({"TRUSTED_PROXIES": "10.0.0.1"}, "TRUSTED_PROXIES", '"10.0.0.1"', "whole number"),
    ({"RETENTION_DAYS": "-5"}, "RETENTION_DAYS", '"-5"', "from 0 to"),
    ({"AUDIT_DAYS": "-1"}, "AUDIT_DAYS", '"-1"', "from 0 to"),
    ({"AUTO_CLOSE_DAYS": "-1"}, "AUTO_CLOSE_DAYS", '"-1"', "from 0 to"),
    ({"AUTO_CLOSE_DAYS": "999999999999999999999"}, "AUTO_CLOSE_DAYS", "from 0 to 3650"),
    ({"UNREAD_MAIL_MINUTES": "-10"}, "UNREAD_MAIL_MINUTES", '"-10"', "from 0 to"),
    ({"DEBUG": "maybe"}, "DEBUG", '"maybe"', "on or off"),
    ({"RATE_LIMITS": "maybe"}, "RATE_LIMITS", '"maybe"', "on or off"),
    ({"HTTPS": "https"}, "HTTPS", '"https"', "on or off"),
    ({"BACKGROUND_WORK": "2"}, "BACKGROUND_WORK", '"2"', "on or off"),
    ({"WEBHOOK_PRIVATE": "10.0.0.0/8"}, "WEBHOOK_PRIVATE", "on or off"),
    ({"DATA_DIR": "/dev/null/desk"}, "DATA_DIR", "/dev/null/desk", "folder that can be written to"),
    ({"DATA_DIR": str(ROOT / "manage.py")}, "DATA_DIR", "manage.py", "folder"),
    ({"DATABASE_URL": "mysql://desk@db/desk"}, "DATABASE_URL", "mysql", "postgres://"),
    ({"DATABASE_URL": "desk.sqlite3"}, "DATABASE_URL", "desk.sqlite3", "sqlite:"),
    ({"DATABASE_URL": "sqlite://desk.sqlite3"}, "DATABASE_URL", "sqlite:///path"),
    ({"DATABASE_URL": "sqlite:////no/such/folder/desk.sqlite3"}, "DATABASE_URL", "folder that exists"),
    ({"DATABASE_URL": "postgres://desk:pass@db:99999/desk"}, "DATABASE_URL", "postgres://user:password@host"),
    ({"DATABASE_URL": "postgres://desk:pass@db"}, "DATABASE_URL", "postgres://user:password@host"),
    ({"DATABASE_URL": "mongodb://desk:p@ss@db/desk"}, "DATABASE_URL", "percent-encoded"),
    ({"DATABASE_URL": "mongodb://"}, "DATABASE_URL", "mongodb://user:password@host"),
    ({"REDIS_URL": "localhost:6379"}, "REDIS_URL", "localhost:6379", "redis://"),
    ({"REDIS_URL": "http://localhost:6379"}, "REDIS_URL", "redis or rediss"),
    ({"SECRET_KEY": "two words " * 8}, "SECRET_KEY", "79 characters long", "without spaces"),
    ({"ALLOWED_HOSTS": "https://desk.example"} , "ALLOWED_HOSTS", "https://desk.example", "without scheme"),
    ({"ALLOWED_HOSTS": "localhost:8000"}, "ALLOWED_HOSTS", "localhost:8000", "without scheme and port"),
    ({"ALLOWED_HOSTS": "localhost 127.0.0.1"}, "ALLOWED_HOSTS", "separated by commas"),
    ({"ALLOWED_HOSTS": "localhost/"}, "ALLOWED_HOSTS", "host names"),
    ({"WIDGET_ORIGINS": "https://shop.example/cart"}, "WIDGET_ORIGINS", "/cart", "without a path"),
    ({"WIDGET_ORIGINS": "shop.example"}, "WIDGET_ORIGINS", '"shop.example"', "https://shop.example"),
    ({"WIDGET_ORIGINS": "https://a.example https://b.example"}, "WIDGET_ORIGINS", "separated by commas"),
    ({"WIDGET_ORIGINS": "https://shop.example:99999"}, "WIDGET_ORIGINS", "99999"),
    ({"WIDGET_ORIGINS": "https://shop.example; script-src *"}, "WIDGET_ORIGINS", "origins"),
    ({"WIDGET_ORIGINS": "ftp://shop.example"}, "WIDGET_ORIGINS", "ftp:", "origins"),
    ({"CORS_ORIGINS": "wss://app.example"}, "CORS_ORIGINS", "wss:", "origins"),
    ({"CORS_ORIGINS": "*"}, "CORS_ORIGINS", '"*"', "https://shop.example"),
    ({"CORS_ORIGINS": "https://*.shop.example"}, "CORS_ORIGINS", "origins"),
    ({"CORS_ORIGINS": "app.example"}, "CORS_ORIGINS", "app.example", "origins"),
    ({"CSRF_TRUSTED_ORIGINS": "desk.example"}, "CSRF_TRUSTED_ORIGINS", "desk.example", "origins"),
    ({"PUBLIC_URL": "desk.example"}, "PUBLIC_URL", "desk.example", "https://"),
    ({"PUBLIC_URL": "ftp://desk.example/"}, "PUBLIC_URL", "https or http"),
    ({"PUBLIC_URL": "https://desk.example:port/"}, "PUBLIC_URL", "https://"),
    ({"SHOP_NAME": "x" * 81}, "SHOP_NAME", "at most 80"),
    ({"SHOP_NAME": "Pantry\nBcc: all"}, "SHOP_NAME", "one line"),
    ({"SHOP_CURRENCY": "rupees"}, "SHOP_CURRENCY", '"rupees"', "INR or EUR"),
    ({"SHOP_CURRENCY": "ZZZ"}, "SHOP_CURRENCY", '"ZZZ"', "ISO 4217"),
    ({"MAIL_FROM": "support"}, "MAIL_FROM", '"support"', "support@shop.example"),
    ({"MAIL_FROM": "Support <support@shop example>"}, "MAIL_FROM", "support@shop.example"),
    ({"EMAIL_HOST": "smtp://mail.example"}, "EMAIL_HOST", "smtp://mail.example", "without scheme"),
    ({"EMAIL_HOST": "mail.example:587"}, "EMAIL_HOST", "mail.example:587", "port"),
    ({"EMAIL_HOST": "mail.example", "EMAIL_PORT": "465", "EMAIL_USE_TLS": "on"}, "EMAIL_USE_TLS", "EMAIL_USE_SSL"),
    ({"EMAIL_HOST_USER": "desk"}, "EMAIL_HOST_USER", "EMAIL_HOST"),
    ({"SMS_URL": "sms.example/send"}, "SMS_URL", "https://"),
    ({"LLM_BASE_URL": "localhost:11434"}, "LLM_BASE_URL", "https://"),
    ({"LLM_BASE_URL": "http://localhost:11434/v1"}, "LLM_BASE_URL", "LLM_MODEL"),
    ({"LLM_API_KEY": "sk-1"}, "LLM_API_KEY", "LLM_BASE_URL"),
    ({"LLM_FOLLOW_UPS": "on"}, "LLM_FOLLOW_UPS", "LLM_BASE_URL"),
    ({"LLM_SUGGESTED_REPLIES": "on"}, "LLM_SUGGESTED_REPLIES", "LLM_BASE_URL"),
    ({"S3_BUCKET": "s3://pictures"}, "S3_BUCKET", "s3://pictures", "name of a bucket"),
    ({"S3_BUCKET": "pictures", "S3_ENDPOINT_URL": "minio:9000"}, "S3_ENDPOINT_URL", "minio:9000", "https://"),
    ({"S3_REGION": "ap-south-1"}, "S3_REGION", "S3_BUCKET"),
    ({"METRICS_TOKEN": "two words"}, "METRICS_TOKEN", "9 characters", "without spaces"),
    ({"EMAIL_HOOK_KEY": "a/b"}, "EMAIL_HOOK_KEY", "6 to 200 letters"),
    ({"EMAIL_IN_URL": "mail.example"}, "EMAIL_IN_URL", "imaps://"),
    ({"WHATSAPP_PHONE_ID": "+91 98"}, "WHATSAPP_PHONE_ID", "digits"),
    ({"WHATSAPP_API_URL": "graph.facebook.com"}, "WHATSAPP_API_URL", "https://"),
    ({"SENTRY_DSN": "abc"}, "SENTRY_DSN", "https://"),
    ({"SENTRY_DSN": "https://sentry.example"}, "SENTRY_DSN", "https://key@sentry.example/1"),
    ({"REDIS_URL": "redis://localhost/first"}, "REDIS_URL", "redis://host:6379/0"),
    ({"EMAIL_IN_URL": "imaps://mail.example/INBOX"}, "EMAIL_IN_URL", "imaps://user:password@host/INBOX"),
    ({"EMAIL_IN_URL": "imaps://u:p@mail.example/INBOX%00"}, "EMAIL_IN_URL", "imaps://user:password@host/INBOX"),
    ({"PUBLIC_URL": "https://shop.example/?page=1"}, "PUBLIC_URL", "without ?"),
    ({"PUBLIC_URL": "https://shop.example/#top"}, "PUBLIC_URL", "without ?"),
    # Below a path the desk does not run: docs/deploy.md
    ({"DESK_URL": "https://shop.example/desk"}, "DESK_URL", "without a path", "root of a host"),
    ({"DESK_URL": "https://user:hunter2@desk.example"}, "DESK_URL", "without a path"),
    ({"CLAMAV_URL": "tcp://scanner:99999"}, "CLAMAV_URL", "tcp://host:3310"),
    ({"CLAMAV_URL": "tcp://scanner:0"}, "CLAMAV_URL", "tcp://host:3310"),
    ({"VAPID_PRIVATE_KEY": "A" * 43}, "VAPID_PRIVATE_KEY", "43 characters", "32 bytes"),
    ({"WHATSAPP_TOKEN": "EAAB"}, "WHATSAPP_TOKEN", "WHATSAPP_PHONE_ID"),
    ({"DATABASE_URL": "postgres://db.example/desk?sslmode=yes"}, "DATABASE_URL", "verify-full"),
    ({"TIME_ZONE": "India"}, "TIME_ZONE", '"India"', "Asia/Kolkata"),
    ({"LOG_LEVEL": "verbose"}, "LOG_LEVEL", '"verbose"', "DEBUG, INFO, WARNING or ERROR"),
    ({"LOG_FORMAT": "xml"}, "LOG_FORMAT", '"xml"', "line or json"),
    # With DEBUG on the desk is for this machine only
    ({"ALLOWED_HOSTS": "desk.example"}, "ALLOWED_HOSTS", "desk.example", "DEBUG=off"),
    ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS", '"*"', "DEBUG=off"),
    ({"ALLOWED_HOSTS": "localhost,192.168.1.7"}, "ALLOWED_HOSTS", "192.168.1.7", "DEBUG=off"),
    # With DEBUG off what is fine on a laptop is refused
    (REAL | {"SECRET_KEY": ""}, "SECRET_KEY", "not set", "secrets.token_urlsafe"),
    (REAL | {"SECRET_KEY": "short"}, "SECRET_KEY", "only 5 characters", "at least 32"),
    (REAL | {"SECRET_KEY": "django-insecure-" + STRONG}, "SECRET_KEY", "well-known"),
    (REAL | {"JWT_SIGNING_KEY": "0123456789"}, "JWT_SIGNING_KEY", "only 10 characters"),
    (REAL | {"WIDGET_SIGNING_KEY": "hunter2"}, "WIDGET_SIGNING_KEY", "only 7 characters"),
    (REAL | {"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS", '"*"', "desk.example"),
    (REAL | {"WIDGET_ORIGINS": "*"}, "WIDGET_ORIGINS", '"*"', "https://shop.example"),
    (REAL | {"WIDGET_ORIGINS": "https://*"}, "WIDGET_ORIGINS", "https://*", "https://shop.example"),
    (REAL | {"WIDGET_ORIGINS": "https://*:8000"}, "WIDGET_ORIGINS", "https://*:8000"),
    # Near misses
    ({"RATE_LIMIT": "off"}, "RATE_LIMIT", "RATE_LIMITS"),
    ({"DATABSE_URL": "postgres://u:hunter2@db/desk"}, "DATABSE_URL", "DATABASE_URL"),
    ({"TRUSTED_PROXY": "1"}, "TRUSTED_PROXY", "TRUSTED_PROXIES"),
    ({"ALLOWED_HOST": "desk.example"}, "ALLOWED_HOST", "ALLOWED_HOSTS"),
    ({"DJANGO_SECRET_KEY": "hunter2"}, "DJANGO_SECRET_KEY", "SECRET_KEY"),
    ({"CORS_ALLOWED_ORIGINS": "x"}, "CORS_ALLOWED_ORIGINS", "CORS_ORIGINS"),
    ({"SECRETKEY": "hunter2"}, "SECRETKEY", "SECRET_KEY"),
    ({"debug": "off"}, "debug", "DEBUG"),
    ({"LLM_KEY": "hunter2"}, "LLM_KEY", "LLM_API_KEY"),
    ({"SENTRY_DNS": "x"}, "SENTRY_DNS", "SENTRY_DSN"),
    ({"RETENTION_DAY": "30"}, "RETENTION_DAY", "RETENTION_DAYS"),
    ({"WORKER": "4"}, "WORKER", "WORKERS"),
]  # fmt: skip


def bare(tmp_path: Path, **variables: str) -> dict[str, str]:
    """What `env -i` leaves, and a DATA_DIR."""
    return {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)} | variables


@pytest.fixture
def read(monkeypatch, tmp_path):
    """`read(**variables)` evaluates the settings in a bare environment."""

    def evaluate(**variables: str) -> dict:
        monkeypatch.setattr(os, "environ", bare(tmp_path, **variables))
        with warnings.catch_warnings():
            # It is imported already, and evaluated once more on purpose
            warnings.filterwarnings("ignore", category=RuntimeWarning, module="runpy")
            return runpy.run_module("supportdesk.settings")

    return evaluate


@pytest.mark.parametrize(
    ("variables", "name", "words"),
    [(each[0], each[1], each[2:]) for each in WRONG],
    ids=lambda value: str(value)[:60],
)
def test_a_value_that_does_not_fit_is_refused_with_one_sentence(variables, name, words, read):
    with pytest.raises(SystemExit) as refusal:
        read(**variables)
    said = str(refusal.value)
    assert said.startswith(f"{name} is ")
    assert len(said.splitlines()) == 1
    assert all(word in said for word in words), said
    # A password or a key is never repeated
    assert "hunter2" not in said
    assert "pass@" not in said


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"PORT": " 8001 ", "DEBUG": "1", "HTTPS": "False", "LOG_LEVEL": "warning"},
        {"PORT": "", "WIDGET_SIGNING_KEY": "", "WORKERS": "", "REDIS_URL": "", "ALLOWED_HOSTS": ""},
        {"ALLOWED_HOSTS": "localhost,127.0.0.1,[::1],desk.localhost"},
        REAL | {"ALLOWED_HOSTS": ".desk.example,[2001:db8::1],xn--11b4c3d.example", "TRUSTED_PROXIES": "2"},
        REAL | {"WIDGET_ORIGINS": "https://shop.example, https://*.shop.example,http://localhost:*,http://[::1]:3000"},
        {"CORS_ORIGINS": "https://app.example:8443,capacitor://localhost"},
        {"DATABASE_URL": "postgres://desk:p%40ss@db:5432/desk?sslmode=require"},
        {"DATABASE_URL": "postgresql://desk@/desk?host=/var/run/postgresql"},
        {"DATABASE_URL": "mongodb://a.example,b.example/desk?replicaSet=rs0"},
        {"REDIS_URL": "rediss://:pass@redis.example:6380/1"},
        {"EMAIL_HOST": "mail.example", "EMAIL_PORT": "465"},
        {"EMAIL_HOST": "10.0.0.7", "EMAIL_HOST_USER": "desk", "EMAIL_HOST_PASSWORD": "a pass phrase"},
        {"MAIL_FROM": "support@shop.example"},
        {"RETENTION_DAYS": "0", "AUDIT_DAYS": "0", "AUTO_CLOSE_DAYS": "0", "UNREAD_MAIL_MINUTES": "0"},
        # Other software's: Kubernetes links, the shell, proxies, a name that was declared foreign
        {"MAIL_PORT": "tcp://10.0.0.7:25", "REDIS_SERVICE_HOST": "10.0.0.8", "HTTPS_PROXY": "http://proxy:3128"},
        {"HOST": "laptop", "HOSTNAME": "laptop", "SHELL": "/bin/sh", "TZ": "UTC", "LANG": "C", "PWD": "/", "TERM": "xterm"},
        {"POSTGRES_PASSWORD": "x", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "SENTRY_ENVIRONMENT": "test"},
        {"RATE_LIMIT": "7", "IGNORED_VARIABLES": "RATE_LIMIT, OTHER"},
    ],
    ids=str,
)  # fmt: skip
def test_a_value_that_fits_is_taken(variables, read):
    read(**variables)


def test_an_empty_value_is_the_default_and_a_public_url_ends_with_a_slash(read):
    settings = read(PORT="", PUBLIC_URL="https://desk.example")
    assert settings["PORT"] == 8000
    assert settings["PUBLIC_URL"] == "https://desk.example/"


@pytest.mark.parametrize(
    ("variables", "package"),
    [
        ({"LLM_BASE_URL": "http://127.0.0.1:1/v1", "LLM_MODEL": "m"}, "openai"),
        ({"S3_BUCKET": "pictures"}, "storages"),
        ({"SENTRY_DSN": "https://key@sentry.example/1"}, "sentry_sdk"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_setting_without_its_package_says_what_to_install(variables, package, read, monkeypatch):
    monkeypatch.setattr(env, "find_spec", lambda name: None if name == package else True)
    with pytest.raises(
        SystemExit, match=rf"{next(iter(variables))} is .*{package}.*pip install -r requirements"
    ):
        read(**variables)


def test_every_variable_of_the_settings_is_in_the_configuration_page(read):
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs/configuration.md").read_text()))
    assert read()["env"].known - documented == set()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "serve", "worker", "migrate", "retain"])
@pytest.mark.parametrize(
    "wrong",
    [{"PORT": "99999"}, {"RETENTION_DAYS": "-5"}, REAL | {"SECRET_KEY": "short"}, {"RATE_LIMIT": "off"}],
    ids=str,
)
def test_every_command_says_it_alike(command, wrong, tmp_path):
    done = run(command, env=bare(tmp_path, **wrong))
    assert done.returncode == 1
    assert (done.stdout, len(done.stderr.splitlines())) == ("", 1)
    assert done.stderr == run("check", env=bare(tmp_path, **wrong)).stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        (["--host", "0.0.0.0"], {}, '--host is "0.0.0.0" while DEBUG is on'),  # noqa: S104
        (["--host", "::"], {}, '--host is "::" while DEBUG is on'),
        (["--host", "https://desk.example"], REAL, '--host is "https://desk.example"'),
        (["--host", "192.0.2.1"], REAL, "PORT is"),
        (["--port", "0"], {}, '--port is "0"'),
        (["--workers", "0"], {}, '--workers is "0"'),
        (["--workers", "x"], {}, '--workers is "x"'),
        ([], {"DATABASE_URL": "postgres://desk@127.0.0.1:1/desk"}, "DATABASE_URL"),
    ],
    ids=str,
)
def test_serve_refuses_what_it_cannot_serve_in_one_sentence(arguments, variables, says, tmp_path):
    done = run("serve", *arguments, env=bare(tmp_path, PORT=str(free_port()), **variables))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    # The driver of PostgreSQL logs its own attempts, indented and with the time
    said = [line for line in done.stderr.splitlines() if not re.match(r"\s|\d{4}-", line)]
    assert (len(said), says in said[0]) == (1, True), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_that_is_taken_is_said_in_one_sentence(workers, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", env=bare(tmp_path, PORT=port, WORKERS=workers))
    assert done.returncode == 1
    assert done.stderr.startswith(f"PORT is {port} on 127.0.0.1 (Address already in use)")
    assert len(done.stderr.splitlines()) == 1


def run(*arguments: str, env: dict) -> subprocess.CompletedProcess:
    return forks.run(arguments, env=env)
