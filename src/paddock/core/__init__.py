"""What words do we use? Value types, instruments, orders, fills, positions, seams and errors; nothing else of ours."""
