"""Who keeps it going? Bots and runs, the runner that advances them, and the order desk that speaks to venues."""
