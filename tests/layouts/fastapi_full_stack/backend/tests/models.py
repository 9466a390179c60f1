from sqlmodel import SQLModel


class OnlyInTests(SQLModel, table=True):
    id: int
