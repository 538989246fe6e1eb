"""Every answer is private unless its view says otherwise."""

import pytest

from trainingportal.public import public_page

pytestmark = [pytest.mark.urls("tests.trainingportal.look_urls"), pytest.mark.django_db]


@pytest.mark.parametrize("address", ["/components/", "/form/", "/nowhere/", "/refused/", "/public-missing/"])
def test_a_page_that_says_nothing_is_neither_stored_nor_indexed(client, address):
    response = client.get(address)

    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_a_public_page_may_be_indexed_and_asks_each_time_whether_it_changed(client):
    response = client.get("/")

    assert response["Cache-Control"] == "no-cache"
    assert "X-Robots-Tag" not in response
    assert "Vary" not in response
    assert not response.cookies


def test_a_public_page_with_a_form_may_be_indexed_but_is_not_stored(client):
    response = client.get("/public-form/")

    assert response["Cache-Control"] == "no-store"
    assert "X-Robots-Tag" not in response


def test_a_public_page_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/")


def test_every_answer_forbids_what_we_never_ask_of_a_browser_and_leaves_passkeys_alone(client):
    for address in ("/", "/components/", "/nowhere/"):
        policy = client.get(address)["Permissions-Policy"]
        assert "camera=()" in policy
        assert "geolocation=()" in policy
        assert "publickey" not in policy


def test_the_policy_for_scripts_and_styles_is_strict(client):
    policy = client.get("/")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_page_that_is_not_there_or_not_theirs_has_the_whole_policy_too(client):
    whole = set(client.get("/")["Content-Security-Policy"].split("; "))

    assert {"base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "object-src 'none'"} < whole
    for address in ("/nowhere/", "/refused/", "/form/"):
        assert set(client.get(address)["Content-Security-Policy"].split("; ")) == whole


def test_the_mark_is_kept_under_other_decorators():
    def view(request):
        return None

    assert public_page(view) is view
    assert view.public_page is True
