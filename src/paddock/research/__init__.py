"""Is it luck? Sweeps over parameters, in which every variant that was tried is counted."""
