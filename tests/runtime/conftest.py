"""Databases of both engines, with every table."""

from __future__ import annotations

from tests.databases import database, database_url, databases, fresh_url, postgres

__all__ = ["database", "database_url", "databases", "fresh_url", "postgres"]
