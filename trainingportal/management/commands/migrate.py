"""Migrates as Django does, in half the time on an empty database."""

import gc
from typing import Any
from unittest.mock import patch

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

ROOM_FOR_MODELS = 200_000


class Command(migrate.Command):
    """Nearly all the time goes into drawing up models in memory, which this command does less often.

    Every added trigger, index and constraint draws its model up again with all neighbours, though the drawn model only
    has to know of it: here it is told. Models that are drawn up and dropped are collected less often, too.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; everything is put back afterwards, since tests migrate within their own process."""
        thresholds = gc.get_threshold()
        gc.set_threshold(ROOM_FOR_MODELS, 20, 100)
        try:
            with (
                patch.object(AddTrigger, "state_forwards", _write_down),
                patch.object(RemoveTrigger, "state_forwards", _strike_out),
                patch.object(ProjectState, "_append_option", _append),
            ):
                super().handle(*args, **options)
        finally:
            gc.set_threshold(*thresholds)


def _write_down(self: AddTrigger, app_label: str, state: ProjectState) -> None:
    """Note the trigger in the state, and leave the drawn-up models as they are: no statement reads it there."""
    model_state = state.models[app_label, self.model_name]
    model_state.options["triggers"] = [*model_state.options.get("triggers", []), self.trigger]


def _strike_out(self: RemoveTrigger, app_label: str, state: ProjectState) -> None:
    """Take the trigger out of the state, likewise."""
    options = state.models[app_label, self.model_name].options
    options["triggers"] = [each for each in options.get("triggers", []) if each.name != self.name]


def _append(self: ProjectState, app_label: str, model_name: str, option_name: str, added: Any) -> None:
    """Note an index or a constraint in the state and in the drawn-up model, where later changes of fields look."""
    options = self.models[app_label, model_name].options
    options[option_name] = [*options[option_name], added]
    if "apps" in self.__dict__:  # drawn up already
        drawn = self.apps.get_model(app_label, model_name)._meta
        setattr(drawn, option_name, [*getattr(drawn, option_name), added])
