"""The schema is valid, and a client that is generated from it makes the whole journey."""

import functools
import importlib
import json
import pkgutil
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path

import httpx
import pytest
import yaml
from django.core.management import call_command
from openapi_spec_validator import validate

from chatbot import wording
from tests import factories
from tests.desk import Desk


@functools.cache
def described() -> dict:
    """The schema; it takes a second to make, and no test changes it."""
    out = StringIO()
    call_command("spectacular", stdout=out)
    return yaml.load(out.getvalue(), Loader=wording.Loader)  # noqa: S506 - a safe loader


def test_the_schema_is_valid_openapi_and_each_body_is_json_once():
    schema = described()
    validate(schema)
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {})
            assert content.keys() in (
                set(), {"application/json"}, {"application/json", "multipart/form-data"}, {"application/x-ndjson"},
            ), (method, path)  # fmt: skip
            shapes = [each["schema"].get("$ref") for each in content.values()]
            assert len(set(shapes)) == len(shapes), (method, path)


def test_files_are_in_forms_only_and_no_default_breaks_its_own_pattern():
    for name, shape in described()["components"]["schemas"].items():
        for field in shape.get("properties", {}).values():
            assert field.get("format") != "binary" or name.endswith("Form"), name
            assert "default" not in field or field["default"] != "", name


# What a schema without these would allow and the desk refuses
REFUSED = {
    "blank message": ("WordsRequest", {"message": " "}),
    "no message": ("WordsRequest", {}),
    "a NUL": ("WordsRequest", {"message": "a\0b"}),
    "blank ticket": ("CreateRequest", {"message": "\n"}),
    "blank question": ("QuestionRequest", {"message": "\t"}),
    "blank reply": ("ReplyRequest", {"message": " "}),
    "a number without end": ("ReplyRequest", {"message": "x", "lastSeq": 10**20}),
    "no way to reach": ("ContactRequest", {"name": "Ravi"}),
    "a blank name": ("ContactRequest", {"name": " ", "email": "ravi@example.com"}),
    "a picture in JSON": ("WordsRequest", {"image": "box.jpg"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_body_that_the_desk_refuses_does_not_fit_the_schema_either(name):
    import jsonschema

    component, body = REFUSED[name]
    schema = described()
    shape = schema["components"]["schemas"][component] | {"components": schema["components"]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, shape)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The package that openapi-python-client makes."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "schema.json").write_text(json.dumps(described()))
    # How the package is formatted is not asked
    (folder / "config.json").write_text(json.dumps({"post_hooks": []}))
    command = [Path(sys.executable).with_name("openapi-python-client"), "generate", "--path", "schema.json"]
    done = subprocess.run(
        [*command, "--config", "config.json", "--output-path", "deskclient", "--meta", "none"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    try:
        package = importlib.import_module("deskclient")
        for module in pkgutil.walk_packages(package.__path__, "deskclient."):
            importlib.import_module(module.name)
        yield package
    finally:
        sys.path.remove(str(folder))


@pytest.mark.slow
def test_a_generated_client_makes_the_whole_journey(client, data_dir):
    from deskclient import AuthenticatedClient, Client
    from deskclient import models as m
    from deskclient.api.auth import create_guest, get_me, refresh_tokens, sign_in
    from deskclient.api.chat import ask_villy
    from deskclient.api.support import (
        change_ticket,
        confirm_solved,
        create_ticket,
        get_own_ticket,
        list_messages,
        list_tickets,
        reply,
        send_message,
    )  # fmt: skip
    from deskclient.types import File

    desk = Desk(data_dir).start()
    # Not the 5 s of httpx: other tests run beside this one
    patient = httpx.Timeout(60)
    try:
        plain = Client(base_url=desk.url, timeout=patient)
        contact = m.ContactRequest(name="Ravi", email="ravi@example.com")
        signed = create_guest.sync(client=plain, body=contact)
        customer = AuthenticatedClient(base_url=desk.url, token=signed.access, timeout=patient)
        assert get_me.sync(client=customer).name == "Ravi"
        assert ask_villy.sync(client=customer, body=m.QuestionRequest(message="My jar leaked")).reply.text
        opened = create_ticket.sync(client=customer, body=m.CreateRequest(message="The jar leaked"))
        picture = File(BytesIO(factories.picture().read()), "box.jpg", "image/jpeg")
        sent = send_message.sync(
            opened.id, client=customer, body=m.WordsForm(message="Look", image=picture)
        )
        assert sent.image
        assert (
            send_message.sync(opened.id, client=customer, body=m.WordsRequest(message="Hello?")).seq
            > sent.seq
        )

        tokens = sign_in.sync(
            client=plain, body=m.CredentialsRequest(email="agent@demo.test", password="demo-agent")
        )
        tokens = refresh_tokens.sync(client=plain, body=m.RefreshRequest(refresh=tokens.refresh))
        agent = AuthenticatedClient(base_url=desk.url, token=tokens.access, timeout=patient)
        assert opened.id in [row.id for row in list_tickets.sync(client=agent, q="ravi").results]
        said = reply.sync(opened.id, client=agent, body=m.ReplyRequest(message="A new one is on its way."))
        changed = change_ticket.sync(
            opened.id, client=agent, body=m.PatchedTicketChangesRequest(status=m.Status.RESOLVED)
        )
        assert changed.status == "resolved"
        newer = list_messages.sync(opened.id, client=customer, after=said.seq - 1)
        assert newer.results[0].message == "A new one is on its way."
        closed = confirm_solved.sync(opened.id, client=customer, body=m.ConfirmRequest(rating=5))
        assert closed.status == "closed"
        assert get_own_ticket.sync(opened.id, client=customer).status == "closed"
    finally:
        desk.stop()
