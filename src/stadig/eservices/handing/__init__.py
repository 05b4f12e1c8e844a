"""Handing cases to another system: declared in a file, done by a job, never twice, and its statuses taken in. Nothing here knows a vendor."""
