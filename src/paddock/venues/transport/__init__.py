"""How do bytes reach a venue and come back? What the client of every venue is made of, whatever it says.

Everything asynchronous here belongs to one event loop. Durations go by that loop's clock, `*_ts` by the one passed in.
"""
