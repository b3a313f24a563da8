"""Which words may a strategy use? One class a block, all of them in one catalogue."""
