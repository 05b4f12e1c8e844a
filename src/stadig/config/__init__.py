"""The roof: settings, addresses, the server and the ``stadig`` command.

It imports every room and starts what they need; no room imports it.
"""
