"""Stadig: one program on which a municipality runs its digital city."""

__version__ = "0.1.0"
