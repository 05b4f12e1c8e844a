"""A package as one zip archive: deterministic when written, bounded and safe when read. No Django."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

from stadig.eservices.package import PackageError
from stadig.eservices.reading import LOCAL, MOST_BYTES, MOST_FILES

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same files give the same bytes."""


def pack(files: Mapping[str, bytes], *, local: bool = False) -> bytes:
    """A zip archive of the files in the order of their names. The city's overlay is left out unless ``local``."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            if local or name != LOCAL:
                archive.writestr(zipfile.ZipInfo(name, EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return written.getvalue()


def unpack(data: bytes, *, most_bytes: int = MOST_BYTES) -> dict[str, bytes]:
    """The files of an archive, by their names. One folder around them all is taken off. ``most_bytes``: when unpacked.

    Raises PackageError for what is no zip archive, is too large when unpacked, or holds anything but plain files.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise PackageError("the archive", "", "no_zip") from error
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MOST_FILES:
            raise PackageError("the archive", "", "too_many_files", count=len(entries), most=MOST_FILES)
        if sum(entry.file_size for entry in entries) > most_bytes:
            raise PackageError("the archive", "", "too_large_unpacked", most=most_bytes // 2**20)
        files: dict[str, bytes] = {}
        left = most_bytes
        for entry in entries:
            if entry.external_attr >> 28 == 0xA or entry.flag_bits & 1:
                raise PackageError(entry.filename, "", "link")
            if entry.filename in files:
                raise PackageError(entry.filename, "", "twice_in_archive")
            try:
                with archive.open(entry) as opened:
                    files[entry.filename] = opened.read(left + 1)
            except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError) as error:
                raise PackageError(entry.filename, "", "damaged") from error
            left -= len(files[entry.filename])
            if left < 0:  # the size it declared was a lie
                raise PackageError("the archive", "", "too_large_unpacked", most=most_bytes // 2**20)
    return _without_folder(files)


def _without_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    folders = {name.partition("/")[0] for name in files}
    if "service.yaml" in files or len(folders) != 1 or any("/" not in name for name in files):
        return files
    return {name.partition("/")[2]: data for name, data in files.items()}
