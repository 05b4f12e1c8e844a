"""The frame: layout, components, charts and maps that every page is built from.

It has no models and knows no service; it may be used by every room.
"""
