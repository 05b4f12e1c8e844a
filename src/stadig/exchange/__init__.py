"""Exchange: one question to every agency, answered within seven seconds. Knows no service by name.

A caller must hold a *permit*, which only the asking service issues. An answer is a block per agency and part, with an outcome that never
collapses: only *data* and *nothing stated* are evidence. May touch the ground (city) and messages out.
"""
