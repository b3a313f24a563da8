"""Kill tests: a worker's process is killed with SIGKILL at every point where it writes or sends, and started again."""
