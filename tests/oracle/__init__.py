"""What should have happened? A slow, exact, obvious second implementation of docs/engine.md, for comparison only."""
