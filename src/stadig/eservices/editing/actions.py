"""The verbs of the editor: begin, change, undo, ask to publish, publish, send back, throw away and take back.

An edition can always be read: an edit that would leave files that cannot is refused, and nothing is saved. Two persons publish: one
asks, another reads and publishes exactly what was asked for. Whatever is changed after that withdraws the request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import yaml
from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.city import audit, clock
from stadig.city.actions import NotAllowed
from stadig.city.verbs import verb
from stadig.eservices import access, actions, lint, packing, published, reading
from stadig.eservices.editing import changes, skeleton
from stadig.eservices.editing.changes import Files
from stadig.eservices.editing.errors import EditError
from stadig.eservices.findings import ERROR, Finding
from stadig.eservices.models import Edition, EditionRevision, EService, PackageVersion
from stadig.eservices.package import PackageError
from stadig.post import actions as post

if TYPE_CHECKING:
    from stadig.city.models import User
    from stadig.city.permissions import Permission


class ChangedMeanwhile(Exception):
    """Someone changed the edition since the page was drawn. ``who`` and ``when`` say who last did. Read it again; what was typed is kept."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(f"edition {edition.pk} is at revision {edition.revision}")
        self.who, self.when = str(edition.changed_by), edition.changed_at


class NotReady(Exception):
    """The edition has errors, a scenario that fails among them. ``findings`` says which; mend them and ask again."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{len(findings)} errors")
        self.findings = tuple(findings)


class NotYours(Exception):
    """The one who asked cannot publish. Another person has to read it and publish."""


@verb
def begin(by: User, name: str) -> Edition:
    """Begin to change a published service from its files as they are; the edition under way where there is one.

    Raises EService.DoesNotExist, NotAllowed.
    """
    _demand(by, access.EDIT)
    service = EService.objects.select_for_update(of=("self",)).select_related("current").get(name=name)
    under_way = Edition.objects.filter(name=name, state__in=Edition.OPEN).first()
    if under_way is not None:
        return under_way
    files = dict(published.of(service.current).files)
    if service.local:
        files[reading.LOCAL] = yaml.safe_dump(service.local, allow_unicode=True, sort_keys=False).encode()
    return _begun(by, name, files, service.current)


@verb
def begin_new(
    by: User, *, titles: Mapping[str, str], committee: str, unit: str, series: str, languages: Sequence[str] = ("sv",)
) -> Edition:
    """Begin a service that is not there yet; its name is made of its Swedish title. Raises EditError, NotAllowed."""
    _demand(by, access.EDIT)
    wanted = changes.slug_of(titles["sv"], instead="tjanst").replace("_", "-")
    taken = {*EService.objects.values_list("name", flat=True), *PackageVersion.objects.values_list("name", flat=True)}
    taken |= set(Edition.objects.filter(state__in=Edition.OPEN).values_list("name", flat=True))
    name = next(one for one in (wanted, *(f"{wanted}-{number}" for number in range(2, 1000))) if one not in taken)
    files = skeleton.new(name, titles, committee=committee, unit=unit, series=series, languages=languages)
    changes.checked(files)
    return _begun(by, name, files, None)


def _begun(by: User, name: str, files: Files, base: PackageVersion | None) -> Edition:
    now = clock.now()
    archive = packing.pack(files, local=True)
    edition = Edition.objects.create(name=name, base=base, archive=archive, changed_by=by, changed_at=now)
    EditionRevision.objects.create(edition=edition, revision=0, archive=archive, what="begun", by=by, at=now)
    audit.record(by, "began_edition", edition)
    return edition


@verb
def change(by: User, edition_id: int, revision: int, edit: Callable[[Files], Files], what: str) -> Edition:
    """Make an edit to the revision that a page was drawn with, and keep it under ``what`` for undoing.

    An edit that changes nothing makes no revision. A request to publish is withdrawn.

    Raises
    ------
    ChangedMeanwhile
        Another revision stands now; nothing is saved.
    EditError
        The edit cannot be made, or would leave files that cannot be read.
    NotAllowed
        Without the permission.
    """
    edition = _locked(by, edition_id, revision)
    files = edit(files_of(edition))
    changes.checked(files)
    return _kept(by, edition, files, what)


@verb
def take_in(by: User, edition_id: int, revision: int, files: Files) -> Edition:
    """Replace all files by those of an archive; the city's own overlay stays where the archive has none.

    Raises ChangedMeanwhile, NotAllowed, and PackageError for files that cannot be read or are of another service.
    """
    edition = _locked(by, edition_id, revision)
    package = reading.read(files)
    if package.name != edition.name:
        raise PackageError("service.yaml", "name", "other_name", name=package.name, wanted=edition.name)
    before = files_of(edition)
    local = {reading.LOCAL: before[reading.LOCAL]} if reading.LOCAL in before and reading.LOCAL not in files else {}
    return _kept(by, edition, {**files, **local}, "taken_in")


@verb
def undo(by: User, edition_id: int, revision: int) -> Edition:
    """Take back the last change, and the one before when it is done again. Nothing is lost: taking back is a revision too.

    Raises ChangedMeanwhile, NotAllowed.
    """
    edition = _locked(by, edition_id, revision)
    now_at = EditionRevision.objects.get(edition=edition, revision=edition.revision)
    if now_at.before is None:
        return edition
    earlier = EditionRevision.objects.get(edition=edition, revision=now_at.before)
    return _kept(by, edition, packing.unpack(bytes(earlier.archive)), "undone", before=earlier.before)


@verb
def ask(by: User, edition_id: int, revision: int) -> Edition:
    """Ask that another person publishes it. The version is raised where the one it has is published with other contents.

    Raises NotReady for errors of the linter, ChangedMeanwhile, NotAllowed.
    """
    edition = _locked(by, edition_id, revision)
    files = files_of(edition)
    wrong = [one for one in lint.lint_files(files, today=clock.today()) if one.severity == ERROR]
    if wrong:
        raise NotReady(wrong)
    files = _with_free_version(edition.name, files)
    edition = _kept(by, edition, files, "version")
    edition.state, edition.asked_by, edition.asked_at = Edition.State.ASKED, by, clock.now()
    edition.asked_digest, edition.sent_back_why = digest_of(bytes(edition.archive)), ""
    edition.save(update_fields=["state", "asked_by", "asked_at", "asked_digest", "sent_back_why"])
    audit.record(by, "asked_to_publish", edition)
    return edition


def _with_free_version(name: str, files: Files) -> Files:
    package = reading.read(files)
    known = dict(PackageVersion.objects.filter(name=name).values_list("version", "digest"))
    if package.digest in known.values():
        return files
    while reading.read(files).version in known:
        files = changes.raise_version(files)
    return files


@verb
def publish(by: User, edition_id: int, digest: str) -> Edition:
    """Publish exactly what was asked for: people fill in this version from now on.

    Raises
    ------
    NotYours
        ``by`` is the one who asked.
    ChangedMeanwhile
        It is not what ``digest`` says any more, or nobody asks for it now.
    PackageError
        The service cannot be installed here, or another version has been published since the edition began.
    NotAllowed
        Without the permission.
    """
    _demand(by, access.PUBLISH)
    edition = _row(edition_id)
    if edition.state != Edition.State.ASKED or digest != edition.asked_digest:
        raise ChangedMeanwhile(edition)
    if edition.asked_by_id == by.pk:
        raise NotYours
    service = EService.objects.select_related("current").defer("current__archive").filter(name=edition.name).first()
    if service is not None and service.current.pk != edition.base_id:
        raise PackageError("service.yaml", "version", "newer_published", version=service.current.version)
    files = files_of(edition)
    service = actions.install(by, {reading.LOCAL: b"{}\n", **files})
    edition.state, edition.published = Edition.State.PUBLISHED, service.current
    edition.save(update_fields=["state", "published"])
    _tell(edition.asked_by, _("E-tjänsten som du bad om är publicerad."), edition)
    audit.record(by, "published", edition)
    return edition


@verb
def send_back(by: User, edition_id: int, *, why: str) -> Edition:
    """Say what must change before it is published. Raises ChangedMeanwhile where nobody asks for it, NotAllowed."""
    _demand(by, access.PUBLISH)
    edition = _row(edition_id)
    if edition.state != Edition.State.ASKED:
        raise ChangedMeanwhile(edition)
    asked_by = edition.asked_by
    _withdraw(edition)
    edition.sent_back_why = why.strip()
    edition.save(update_fields=["state", "asked_by", "asked_at", "asked_digest", "sent_back_why"])
    _tell(asked_by, _("En ändring av en e-tjänst behöver mer arbete innan den publiceras."), edition)
    audit.record(by, "sent_back", edition)
    return edition


@verb
def discard(by: User, edition_id: int) -> Edition:
    """Throw an edition away; :func:`restore` takes it back. Raises EditError for one that is published, NotAllowed."""
    _demand(by, access.EDIT)
    edition = _row(edition_id)
    if edition.state not in Edition.OPEN:
        raise EditError("not_open")
    _withdraw(edition)
    edition.state = Edition.State.DISCARDED
    edition.changed_by, edition.changed_at = by, clock.now()
    edition.save(update_fields=["state", "asked_by", "asked_at", "asked_digest", "changed_by", "changed_at"])
    audit.record(by, "discarded", edition)
    return edition


@verb
def restore(by: User, edition_id: int) -> Edition:
    """Take back what was thrown away. Raises EditError while another edition of the service is under way, NotAllowed."""
    _demand(by, access.EDIT)
    edition = _row(edition_id)
    if edition.state != Edition.State.DISCARDED:
        raise EditError("not_open")
    if Edition.objects.filter(name=edition.name, state__in=Edition.OPEN).exists():
        raise EditError("taken", what="edition", id=edition.name)
    edition.state = Edition.State.WORKING
    edition.changed_by, edition.changed_at = by, clock.now()
    edition.save(update_fields=["state", "changed_by", "changed_at"])
    audit.record(by, "restored", edition)
    return edition


def files_of(edition: Edition) -> dict[str, bytes]:
    """The files of an edition, the city's own among them."""
    return packing.unpack(bytes(edition.archive))


def digest_of(archive: bytes) -> str:
    """What is asked for and published: the SHA-256 of all files as one archive, the city's own too."""
    return hashlib.sha256(archive).hexdigest()


def _tell(user: User | None, text: str, edition: Edition) -> None:
    """A notice to the one who asked, with a link."""
    if user is not None:
        post.tell(user, text, reverse("eservices:edition-review", args=[edition.pk]))


def _demand(by: Any, permission: Permission) -> None:
    if not permission.held_by(by):
        raise NotAllowed(permission.name)


def _row(edition_id: int) -> Edition:
    """Locked, and joined with nothing: who changed it last may differ when the lock is had."""
    return Edition.objects.select_for_update().get(pk=edition_id)


def _locked(by: User, edition_id: int, revision: int) -> Edition:
    _demand(by, access.EDIT)
    edition = _row(edition_id)
    if edition.state not in Edition.OPEN:
        raise EditError("not_open")
    if edition.revision != revision:
        raise ChangedMeanwhile(edition)
    return edition


def _kept(by: User, edition: Edition, files: Files, what: str, *, before: int | None = -1) -> Edition:
    """Store a new revision; ``before`` is the one that undoing goes back to, by itself the one that stood."""
    archive = packing.pack(files, local=True)
    if archive == bytes(edition.archive):
        return edition
    _withdraw(edition)
    back_to = edition.revision if before == -1 else before
    edition.archive, edition.revision = archive, edition.revision + 1
    edition.changed_by, edition.changed_at = by, clock.now()
    edition.save(
        update_fields=["archive", "revision", "changed_by", "changed_at", "state", "asked_by", "asked_at", "asked_digest"]
    )
    EditionRevision.objects.create(
        edition=edition, revision=edition.revision, archive=archive, what=what, by=by, at=edition.changed_at, before=back_to
    )
    audit.record(by, "changed", edition, revision=edition.revision)
    return edition


def _withdraw(edition: Edition) -> None:
    edition.state, edition.asked_by, edition.asked_at, edition.asked_digest = Edition.State.WORKING, None, None, ""
