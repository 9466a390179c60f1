"""`limbeck.config.Config`: a project's configuration, for programs that run commands."""

from __future__ import annotations

from limbeck.project.config import Config

__all__ = ["Config"]
