"""Which steps lead from each schema to the next? One file a revision; a revision that was released is not changed."""
