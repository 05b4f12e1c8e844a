"""Stored files: quarantined when they arrive, cleaned, served through a permission check. It knows the city, and no service."""
