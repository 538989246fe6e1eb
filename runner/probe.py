"""Ask a running web whether a part of the portal is well: ``python runner/probe.py web|worker|beat``.

The container healthchecks call it, so it needs only the standard library and ends with 0 (well) or 1.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit


def main(part: str) -> int:
    """Return 0 when ``part`` is well.

    ``WEB_URL`` says where the web listens (this machine by default); ``SITE_URL`` gives the name it answers to.
    """
    web = os.environ.get("WEB_URL") or "http://127.0.0.1:8000"
    name = urlsplit(os.environ.get("SITE_URL") or "http://localhost").hostname or "localhost"
    if part == "web":
        return 0 if ask(f"{web}/health/", name).strip() == b"ok" else 1
    state = json.loads(ask(f"{web}/health/ready/", name) or b"{}").get(part, "not known")
    sys.stdout.write(f"{part}: {state}\n")
    return 0 if state == "well" else 1


def ask(address: str, name: str) -> bytes:
    """Return the body of an answer, whatever its status; nothing when there is no answer."""
    request = urllib.request.Request(address, headers={"Host": name})  # noqa: S310  our own address
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310
            return bytes(answer.read())
    except urllib.error.HTTPError as answer:
        return bytes(answer.read())
    except OSError:
        return b""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
