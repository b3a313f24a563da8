"""The words of a strategy: one class a block, in one catalogue."""
