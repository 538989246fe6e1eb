"""Signing in, in a real browser: both widths, passkeys, and without JavaScript."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from accounts import rights, services
from accounts.models import User
from tests.accounts.conftest import app_code, make_staff, newest_code, newest_invitation
from tests.browser import check, shoot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_address(settings, live_server):
    settings.SITE_URL = live_server.url


def give_device(page: Page) -> None:
    """Put a device into this browser that unlocks with a finger."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def look(page: Page, name: str) -> None:
    check(page)
    shoot(page, name)


@pytest.mark.parametrize("width", [1280, 320])
def test_the_first_coordinator_sets_up_a_passkey_and_signs_in_with_it(page_at, width):
    page = page_at(width)
    give_device(page)
    page.goto("/first-run/")
    look(page, "first-run")
    page.goto(services.first_run_link())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your name")
    look(page, "first-run-form-error")
    page.get_by_label("Your name").fill("Owen Marsh")
    page.get_by_label("Your email address").fill("owen@desk.example.org")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose how you will sign in")
    look(page, "choose")
    page.get_by_role("link", name="Set up a passkey").click()
    look(page, "passkey-add")
    page.get_by_label("Name of this passkey").fill("Work laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    look(page, "recovery-codes")
    page.goto("/sign-in-settings/")
    expect(page.get_by_text("Work laptop").first).to_be_visible()
    look(page, "settings")

    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in/?next=/sign-in-settings/")
    look(page, "sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How you sign in")

    page.goto("/sign-in-settings/codes/")
    look(page, "again-code")
    page.get_by_role("link", name="Use a passkey").click()
    look(page, "again-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")

    owen = User.objects.get()
    assert (owen.is_staff, rights.is_coordinator(owen)) == (True, True)


@pytest.mark.parametrize("width", [1280, 320])
def test_an_invited_coordinator_signs_in_with_code_and_app_without_javascript(page_at, width):
    owen = make_staff("owen@desk.example.org", rights.COORDINATORS)
    services.invite_staff("ada@desk.example.org", name="Ada Brook", group=rights.COORDINATORS, actor=owen)
    page = page_at(width, javascript=False)
    page.goto(newest_invitation("ada@desk.example.org"))
    shoot(page, "invitation")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Set up an app").click()
    shoot(page, "app")
    key = page.locator("[data-app-key]").inner_text().replace(" ", "")
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("#id_code_error")).to_contain_text("Enter the code from your app")
    assert page.locator("[data-app-key]").inner_text().replace(" ", "") == key
    page.get_by_label("Code from the app").fill(app_code(key))
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download as a text file").click()
    assert len(kept.value.path().read_text().split("\n\n")[1].split()) == 10

    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in/?next=/sign-in-settings/")
    page.get_by_role("button", name="Send me a code").click()
    shoot(page, "sign-in-error")
    page.get_by_label("Email address").fill("ada@desk.example.org")
    page.get_by_role("button", name="Send me a code").click()
    shoot(page, "code")
    page.get_by_label("Code from the email").fill("ZZZ-ZZZ")
    page.get_by_role("button", name="Continue").click()
    shoot(page, "code-error")
    page.get_by_role("button", name="Send a new code").click()
    shoot(page, "code-again")
    page.get_by_label("Code from the email").fill(newest_code("ada@desk.example.org"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    shoot(page, "second-factor")
    page.get_by_label("Code", exact=True).fill(app_code(key, ahead=1))
    page.get_by_role("button", name="Continue").click()
    shoot(page, "trust")
    page.get_by_role("button", name="Yes, trust it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How you sign in")


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_of_signing_in_is_good_for_all(page_at, width, secret):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS, secret=secret)
    make_staff("sam@desk.example.org", rights.READERS)
    services.invite_staff("kim@desk.example.org", name="Kim", group=rights.READERS, actor=ada)
    path = newest_invitation("kim@desk.example.org")
    page = page_at(width)
    page.goto(path)
    look(page, "invitation")
    services.withdraw_invitation(services.find_invitation(path.split("/")[2]), actor=ada)
    page.goto(path)
    look(page, "invitation-spent")
    page.goto("/sign-in/not-possible/")
    look(page, "not-possible")

    sign_in(page, "sam@desk.example.org")
    page.goto("/second-factor/")
    look(page, "no-second-factor")
    page.goto("/sign-in-settings/")
    look(page, "settings-code-only")
    page.goto("/sign-out/")
    look(page, "sign-out")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()

    give_device(page)
    sign_in(page, "ada@desk.example.org")
    look(page, "second-factor")
    page.get_by_label("Code", exact=True).fill(app_code(secret))
    page.get_by_role("button", name="Continue").click()
    look(page, "trust")
    page.get_by_role("button", name="No, ask me each time").click()
    page.goto("/sign-in-settings/passkeys/add/")
    page.get_by_label("Code", exact=True).fill(app_code(secret, ahead=1))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How you sign in")
    look(page, "settings-both")
    page.get_by_role("link", name="Rename").click()
    look(page, "passkey-rename")
    page.get_by_label("Name of this passkey").fill("Phone")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("link", name="Remove Phone").click()
    look(page, "passkey-remove")
    page.goto("/sign-in-settings/codes/new/")
    look(page, "codes-new")
    page.goto("/sign-in-settings/app/remove/")
    look(page, "app-remove")
    page.get_by_role("button", name="Remove the app").click()
    page.goto("/sign-in-settings/app/")
    look(page, "app")

    assert Authenticator.objects.filter(user=ada, type="totp").count() == 0


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in/?next=/sign-in-settings/")
    page.get_by_label("Email address").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    look(page, "code")
    page.get_by_label("Code from the email").fill(newest_code(email))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()


@pytest.mark.parametrize("width", [1280, 360, 320])
def test_a_long_address_stays_on_the_page(page_at, width):
    page = page_at(width)
    address = "alexandria.montgomery-featherstonehaugh@professionalstandards.police.uk"
    page.goto("/sign-in/")
    page.get_by_label("Email address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text(address).first).to_be_visible()
    look(page, "code-for-a-long-address")
