"""A FastAPI application that brings its database up to date when it starts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from limbeck import AsyncMigrator

from .models import Base, Note

MIGRATIONS = Path(__file__).with_name("migrations")


def create_app(url: str = "sqlite+aiosqlite:///notes.db") -> FastAPI:
    """The application, on the database of a URL with an async driver."""
    engine = create_async_engine(url)
    migrator = AsyncMigrator(engine, script_location=MIGRATIONS, metadata=Base)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # several workers may start at once: one of them works, and the others wait for it
        await migrator.upgrade()
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.get("/health")
    async def health(response: Response) -> dict[str, Any]:
        pending = [revision.id for revision in await migrator.pending()]
        response.status_code = 503 if pending else 200
        return {"pending": pending}

    @app.post("/notes", status_code=201)
    async def add(text: str) -> dict[str, Any]:
        async with AsyncSession(engine) as session:
            note = Note(text=text)
            session.add(note)
            await session.flush()
            added = {"id": note.id}
            await session.commit()
        return added

    @app.get("/notes")
    async def notes() -> list[str]:
        async with AsyncSession(engine) as session:
            return list(await session.scalars(select(Note.text).order_by(Note.id)))

    return app
