"""What happened? Append-only events with a hash chain, intents and their outbox, the ledger, projections, jobs."""
