"""Deterministic simulation: a worker, a faulty line and a venue with its own truth, all driven from one seed."""
