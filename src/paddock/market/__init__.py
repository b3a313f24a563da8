"""What is known? The lake of history, tapes aligned from it, and the features computed over them."""
