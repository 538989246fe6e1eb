import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0001_initial"),
        ("courses", "0001_initial"),
        ("speakers", "0003_accounts_told"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="booking",
            name="booking_moves",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="engagement",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="engagement",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="engagement",
            name="delete_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="offer",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="offer",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="offer",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="desksettings",
            name="travel_grows_minutes",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                help_text="After a change of venue. What grows by less is taken as it is.",
                verbose_name="a longer journey is asked about when it grows by more than, minutes each way",
            ),
        ),
        migrations.AddField(
            model_name="engagement",
            name="condition_settled_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="engagement",
            name="instead_of",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The place that this one fills: of somebody who no longer comes, or of the same speaker asked anew.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="stand_ins",
                to="bookings.engagement",
            ),
        ),
        migrations.AddField(
            model_name="engagementevent",
            name="condition_settled_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="engagementevent",
            name="instead_of",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                help_text="The place that this one fills: of somebody who no longer comes, or of the same speaker asked anew.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="bookings.engagement",
            ),
        ),
        migrations.AddField(
            model_name="offer",
            name="moves_the_day",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="An agreed day was put off to this one, and calendar entries moved along.",
            ),
        ),
        migrations.AddField(
            model_name="offerevent",
            name="moves_the_day",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="An agreed day was put off to this one, and calendar entries moved along.",
            ),
        ),
        migrations.AddField(
            model_name="venue",
            name="access",
            field=models.TextField(blank=True, db_default="", verbose_name="access at the place"),
        ),
        migrations.AddField(
            model_name="venue",
            name="parking",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AlterField(
            model_name="engagement",
            name="leaves_a_gap",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="They do not come, and nobody was asked instead, nor did a coordinator go on without them.",
            ),
        ),
        migrations.AlterField(
            model_name="engagementevent",
            name="leaves_a_gap",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="They do not come, and nobody was asked instead, nor did a coordinator go on without them.",
            ),
        ),
        migrations.AlterField(
            model_name="venue",
            name="arrival",
            field=models.TextField(blank=True, verbose_name="reception and how to get in"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="booking",
            trigger=pgtrigger.compiler.Trigger(
                name="booking_moves",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{requested:cancelled,requested:declined,requested:offered,requested:waiting_list,waiting_list:cancelled,waiting_list:declined,waiting_list:offered,waiting_list:requested,offered:cancelled,offered:confirmed,offered:declined,offered:requested,confirmed:cancelled,confirmed:delivered,confirmed:ready,confirmed:requested,ready:cancelled,ready:confirmed,ready:delivered,ready:requested,delivered:closed,declined:requested}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="57476471527945504a617e2ecff3e3e2c10b3aa0",
                    operation="UPDATE",
                    pgid="pgtrigger_booking_moves_565a2",
                    table="bookings_booking",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="engagement",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "bookings_engagementevent" ("answered_at", "asked_at", "condition_settled_at", "diary_entry_id", "id", "instead_of_id", "leaves_a_gap", "offer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "speaker_id", "state", "travel_minutes") VALUES (NEW."answered_at", NEW."asked_at", NEW."condition_settled_at", NEW."diary_entry_id", NEW."id", NEW."instead_of_id", NEW."leaves_a_gap", NEW."offer_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."speaker_id", NEW."state", NEW."travel_minutes"); RETURN NULL;',
                    hash="1f3682cc73cfb77a7c9a88dc57b7f468dded559c",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a0a9f",
                    table="bookings_engagement",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="engagement",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."condition_settled_at" IS DISTINCT FROM (NEW."condition_settled_at") OR OLD."diary_entry_id" IS DISTINCT FROM (NEW."diary_entry_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."instead_of_id" IS DISTINCT FROM (NEW."instead_of_id") OR OLD."leaves_a_gap" IS DISTINCT FROM (NEW."leaves_a_gap") OR OLD."offer_id" IS DISTINCT FROM (NEW."offer_id") OR OLD."speaker_id" IS DISTINCT FROM (NEW."speaker_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."travel_minutes" IS DISTINCT FROM (NEW."travel_minutes"))',
                    func='INSERT INTO "bookings_engagementevent" ("answered_at", "asked_at", "condition_settled_at", "diary_entry_id", "id", "instead_of_id", "leaves_a_gap", "offer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "speaker_id", "state", "travel_minutes") VALUES (NEW."answered_at", NEW."asked_at", NEW."condition_settled_at", NEW."diary_entry_id", NEW."id", NEW."instead_of_id", NEW."leaves_a_gap", NEW."offer_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."speaker_id", NEW."state", NEW."travel_minutes"); RETURN NULL;',
                    hash="6c62612366337d30c2016597f485a09d5e61ead4",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d1309",
                    table="bookings_engagement",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="engagement",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "bookings_engagementevent" ("answered_at", "asked_at", "condition_settled_at", "diary_entry_id", "id", "instead_of_id", "leaves_a_gap", "offer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "speaker_id", "state", "travel_minutes") VALUES (OLD."answered_at", OLD."asked_at", OLD."condition_settled_at", OLD."diary_entry_id", OLD."id", OLD."instead_of_id", OLD."leaves_a_gap", OLD."offer_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."speaker_id", OLD."state", OLD."travel_minutes"); RETURN NULL;',
                    hash="bafabb348678eccf2fede364f9fa71ee39474961",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_debef",
                    table="bookings_engagement",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="offer",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "bookings_offerevent" ("answered_at", "answered_by_id", "booking_id", "ends_at", "expires_at", "id", "lead_id", "made_at", "made_by_id", "moves_the_day", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_at", "state") VALUES (NEW."answered_at", NEW."answered_by_id", NEW."booking_id", NEW."ends_at", NEW."expires_at", NEW."id", NEW."lead_id", NEW."made_at", NEW."made_by_id", NEW."moves_the_day", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_at", NEW."state"); RETURN NULL;',
                    hash="41c1aa50037cda56da588ddea0417c1f066c9a58",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c9750",
                    table="bookings_offer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="offer",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."answered_by_id" IS DISTINCT FROM (NEW."answered_by_id") OR OLD."booking_id" IS DISTINCT FROM (NEW."booking_id") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."moves_the_day" IS DISTINCT FROM (NEW."moves_the_day") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func='INSERT INTO "bookings_offerevent" ("answered_at", "answered_by_id", "booking_id", "ends_at", "expires_at", "id", "lead_id", "made_at", "made_by_id", "moves_the_day", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_at", "state") VALUES (NEW."answered_at", NEW."answered_by_id", NEW."booking_id", NEW."ends_at", NEW."expires_at", NEW."id", NEW."lead_id", NEW."made_at", NEW."made_by_id", NEW."moves_the_day", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_at", NEW."state"); RETURN NULL;',
                    hash="625ee0335362b2b83df82be67c56a516221cb4ef",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6945a",
                    table="bookings_offer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="offer",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "bookings_offerevent" ("answered_at", "answered_by_id", "booking_id", "ends_at", "expires_at", "id", "lead_id", "made_at", "made_by_id", "moves_the_day", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_at", "state") VALUES (OLD."answered_at", OLD."answered_by_id", OLD."booking_id", OLD."ends_at", OLD."expires_at", OLD."id", OLD."lead_id", OLD."made_at", OLD."made_by_id", OLD."moves_the_day", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."starts_at", OLD."state"); RETURN NULL;',
                    hash="5e78565724af60acfd74036180036a7980da2f5f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_14adc",
                    table="bookings_offer",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="engagement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("condition_settled_at__isnull", True),
                    models.Q(("condition", ""), _negated=True),
                    _connector="OR",
                ),
                name="what_is_settled_was_a_condition",
            ),
        ),
    ]
