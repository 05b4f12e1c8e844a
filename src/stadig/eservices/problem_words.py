"""Why a package cannot be taken in, in the reader's own words: what is wrong, in which file, and what to do.

``package.PROBLEMS`` has the English of the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stadig.eservices.package import PackageError

PROBLEMS: Final[Mapping[str, Any]] = {
    "missing": _("saknas. Lägg till det."),
    "missing_in_folder": _("saknas i {folder}. Ett paket är en mapp som har den."),
    "too_many_files": _("har {count} filer. Högst {most} tas emot."),
    "too_much": _("har fler än {files} filer eller är större än {most} MB. Ta bort det som inte hör dit."),
    "too_large": _("är större än {most} MB. Ta bort det som inte hör dit."),
    "too_large_unpacked": _("är större än {most} MB när det packas upp. Ta bort det som inte hör dit."),
    "no_zip": _("är ingen zip-fil. Välj den zip-fil som du hämtade."),
    "link": _("är en länk eller krypterad. Packa bara vanliga filer."),
    "twice_in_archive": _("finns två gånger i zip-filen. Packa den igen."),
    "damaged": _("går inte att packa upp. Packa zip-filen igen."),
    "unsafe_name": _("har ett namn som leder ut ur paketet. Byt namn på filen."),
    "no_template": _("är ingen mall. Döp den efter ett beslut och ett språk: approved.sv.md."),
    "too_deep": _("har för många nivåer i varandra. Skriv det enklare."),
    "aliases": _("använder alias (*namn). Skriv ut värdet."),
    "syntax": _("går inte att läsa: {problem}. Rätta det i filen."),
    "not_yaml": _("är inte YAML ({problem}). Rätta det i filen."),
    "not_utf8": _("är inte text i UTF-8. Spara filen som UTF-8."),
    "no_mapping": _("ska vara rader med ”namn: värde”."),
    "mapping": _("ska vara namn med värden{such}."),
    "list": _("ska vara en lista."),
    "words": _("ska vara en lista med ord."),
    "number": _("ska vara ett heltal, noll eller mer."),
    "text_or_list": _("ska vara en text eller en lista med texter."),
    "bad_name": _("ska vara små bokstäver, siffror och bindestreck, inte {found}."),
    "bad_version": _("ska vara tre tal med punkter, som 1.0.0, inte {found}."),
    "bad_series": _("ska vara två till sex stora bokstäver, inte {found}."),
    "no_object": _("ska beskriva ett objekt med properties."),
    "schema": _("är inte giltig JSON Schema 2020-12: {text}"),
    "day": _("ska vara en dag, som 2026-11-22."),
    "empty_form": _("är tomt. Ett formulär har minst ett steg."),
    "no_part": _("ska vara en frågas namn, eller ask, repeat eller info."),
    "no_inner": _("ska ha ask, repeat eller info. En grupp har ingen grupp i sig."),
    "no_array": _("{path} upprepas, men är ingen lista i data.schema.json."),
    "no_kind": _("{path} är av ett slag som inte kan ställas som fråga ({kind})."),
    "not_described": _("{path} ställs som fråga, men beskrivs inte i data.schema.json."),
    "unknown_organisation": _("Det finns ingen {name} i kommunen. Välj en som finns."),
    "version_taken": _("{name} {version} finns redan med annat innehåll. Höj versionen."),
    "other_name": _("är {name}, men det här är {wanted}. Välj rätt zip-fil."),
    "newer_published": _(
        "Version {version} publicerades medan ni arbetade. Hämta filerna, börja om från den nya och lägg in ändringen igen."
    ),
    "handover": _("Det som står om överlämningen går inte att använda: {text}"),
}
"""Why a package cannot be read → its words, after the file and the place."""


def of_error(error: PackageError) -> str:
    """Why a package cannot be read or published, and what to do."""
    return words(error.file, error.place, error.kind, error.values)


def words(file: str, place: str, kind: str, values: Mapping[str, Any]) -> str:
    """The same of its parts, as a finding of the linter carries them."""
    said = str(PROBLEMS[kind]).format(**values)
    if said[:1].isupper():
        return said
    named = {"the archive": gettext("Zip-filen"), "the package": gettext("Paketet")}.get(file, file)
    return f"{named}{f', {place}' if place else ''}: {said}"
