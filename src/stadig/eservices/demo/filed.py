"""Files of the demo town: certificates and photos that came with forms, receipts, and decisions as documents.

Those of open cases and the last hundred alone: the town has some three thousand, and nobody opens the paper of an old one. Rows and small
files are written with the cases; receipts and decisions are drawn by a job each when the town has woken.
"""

from __future__ import annotations

import copy
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from stadig.cases import access as case_access
from stadig.cases import definitions, papers
from stadig.cases.models import Case, Decision, Document, Group
from stadig.city import audit, clock
from stadig.city.verbs import verb
from stadig.eservices import access, flow, posting, receipts, uploads
from stadig.eservices.models import Submission
from stadig.eservices.package import Package
from stadig.files import actions as files
from stadig.files import documents
from stadig.files.models import FileState, StoredFile

if TYPE_CHECKING:
    from stadig.city.models import User
    from stadig.eservices.demo.past import Made

LATEST: Final = 100
LATER: Final = -10
"""After what someone waits for: a receipt of today goes first."""
SENT_A_PHOTO: Final = 0.45
"""Share of faults in the street that came with a photo."""
PAPER: Final = b"""#set document(title: "Intyg")
#set page(margin: 3cm)
#set text(lang: "sv", size: 12pt)
= Intyg
Det h\xc3\xa4r \xc3\xa4r ett p\xc3\xa5hittat papper i en p\xc3\xa5hittad stad. I en riktig kommun st\xc3\xa5r h\xc3\xa4r det som den s\xc3\xb6kande skickade.
"""


@dataclass(slots=True)
class Files:
    """The files of the cases that get any, by the id of what was thought out; and the documents they lie in."""

    sent: Mapping[UUID, list[StoredFile]] = field(default_factory=dict[UUID, list[StoredFile]])
    links: list[tuple[Document, StoredFile]] = field(default_factory=list[tuple[Document, StoredFile]])
    drawn: list[Case] = field(default_factory=list[Case])

    def lie_in(self, received: Document, of: UUID) -> bool:
        """Put the files of a case in the document that was received; whether it is one of those that get files and a receipt."""
        if of not in self.sent:
            return False
        self.links += [(received, file) for file in self.sent[of]]
        self.drawn.append(received.case)
        return True


def thought_out(made: Sequence[Made], rng: np.random.Generator) -> Files:
    """Files for the open cases and the last hundred that came through a form; their answers name them."""
    from stadig.eservices.demo.past import FORMS

    wanted = chosen(made)
    return Files({one.id: with_files(one, rng) for one in made if one.id in wanted and one.channel in FORMS})


def chosen(made: Sequence[Made]) -> set[UUID]:
    """The ids of those that get files: the open ones, and the last hundred."""
    still = {one.id for one in made if one.service.definition.status(one.life.status.status).group != Group.CLOSED}
    return still | {one.id for one in sorted(made, key=lambda one: one.at)[-LATEST:]}


def asked_for(package: Package, answers: Mapping[str, Any], at: datetime) -> list[str]:
    """The questions that are visible and want a file, those of each row of a group too."""
    visible = flow.evaluate(package, dict(answers), today=clock.local(at).date()).visible
    found: list[str] = []
    for question in package.flow.questions():
        if question.kind == "file":
            group, inside, rest = question.path.partition("[].")
            rows = range(len(flow.get(answers, group) or [])) if inside else ()
            found += [path for path in ([f"{group}[{row}].{rest}" for row in rows] if inside else [group]) if path in visible]
    return found


def with_names(answers: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    """The answers with a file's id at each path."""
    changed = copy.deepcopy(dict(answers))
    for path, name in named.items():
        posting.put(changed, path, [name])
    return changed


def _called(package: Package, path: str) -> str:
    """What the file at ``expenses[0].paper`` is called: as any that answers the question."""
    return uploads.name_of(package, package.question(re.sub(r"\[\d+\]", "[]", path)))


def with_files(one: Made, rng: np.random.Generator) -> list[StoredFile]:
    """Files for the questions of a case that want one; its answers name them."""
    purpose = access.WORK_PHOTOS if one.service.package.case.work else case_access.FILES
    found: list[StoredFile] = []
    for path in asked_for(one.service.package, one.answers, one.at):
        if path == "photos" and rng.random() > SENT_A_PHOTO:
            continue
        name, content_type, data = like(path)
        file = StoredFile(
            id=UUID(bytes=rng.bytes(16), version=4),
            purpose=purpose,
            name=f"{_called(one.service.package, path)}-{one.at:%Y%m%d}{name}",
            content_type=content_type,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            state=FileState.RELEASED,
            stored_at=one.at,
        )
        one.answers = with_names(one.answers, {path: str(file.id)})
        found.append(file)
    return found


def like(path: str) -> tuple[str, str, bytes]:
    """Ending, content type and bytes of a file that would answer the question."""
    return (".jpg", "image/jpeg", photo()) if path.startswith("photo") else (".pdf", "application/pdf", certificate())


@cache
def photo() -> bytes:
    """A picture of nobody."""
    picture = Image.new("RGB", (480, 600), "#cfe3ea")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((160, 120, 320, 300), fill="#8fa6a0")
    draw.ellipse((80, 330, 400, 760), fill="#8fa6a0")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


@cache
def certificate() -> bytes:
    """A paper that says that it is made up."""
    return documents.pdf(PAPER, {})


def save(found: Files) -> None:
    """Write bytes and rows, and tie the files to their documents, which have been written."""
    rows = [file for of in found.sent.values() for file in of]
    for file in rows:
        default_storage.save(files.path_of(file), ContentFile(photo() if file.content_type == "image/jpeg" else certificate()))
    StoredFile.objects.bulk_create(rows, batch_size=2000)
    through = Document.files.through
    through.objects.bulk_create(through(document_id=document.pk, storedfile_id=file.pk) for document, file in found.links)
    _read(found.drawn)
    from stadig.eservices.tasks import draw_papers

    for case in found.drawn:
        draw_papers.configure(priority=LATER).defer(case_id=case.pk)


@verb
def _read(cases: Sequence[Case]) -> None:
    """The one who handles a case has read it: *Vem har läst* is not empty."""
    for case in cases:
        if case.assignee:
            audit.record(case.assignee, "read", case)


@verb
def draw(case_id: int) -> int:
    """Draw the receipt and the decisions of a seeded case that have no file yet; gives how many."""
    case = Case.objects.select_related("type", "unit", "committee").get(pk=case_id)
    name = case.number.replace(" ", "-").replace("/", "-").casefold()
    drawn = 0
    for document in Document.objects.filter(case=case, kind="receipt", files=None):
        made = receipts.pdf(Submission.objects.select_related("case__type").get(case=case))
        document.files.add(files.keep(made, None, purpose=case_access.FILES, name=f"kvittens-{name}.pdf"))
        drawn += 1
    for decision in Decision.objects.filter(case=case, document__files=None).select_related("document", "decided_by"):
        paper = papers.paper(
            case,
            _proposal(case, decision),
            decision.decided_by,
            decision.document.language,
            on=clock.local(decision.decided_at).date(),
        )
        file = files.keep(papers.pdf(paper), decision.decided_by, purpose=case_access.FILES, name=f"beslut-{name}.pdf")
        decision.document.files.add(file)
        Document.objects.filter(pk=decision.document.pk).update(data=asdict(paper))
        drawn += 1
    return drawn


def _proposal(case: Case, decision: Decision) -> papers.Proposal:
    return papers.Proposal(
        definitions.of(case).decision(decision.type),
        decision.reasoning,
        decision.conditions,
        decision.valid_from,
        decision.valid_to,
        decision.delegation,
    )


def send(
    by: User | None, package: Package, answers: Mapping[str, Any], purpose: str
) -> tuple[dict[str, Any], dict[str, StoredFile]]:
    """What someone sends in now, where files are asked for: the answers that name them, and each file by its question."""
    sent: dict[str, StoredFile] = {}
    for path in asked_for(package, answers, clock.now()):
        ending, content_type, data = like(path)
        name = f"{_called(package, path)}-{clock.now():%Y%m%d}{ending}"
        sent[path] = files.keep(data, by, purpose=purpose, name=name, content_type=content_type)
    return with_names(answers, {path: str(file.pk) for path, file in sent.items()}), sent
