"""The rules a strategy is held to: each takes what could be read and yields problems."""
