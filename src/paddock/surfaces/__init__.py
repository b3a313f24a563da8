"""Who looks at it? Thin surfaces: parse, call the rooms below, render; here also live the clock, the disk and settings."""
