"""The verbs of e-services: install a package, submit what someone filled in."""

from stadig.eservices.actions.packages import VersionTaken, definition_of, install
from stadig.eservices.actions.submitting import NotComplete, NotYours, submit

__all__ = ["NotComplete", "NotYours", "VersionTaken", "definition_of", "install", "submit"]
