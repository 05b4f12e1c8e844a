"""Template tags of financial assistance."""
