"""What may be asked for? One module for each resource; each route parses, calls and renders."""
