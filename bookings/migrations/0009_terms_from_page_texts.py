"""What the desk wrote on the page text “What you provide” goes on as “what we ask of the host”; the page text goes.

A page text that still says what we shipped is left to the new default.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SHIPPED = """\
- A room with a screen, sound, and space to sit in groups.
- One person to talk to beforehand, and somebody to meet us on the day.
- A quiet room close by, where anyone may take time to pause.
- The name of somebody attendees can turn to afterwards: your own welfare or occupational health service.
- Someone to speak about your local procedures, if you choose that topic.
- Parking, and a word about reception, vetting or an escort if your building needs it."""


def carry_over(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    page_texts = apps.get_model("courses", "PageText").objects.filter(slug="what-you-provide")
    settings = apps.get_model("bookings", "DeskSettings").objects
    for text in page_texts:
        if text.body.strip() != SHIPPED:
            settings.get_or_create(pk=1)
            settings.filter(pk=1).update(terms_host=text.body)
    page_texts.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0008_terms_and_what_the_host_tells"),
        ("courses", "0003_materials"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
