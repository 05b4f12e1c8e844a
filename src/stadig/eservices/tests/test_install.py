"""Taking in a package: once, unchangeable, with the city's own overlay kept."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from stadig.city.models import Organisation
from stadig.eservices import actions, packing, published, reading
from stadig.eservices.models import EService, PackageVersion
from stadig.eservices.package import PackageError

FOLDER = Path(reading.__file__).parent / "packages" / "street-fault"


@pytest.fixture
def files() -> dict[str, bytes]:
    return dict(reading.load(FOLDER).files)


@pytest.fixture
def city(db) -> Organisation:
    committee = Organisation.objects.create(name="Gatu- och parknämnden", kind="committee")
    return Organisation.objects.create(name="Gata och park", kind="unit", parent=committee)


def test_the_same_package_twice_is_one_version(files, city):
    first = actions.install(None, files)
    again = actions.install(None, files)
    assert first == again
    version = PackageVersion.objects.get()
    assert published.of(version).texts == reading.load(FOLDER).texts
    assert version.digest == reading.digest(files)


def test_a_version_is_never_changed(files, city):
    actions.install(None, files)
    changed = files | {"texts/sv.yaml": files["texts/sv.yaml"].replace(b"Plats", b"Var")}
    with pytest.raises(actions.VersionTaken, match="higher version"):
        actions.install(None, changed)
    with pytest.raises(DatabaseError), transaction.atomic():
        PackageVersion.objects.update(version="9.9.9")
    newer = changed | {"service.yaml": files["service.yaml"].replace(b"1.0.0", b"1.1.0")}
    assert actions.install(None, newer).current.version == "1.1.0"
    assert PackageVersion.objects.count() == 2


def test_an_upgrade_keeps_the_citys_overlay(files, city):
    other = Organisation.objects.create(name="Parkenheten", kind="unit", parent=city.parent)
    service = actions.install(None, files | {"local.yaml": b"unit: Parkenheten\nphone: 0340-120 00\n"})
    assert service.current.case_type.unit == other
    newer = files | {"service.yaml": files["service.yaml"].replace(b"1.0.0", b"2.0.0")}
    service = actions.install(None, newer)
    assert service.local == {"unit": "Parkenheten", "phone": "0340-120 00"}
    assert service.current.case_type.unit == other


def test_a_package_for_a_unit_that_the_city_lacks_says_which(files, db):
    with pytest.raises(PackageError, match="no 'Gatu- och parknämnden' in this city"):
        actions.install(None, files)
    assert not EService.objects.exists()


def test_an_archive_gives_the_same_files_and_the_same_bytes(files):
    assert packing.unpack(packing.pack(files)) == files
    assert packing.pack(files) == packing.pack(dict(reversed(files.items())))
    around = {f"street-fault/{name}": data for name, data in files.items()}
    assert packing.unpack(packing.pack(around)) == files


def zipped(*entries: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in entries:
            archive.writestr(info, data)
    return written.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("service.yaml")
    info.external_attr = 0xA1FF << 16
    return info


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"not a zip", "not a zip file"),
        (zipped(("big", b"0" * (reading.MOST_BYTES + 1))), "larger than"),
        (zipped((link(), b"/etc/passwd")), "a link"),
        (zipped(*((str(number), b"") for number in range(reading.MOST_FILES + 1))), "At most"),
    ],
)
def test_a_hostile_archive_is_refused(data, says):
    with pytest.raises(PackageError, match=says):
        packing.unpack(data)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "c:\\evil"])
def test_a_name_that_leads_out_is_refused(name, files):
    with pytest.raises(PackageError, match="leads out"):
        reading.read(packing.unpack(packing.pack(files | {name: b"x"})))
