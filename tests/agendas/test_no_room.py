"""A full disk while a paper is made: it is tried again, then it is failed with words; nothing half written stays."""

import errno

import pytest
from django.core.files.storage import default_storage

from agendas import press, services
from agendas.models import Document


@pytest.mark.django_db
def test_a_full_disk_fails_the_paper_in_words_and_a_new_try_makes_it(
    agenda, lead, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    services.preview(agenda.pk, actor=lead)
    with monkeypatch.context() as full:

        def no_room(*args, **kwargs):
            raise OSError(errno.ENOSPC, "No space left on device")

        full.setattr(default_storage, "_save", no_room)
        press.make_waiting()

    document = Document.objects.get()
    assert document.state == "failed"
    assert document.error == press.NO_ROOM
    assert (document.file.name, list(tmp_path.rglob("*.pdf"))) == ("", [])

    services.try_again(document.pk)
    press.make_waiting()
    document.refresh_from_db()
    assert document.is_ready
