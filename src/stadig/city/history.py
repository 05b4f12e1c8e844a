"""The models whose every change is kept (django-pghistory): how the city is set, never what people wrote.

Never drafts, ballots, messages or observations. A test holds this list against what is tracked.
"""

TRACKED = frozenset({"city.RoleAssignment", "city.Service", "city.Rollout", "city.Factor"})
