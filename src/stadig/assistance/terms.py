"""The words all of financial assistance shares."""

from __future__ import annotations

from typing import Final

CASE_TYPE: Final = "financial-assistance"
"""The slug of the case type, and of the e-service in which one applies."""
PURPOSE: Final = "financial-assistance"
"""For what agencies are asked, as the law rows of exchange name it."""
SERVICE: Final = "fraga-myndigheter"
"""Asking the agencies, in the register of services."""
