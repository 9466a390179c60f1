"""A Flask application with ``flask upgrade``, which serves only what is up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask import Flask, request
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from limbeck import Migrator

from .models import Base, Note

MIGRATIONS = Path(__file__).with_name("migrations")


def create_app(url: str = "sqlite:///notes.db") -> Flask:
    """The application on the database of a URL, for `flask --app app` too."""
    app = Flask(__name__)
    engine = create_engine(url)
    migrator = Migrator(engine, script_location=MIGRATIONS, metadata=Base)
    app.extensions["migrator"] = migrator

    @app.cli.command("upgrade")
    def upgrade() -> None:
        """Bring the database up to date."""
        for revision in migrator.upgrade():
            click.echo(f"{revision.id} {revision.doc}")

    @app.get("/health")
    def health() -> tuple[dict[str, Any], int]:
        pending = [revision.id for revision in migrator.pending()]
        return {"pending": pending}, 503 if pending else 200

    @app.post("/notes")
    def add() -> tuple[dict[str, Any], int]:
        with Session(engine) as session:
            note = Note(text=request.args["text"])
            session.add(note)
            session.flush()
            added = {"id": note.id}
            session.commit()
        return added, 201

    @app.get("/notes")
    def notes() -> list[str]:
        with Session(engine) as session:
            return list(session.scalars(select(Note.text).order_by(Note.id)))

    return app


def serve(url: str = "sqlite:///notes.db") -> Flask:
    """The application for a server: raises DatabaseNotAtHead where ``flask upgrade`` has to run."""
    app = create_app(url)
    app.extensions["migrator"].assert_up_to_date()
    return app
