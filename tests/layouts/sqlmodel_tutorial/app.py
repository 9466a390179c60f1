from database import create_db_and_tables, engine
from models import Hero
from sqlmodel import Session


def main() -> None:
    create_db_and_tables()
    with Session(engine) as session:
        session.add(Hero(name="Deadpond"))


if __name__ == "__main__":
    main()
