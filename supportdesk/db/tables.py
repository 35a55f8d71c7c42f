"""Migrations that make all tables of an app at once."""

from collections.abc import Iterable

from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation, OperationCategory


class CreateModels(Operation):
    """Create many models in one step, whichever of them refer to each other.

    After each CreateModel, Django builds the classes of all models again that are related to it, which are
    most of them: sixty in a row took seconds of processor time. Here they are built once, when all are known.
    """

    reversible = True
    category = OperationCategory.ADDITION

    def __init__(self, models: Iterable[CreateModel]):
        self.models = list(models)

    def state_forwards(self, app_label, state):
        # Built from what the state says then, by the first operation that asks for it
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        # Foreign keys to tables that come later are added at the end (PostgreSQL), or need none (SQLite)
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def references_model(self, name, app_label):
        return True

    def describe(self):
        return f"Create {len(self.models)} models"
