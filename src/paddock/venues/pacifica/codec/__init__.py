"""What do Pacifica's messages say, and how are ours written and signed? Pure functions over JSON; no I/O.

Facts that our sources leave open are marked [?] where they matter; both readings are taken.

An agent wallet may take money out of the account at this venue. Nothing in this folder writes such a request, nor one
that moves money between accounts, and a test holds it to that: what our key can do, our code cannot say.
"""
