"""What happens? One pure step (decide, admit, fill, book) for backtests, sweeps and live bars alike."""
