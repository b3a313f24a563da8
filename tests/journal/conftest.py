"""The journal is tested on real databases of both engines."""

from tests.databases import database, database_url, databases, fresh_url, postgres

__all__ = ["database", "database_url", "databases", "fresh_url", "postgres"]
