"""Pacifica on one's own machine: its REST and its socket over a matching engine, for tests and for trying things."""
