"""What is wanted? Blocks, the graph and its compiler, Python strategies, templates and the plain-English reading."""
