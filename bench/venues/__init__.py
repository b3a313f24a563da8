"""How long does a venue take, from a bar to a signed order and back, and how long with the venue's own client?"""
