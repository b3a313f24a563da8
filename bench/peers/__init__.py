"""The peers at the same work: from arrays in memory to trades, equity and metrics, by their fastest reasonable API."""
