"""Who looks at it? Thin surfaces: parse, call the rooms below, render. The clock, the disk and settings live here."""
