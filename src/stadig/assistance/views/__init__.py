"""Pages of financial assistance."""
