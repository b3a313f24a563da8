"""Which rules is a strategy held to? Each takes what could be read of it and yields problems."""
