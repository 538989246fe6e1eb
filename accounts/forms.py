"""The forms of signing in: allauth's, with our labels and help."""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm, LoginForm
from allauth.account.internal.userkit import filter_users_by_email
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.http import HttpRequest

from accounts import signin
from accounts.adapter import mail_nobody, spend_totp_code
from accounts.devices import device_of
from accounts.models import User
from accounts.sealing import SealBrokenError
from formkit.codes import CodeField
from formkit.lengths import BoundedForm, TooLong
from formkit.letters import check_printable
from formkit.mailboxes import MailboxField
from places.email import tidy

log = logging.getLogger(__name__)

UNREADABLE = "We could not read the passkey. Try again."
CANNOT_READ = (
    "We can no longer check codes of this app. Use a passkey, or ring the training team: they can give you a "
    "fresh start."
)


def _relabel(field: forms.Field, label: str, *, help_text: str = "", missing: str, **attrs: str) -> None:
    """Put our label, help and words on a field of the library's."""
    field.label = label
    field.help_text = help_text
    field.error_messages["required"] = missing
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attrs)


class SignInForm(BoundedForm, LoginForm):
    """Asks for an e-mail address, nothing else."""

    user: User | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["login"] = MailboxField(widget=self.fields["login"].widget)
        device = device_of(self.request) if self.request is not None else None
        if device is not None:
            field.initial = device.user.email
        _relabel(
            field,
            "Email address",
            help_text="The one you gave us when you asked for training, or the one we invited.",
            missing="Enter your email address.",
            autocomplete="email",
            spellcheck="false",
        )

    def _clean_without_password(self, email: str | None, phone: str | None) -> dict[str, Any]:
        """Find the person, unless too many codes were asked for from here. The library counts by mailbox alone, so that
        anybody who knew an address could keep its owner out."""
        address = tidy(email or "")
        found = filter_users_by_email(address, is_active=True, prefer_verified=True, for_login=True)
        user = found[0] if found else None
        if signin.may_ask_for_code(self.request, address, user):
            self.user = user
        else:
            self.add_error("login", get_adapter().validation_error("too_many_login_attempts"))
        return self.cleaned_data

    def _login_by_code(
        self, request: HttpRequest, redirect_url: str | None, credentials: dict[str, Any]
    ) -> Any:
        """Start the way in. Only a person's own address counts: a further one on record is as good as unknown."""
        if self.user is not None and self.user.email != tidy(credentials["email"]):
            self.user = None
        if self.user is None:
            mail_nobody(credentials["email"])
        return super()._login_by_code(request, redirect_url, credentials)


class CodeForm(BoundedForm, ConfirmLoginCodeForm):
    """Asks for the six letters from our mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = CodeField(lengths=[6], shape="six letters, such as BCD-FGH")
        _relabel(
            self.fields["code"],
            "Code from the email",
            help_text="Six letters, such as BCD-FGH. The dash and capitals do not matter.",
            missing="Enter the code from the email.",
            autocomplete="one-time-code",
            autocapitalize="characters",
            spellcheck="false",
        )


class _AppCodeForm(BoundedForm, forms.Form):
    """Labels the field, and lets an app's code count once only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = CodeField(lengths=[6, 8], shape="six digits, or a recovery code of eight")
        _relabel(
            self.fields["code"],
            "Code",
            help_text="The six digits your authenticator app shows now, or one of your recovery codes.",
            missing="Enter the code from your app.",
            autocomplete="one-time-code",
            inputmode="numeric",
            spellcheck="false",
        )

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # from the library's form beside us
        except SealBrokenError as trouble:
            raise forms.ValidationError(CANNOT_READ, code="sealed") from trouble
        except forms.ValidationError:
            log.warning("A wrong second factor for person %s", self.user.pk)  # type: ignore[attr-defined]
            raise
        if self.authenticator.type == Authenticator.Type.TOTP:  # type: ignore[attr-defined]
            spend_totp_code(self.user, code)  # type: ignore[attr-defined]
        return code


class SecondFactorForm(_AppCodeForm, AuthenticateForm):
    """Asks for a second factor on the way in."""


class SecondFactorAgainForm(_AppCodeForm, ReauthenticateForm):
    """Asks for a second factor in the middle of a session."""


class SetUpAppForm(BoundedForm, ActivateTOTPForm):
    """Asks for the first code of a newly set up app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = CodeField(lengths=[6], shape="six digits")
        _relabel(
            self.fields["code"],
            "Code from the app",
            help_text="The six digits it shows now.",
            missing="Enter the code from your app.",
            autocomplete="one-time-code",
            inputmode="numeric",
            spellcheck="false",
        )

    def clean_code(self) -> str:
        code: str = super().clean_code()
        spend_totp_code(self.user, code)
        return code


class CredentialField(forms.JSONField):
    """What a passkey answered. JSON that Python cannot hold (a number of thousands of digits, endless brackets) is no answer."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """The answer as JSON. Raises ``ValidationError`` where it is none."""
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What stands in the page again."""
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return None


class PasskeyForm(BoundedForm):
    """A form whose passkey is read by a library: what that stumbles over is no answer, and never an error of ours."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # from the library's form beside us
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            log.info("A passkey's answer that cannot be read: %s", type(error).__name__)
            raise forms.ValidationError(UNREADABLE, code="invalid") from error


class SignInWithPasskeyForm(PasskeyForm, LoginWebAuthnForm):
    """Lets somebody in by a passkey alone."""

    credential = CredentialField()


class SecondFactorByPasskeyForm(PasskeyForm, AuthenticateWebAuthnForm):
    """Takes a passkey as the second step."""

    credential = CredentialField()


class PasskeyAgainForm(PasskeyForm, ReauthenticateWebAuthnForm):
    """Takes a passkey once more before something weighty."""

    credential = CredentialField()


class AddPasskeyForm(BoundedForm, AddWebAuthnForm):
    """Takes a new passkey, which must be able to sign its owner in alone: with a finger, a face or a PIN."""

    credential = CredentialField()
    mark_optional = False  # the name is there already; "(optional)" would only make people wonder

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"].validators.append(TooLong(60, "Name of this passkey"))
        _relabel(
            self.fields["name"],
            "Name of this passkey",
            help_text="So that you know it again, such as “work laptop”.",
            missing="Enter a name for the passkey.",
            autocomplete="off",
        )
        self.fields["credential"].error_messages["required"] = "The passkey was not made. Try again."

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        try:
            return super().clean() or self.cleaned_data
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise forms.ValidationError(UNREADABLE, code="invalid") from error


class RenamePasskeyForm(BoundedForm, EditWebAuthnForm):
    """Gives a passkey another name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(TooLong(60, "Name of this passkey"))
        _relabel(
            self.fields["name"],
            "Name of this passkey",
            missing="Enter a name for the passkey.",
            autocomplete="off",
        )


class FirstRunForm(BoundedForm, forms.Form):
    """Asks who the first coordinator is."""

    name = forms.CharField(
        validators=[check_printable],
        label="Your name",
        max_length=200,
        error_messages={"required": "Enter your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = MailboxField(
        label="Your email address",
        help_text="Sign-in codes go to this address.",
        error_messages={"required": "Enter your email address."},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
