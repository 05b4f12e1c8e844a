"""Where static files are served from: their addresses are worked out once for each set of built files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed. A page names about ten files, and each took a hundred calls to parse and quote anew."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._built: object = None
        self._addresses: dict[str, str] = {}

    def url(self, name: Any, force: bool = False) -> str:
        """The address of a file. Raises ValueError for one that was not built."""
        if force or settings.DEBUG:
            return super().url(name, force)  # pyright: ignore[reportCallIssue]
        if self._built is not self.hashed_files:  # built anew: another manifest was read
            self._built, self._addresses = self.hashed_files, {}
        found = self._addresses.get(name)
        if found is None:
            found = self._addresses[name] = super().url(name)
        return found
