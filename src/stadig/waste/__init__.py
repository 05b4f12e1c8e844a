"""Litter bins that call when they are full: fill levels, the plan of the day, the crew's phone, residents' reports."""
