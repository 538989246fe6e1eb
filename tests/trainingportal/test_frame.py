"""The frame over the portal's real addresses."""

import re

import pytest
from django.test import Client
from django.urls import resolve

pytestmark = pytest.mark.django_db


def test_every_link_of_the_frame_leads_to_a_page_of_ours():
    page = Client().get("/no-such-page/").content.decode()

    links = [link for link in re.findall(r'<a [^>]*href="([^"]*)"', page) if link.startswith("/")]
    assert len(links) >= 10
    for link in links:
        assert resolve(link)


def test_the_frame_of_a_wrong_address_says_so_in_our_words():
    response = Client().get("/no-such-page/")

    assert response.status_code == 404
    assert "<h1>There is no page here</h1>" in response.content.decode()
