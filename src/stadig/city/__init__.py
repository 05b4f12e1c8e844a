"""The ground: organisation, districts, persons and roles; clock, audit, effects, roll-out, outbox, hand-over, services.

Everything above stands on it. It may use the frame, and nothing else of ours.
"""
