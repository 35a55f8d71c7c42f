"""What a browser loads: kilobytes on the wire of the pages that matter, everything they pull in included."""

import gzip
import re
from urllib.parse import urljoin

import httpx

LINKS = re.compile(r'(?:<script[^>]*\ssrc|<link[^>]*rel="(?:stylesheet|modulepreload)"[^>]*href)="([^"]+)"')
IMPORTS = re.compile(
    r'(?:^|[;\s}])(?:import|export)\s*(?:[\w{}*,\s$]+from\s*)?"([^"]+)"|import\("([^"]+)"\)'
)
LIMITS = {"loader": 4, "open widget": 60, "dashboard": 150}


def measured(port: int, told: dict) -> dict[str, float]:
    """Return kilobytes by page, as a server that compresses sends them (gzip)."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        client.headers["Accept-Encoding"] = "gzip"
        frame = next(cost for cost in told["costs"] if "frame" in cost["name"])["requests"][0]["path"]
        return {
            "loader": _weight(client, "/widget.js", {}, set()) / 1024,
            "open widget": _weight(client, frame, {}, set()) / 1024,
            "dashboard": _weight(client, "/support/", told["page"], set()) / 1024,
        }


def _weight(client: httpx.Client, path: str, headers: dict, seen: set[str]) -> int:
    """Bytes of this page or file and of all that it loads, each once."""
    if path in seen:
        return 0
    seen.add(path)
    with client.stream("GET", path, headers=headers) as answer:
        body = b"".join(answer.iter_raw())
        packed = "content-encoding" in answer.headers
    text = (gzip.decompress(body) if packed else body).decode()
    found = LINKS.findall(text) if "<html" in text[:200] else []
    if path.endswith(".js"):
        found = [a or b for a, b in IMPORTS.findall(text)]
    size = len(body if packed else gzip.compress(body, 6))
    return size + sum(_weight(client, urljoin(path, each), {}, seen) for each in found)
