"""The step of signing in at which a second factor is asked for."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.internal.flows.trust import is_trusted_browser
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpResponse


class SecondFactorStage(AuthenticateStage):
    """Asks for a second factor; a device trusted within the last 90 days stands in for it, and is recorded.

    Without the record the session could not enter the desk: rights look at the session, not at settings.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if (
            user is not None
            and is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
            and is_trusted_browser(self.request, user)
        ):
            record_authentication(self.request, user, "mfa", type="trusted-device")
        return super().handle()
