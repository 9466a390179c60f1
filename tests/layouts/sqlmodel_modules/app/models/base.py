from sqlmodel import SQLModel


class Timestamped(SQLModel):
    pass
