"""How the portal's cookies are set where it is served over https."""

import json
import os
import subprocess
import sys

from runner import BASE_DIR
from tests.trainingportal.test_refusals import CAREFUL

ASK = """
import json
from trainingportal import settings as s
names = [s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.MFA_TRUST_COOKIE_NAME]
safe = [s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY]
print(json.dumps([names, safe, s.SECURE_HSTS_SECONDS]))
"""


def settings_with(**environment: str) -> list[object]:
    done = subprocess.run(  # noqa: S603  our own settings, asked in a process of their own
        [sys.executable, "-c", ASK],
        cwd=BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    said: list[object] = json.loads(done.stdout)
    return said


def test_in_production_cookies_stay_on_this_host_and_on_https():
    names, safe, hsts = settings_with(**CAREFUL)

    assert names == ["__Host-sessionid", "__Host-csrftoken", "__Host-mfa_trusted"]
    assert safe == [True] * 4
    assert hsts == 31_536_000


def test_trying_out_on_http_has_cookies_that_work_there():
    names, safe, hsts = settings_with(PRODUCTION="0", HTTPS="0")

    assert names == ["sessionid", "csrftoken", "mfa_trusted"]
    assert (safe, hsts) == ([False, True, False, True], 0)
