"""The verbs of the room, one module per thing they change."""
