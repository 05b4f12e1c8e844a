"""Reading: what a person may see, as plain rows."""
