"""What a file may be for. Each room registers its purposes: who may read, how long it is kept, how large it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from stadig.files.models import StoredFile

ALL: Final = ("picture", "pdf", "office")
"""Every kind of file that people may send us."""
ACCEPT: Final = {
    "picture": "image/jpeg,image/png,image/webp,image/heic,image/heif",
    "pdf": "application/pdf",
    "office": ".docx,.xlsx,.pptx,.odt,.ods,.odp",
}
"""The same for a browser's file chooser, by kind."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """``may_read(user, file)`` is asked at each download. ``keep=None``: as long as what it belongs to, which erases it."""

    slug: str
    may_read: Callable[[Any, StoredFile], bool]
    keep: timedelta | None
    most_bytes: int = 12 * 2**20
    families: tuple[str, ...] = ("picture",)
    """What may be sent in: *picture*, *pdf*, *office*, *mail*."""


_purposes: dict[str, Purpose] = {}


def register(
    slug: str,
    *,
    may_read: Callable[[Any, StoredFile], bool],
    keep: timedelta | None,
    most_bytes: int = 12 * 2**20,
    families: tuple[str, ...] = ("picture",),
) -> None:
    _purposes[slug] = Purpose(slug, may_read, keep, most_bytes, families)


def of(slug: str) -> Purpose:
    """Raises KeyError for a purpose no room has registered: nothing is stored without a reader and an end."""
    return _purposes[slug]


def may_read(user: Any, file: StoredFile) -> bool:
    purpose = _purposes.get(file.purpose)
    return purpose is not None and purpose.may_read(user, file)
