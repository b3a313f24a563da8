"""Where do keys live while they sign? In a process of their own, which does nothing else and can do nothing else."""
