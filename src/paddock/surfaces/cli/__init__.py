"""Who types at it? The `paddock` command, one module a subcommand; heavy imports wait inside the commands."""
