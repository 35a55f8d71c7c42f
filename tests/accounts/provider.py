"""A small OpenID Connect provider: discovery, authorization code with PKCE, tokens signed by its own key, userinfo."""

import base64
import hashlib
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "desk-1", "provider-secret"


class Provider:
    """Knows one person, `claims`. `breaks` names what goes wrong; `seen` is every path that was asked for."""

    def __init__(self):
        self.claims: dict = {}
        self.breaks = ""
        self.seen: list[str] = []
        self.codes: dict[str, dict] = {}
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer("")

            def do_POST(self):
                self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def answer(self, body: str):
                path = urlsplit(self.path).path
                provider.seen.append(path)
                status, said = provider.answer(path, dict(parse_qsl(body)), self.headers)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(said).encode())

            def log_message(self, *_):
                """A test's output is not the place for it."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self) -> "Provider":
        Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *error) -> None:
        self.http.shutdown()
        self.http.server_close()

    def answer(self, path: str, form: dict, headers) -> tuple[int, dict]:
        if self.breaks == path:
            return 503, {"error": "temporarily_unavailable"}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
            }
        if path == "/jwks":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [public | {"kid": "1", "use": "sig", "alg": "RS256"}]}
        if path == "/token":
            return self.token(form)
        if path == "/userinfo" and headers.get("Authorization") == "Bearer access-1":
            return 200, self.claims
        return 401, {"error": "invalid_token"}

    def consent(self, address: str) -> str:
        """Return where the provider leads a person who came to this address and agreed."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.url}/authorize?")
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict) -> tuple[int, dict]:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_ours = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if not asked or not is_ours or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": "https://another.example" if self.breaks == "issuer" else self.url,
            "aud": "another-client" if self.breaks == "audience" else CLIENT,
            "iat": now,
            "exp": now + (-3600 if self.breaks == "expired" else 300),
        }
        signed = jwt.encode(self.claims | claims, self.key, "RS256", {"kid": "1"})
        return 200, {
            "access_token": "access-1",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": signed,
        }
