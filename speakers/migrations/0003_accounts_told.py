from django.db import migrations


def mark_sessions_of_family_members(apps, schema_editor):
    """A family member's sessions so far count as tellings: nobody wrote down which were not."""
    entries = apps.get_model("speakers", "DiaryEntry").objects.filter(kind="engagement")
    entries.filter(speaker__is_family=True).update(tells_account=True)


class Migration(migrations.Migration):
    dependencies = [("speakers", "0002_diary_limits_calendars")]

    operations = [migrations.RunPython(mark_sessions_of_family_members, migrations.RunPython.noop)]
