"""An operation of the project's own."""

from alembic.operations import MigrateOperation, Operations


@Operations.register_operation("create_note")
class CreateNote(MigrateOperation):
    def __init__(self, name):
        self.name = name

    @classmethod
    def create_note(cls, operations, name, **kw):
        return operations.invoke(cls(name, **kw))

    def reverse(self):
        return DropNote(self.name)


@Operations.register_operation("drop_note")
class DropNote(MigrateOperation):
    def __init__(self, name):
        self.name = name

    @classmethod
    def drop_note(cls, operations, name, **kw):
        return operations.invoke(cls(name, **kw))

    def reverse(self):
        return CreateNote(self.name)


@Operations.implementation_for(CreateNote)
def create_note(operations, operation):
    operations.execute(f"CREATE VIEW {operation.name} AS SELECT 1 AS one")


@Operations.implementation_for(DropNote)
def drop_note(operations, operation):
    operations.execute(f"DROP VIEW {operation.name}")
