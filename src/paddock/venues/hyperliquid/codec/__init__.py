"""What do Hyperliquid's messages say, and how are ours written and signed? Pure functions over JSON; no I/O.

Facts that our sources leave open are marked [?] where they matter; both readings are taken.
"""
