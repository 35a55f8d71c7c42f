"""A passkey as the second factor, with an authenticator in software: added, asked for at the doors, refused elsewhere."""

import hashlib
import json
import re

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from tests import factories
from tickets.accounts import second_factor

pytestmark = pytest.mark.django_db

LOGIN, CODE, ADD = "/support/login/", "/support/login/code/", "/support/account/second-factor/passkeys/add/"
HERE = "http://testserver"
FLAGS = AuthenticatorData.FLAG


class SoftwareKey:
    """What a phone or a security key does: signs the challenge of the site that the browser names."""

    def __init__(self, name: bytes = b"phone"):
        self.id, self.key, self.uses = (
            hashlib.sha256(name).digest(),
            ec.generate_private_key(ec.SECP256R1()),
            0,
        )

    def adds(self, options: dict, origin: str = HERE) -> str:
        asked = options["creation_options"]["publicKey"]
        public = AttestedCredentialData.create(
            Aaguid.NONE, self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(
            hashlib.sha256(asked["rp"]["id"].encode()).digest(), FLAGS.UP | FLAGS.UV | FLAGS.AT, 0, public
        )
        response = {"attestationObject": websafe_encode(AttestationObject.create("none", data, {}))}
        return self._answer(response, _said("webauthn.create", asked["challenge"], origin))

    def signs(self, options: dict, origin: str = HERE) -> str:
        asked = options["request_options"]["publicKey"]
        assert [each["id"] for each in asked["allowCredentials"]] == [websafe_encode(self.id)]
        self.uses += 1
        data = AuthenticatorData.create(
            hashlib.sha256(asked["rpId"].encode()).digest(), FLAGS.UP | FLAGS.UV, self.uses
        )
        said = _said("webauthn.get", asked["challenge"], origin)
        signature = self.key.sign(data + said.hash, ec.ECDSA(hashes.SHA256()))
        response = {"authenticatorData": websafe_encode(data), "signature": websafe_encode(signature)}
        return self._answer(response, said)

    def _answer(self, response: dict, said: CollectedClientData) -> str:
        whole = {"id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key"}
        return json.dumps(whole | {"response": response | {"clientDataJSON": websafe_encode(said)}})


def _said(kind: str, challenge: str, origin: str) -> CollectedClientData:
    return CollectedClientData.create(kind, challenge, origin)


def options_of(answer) -> dict:
    """Return what the page hands to the browser's WebAuthn call."""
    found = re.search(r'<script[^>]* id="js_data">(.*?)</script>', answer.content.decode(), re.DOTALL)
    return json.loads(found[1])


def password(client, person, path=LOGIN):
    return client.post(path, {"username": person.login_email, "password": factories.PASSWORD})


@pytest.fixture
def phone(browse, asha) -> SoftwareKey:
    """Asha's passkey, added on the page of her account."""
    key, client = SoftwareKey(), browse()
    password(client, asha)
    answer = client.post(ADD, {"name": "My phone", "credential": key.adds(options_of(client.get(ADD)))})
    assert answer.url == "/support/account/second-factor/codes/"
    return key


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_a_passkey_is_added_and_is_a_second_factor(phone, asha, browse):
    assert second_factor.is_set_up(asha)
    assert Authenticator.objects.filter(user=asha, type="webauthn").count() == 1


def test_the_sign_in_asks_for_the_passkey_and_takes_it(phone, asha, browse):
    client = browse()
    assert password(client, asha).url == CODE
    assert not is_signed_in(client)
    answer = client.post(CODE, {"credential": phone.signs(options_of(client.get(CODE)))})
    assert answer.status_code == 302
    assert is_signed_in(client)


def test_the_api_asks_too_and_a_password_alone_is_not_enough(phone, asha, api):
    answer = api().post("/api/auth/token", {"email": asha.login_email, "password": factories.PASSWORD})
    assert answer.json()["code"] == "second_factor_required"


def test_an_answer_that_another_site_was_given_is_refused(phone, asha, browse, settings):
    # As with HTTPS on
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    client = browse()
    password(client, asha)
    given = phone.signs(options_of(client.get(CODE)), origin="https://look-alike.example")
    assert client.post(CODE, {"credential": given}).status_code == 200
    assert not is_signed_in(client)
    given = phone.signs(options_of(client.get(CODE)), origin="https://testserver")
    assert client.post(CODE, {"credential": given}).status_code == 302


def test_an_answer_counts_once_and_only_with_the_right_key(phone, asha, browse):
    client = browse()
    password(client, asha)
    given = phone.signs(options_of(client.get(CODE)))
    assert client.post(CODE, {"credential": given}).status_code == 302
    again = browse()
    password(again, asha)
    options = options_of(again.get(CODE))
    assert again.post(CODE, {"credential": given}).status_code == 200
    # Of the same name, with another private key
    assert again.post(CODE, {"credential": SoftwareKey().signs(options)}).status_code == 200
    assert not is_signed_in(again)


@pytest.mark.parametrize("wrong", ["", "null", "[]", "{}", '{"id": 1}', '{"response": "x"}', "not json"])
def test_an_invalid_answer_of_a_passkey_is_refused(wrong, phone, asha, browse):
    client = browse()
    password(client, asha)
    client.get(CODE)
    assert client.post(CODE, {"credential": wrong}).status_code == 200
    assert not is_signed_in(client)


@pytest.mark.parametrize("wrong", ["{}", '{"id": 1}', '{"id": "a", "rawId": "a", "response": {}}'])
def test_an_invalid_new_passkey_is_not_added(wrong, asha, browse):
    client = browse()
    password(client, asha)
    client.get(ADD)
    assert client.post(ADD, {"credential": wrong}).status_code == 200
    assert not second_factor.is_set_up(asha)
