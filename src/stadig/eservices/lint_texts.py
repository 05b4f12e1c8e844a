"""What is wrong with the texts of a package: missing, translated in one language only, unused, long, with markup. No Django."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stadig.eservices.findings import SENTENCE_WORDS, Finding
from stadig.eservices.package import Info, Package, Question, Repeat
from stadig.eservices.placing import parts_of

_MARKUP: Final = re.compile(r"<\s*/?\s*[a-zA-Z!][^>]*>")
_SENTENCE: Final = re.compile(r"(?<=[.!?:])\s+|\n+")
_ABBREVIATION: Final = re.compile(r"\b(?:t\.ex|bl\.a|m\.m|m\.fl|d\.v\.s|kap|dnr|nr|tel|e\.g|i\.e)\.", re.IGNORECASE)


def lint_texts(package: Package) -> Iterator[Finding]:
    """Every language that ``service.yaml`` lists has all texts; no text is for nothing; all are in plain language."""
    needed, optional = needed_keys(package), optional_keys(package)
    for language in package.about.languages:
        if language not in package.texts:
            yield Finding("service.yaml", "languages", "missing_language", {"language": language})
    for language, texts in package.texts.items():
        file = f"texts/{language}.yaml"
        if language not in package.about.languages:
            yield Finding(file, "", "unlisted_language", {"language": language})
        yield from _missing(package, language, texts, needed)
        for key, text in texts.items():
            if key not in needed and key not in optional:
                yield Finding(file, key, "unknown_text", {"key": key})
            for one in text if isinstance(text, list) else [text]:
                yield from plain(file, key, str(one))


def _missing(package: Package, language: str, texts: Mapping[str, Any], needed: Mapping[str, None]) -> Iterator[Finding]:
    file = f"texts/{language}.yaml"
    for key in needed:
        if not str(texts.get(key, "")).strip():
            yield Finding(file, key, "missing_text", {"key": key})
    for other, theirs in package.texts.items():
        for key in theirs:
            if other != language and key not in needed and key not in texts and key != "service.synonyms":
                yield Finding(file, key, "missing_translation", {"key": key, "other": other})


def plain(file: str, key: str, text: str) -> Iterator[Finding]:
    """Sentences that are too long, and HTML, which pages show as it is written."""
    if found := _MARKUP.search(text):
        yield Finding(file, key, "markup", {"found": found.group()[:60]})
    for sentence in _SENTENCE.split(_ABBREVIATION.sub(lambda short: short.group().replace(".", ""), text)):
        words = sentence.split()
        if len(words) > SENTENCE_WORDS:
            yield Finding(
                file, key, "long_sentence", {"words": len(words), "begins": " ".join(words[:6]), "limit": SENTENCE_WORDS}
            )


def needed_keys(package: Package) -> dict[str, None]:
    """Keys that pages, letters and the case worker's lists show, in the order of the package."""
    keys = ["service.title", "service.lead", "service.purpose"]
    keys += [f"step.{step.id}.title" for step in package.flow.steps]
    for _, part in parts_of(package):
        if isinstance(part, Info):
            keys.append(f"info.{part.id}")
        elif isinstance(part, Repeat):
            keys.append(f"question.{part.path}.label")
        else:
            keys.append(f"question.{part.key}.label")
            keys += [f"question.{part.key}.option.{option}" for option in part.options]
    keys += [f"computed.{path}.label" for path in package.flow.compute]
    for status in package.case.statuses:
        keys += [f"status.{status.id}.{what}" for what in ("name", "resident", "next")]
    keys += [f"transition.{way.do}" for way in package.case.transitions if way.do]
    keys += [f"decision.{decision.id}.{what}" for decision in package.case.decisions for what in ("name", "text")]
    keys += [f"deadline.{deadline.name}" for deadline in package.case.deadlines]
    return dict.fromkeys(keys)


def optional_keys(package: Package) -> frozenset[str]:
    """Keys that are shown where they are."""
    keys = ["service.short", "service.synonyms", "service.help", "service.contact", "service.after"]
    keys += ["service.legal_basis", "service.data_basis", "service.data_kept"]
    keys += [f"step.{step.id}.{what}" for step in package.flow.steps for what in ("lead", "help")]
    for _, part in parts_of(package):
        if isinstance(part, Question):
            keys += [f"question.{part.key}.{what}" for what in ("hint", "help", "why", "unit")]
            keys += [f"question.{part.key}.option_hint.{option}" for option in part.options]
        elif isinstance(part, Repeat):
            keys += [f"question.{part.path}.{what}" for what in ("hint", "help", "why", "one", "add", "remove")]
    keys += [f"computed.{path}.{what}" for path in package.flow.compute for what in ("hint", "unit")]
    keys += [f"sign.{signer.role}.{what}" for signer in package.flow.sign for what in ("name", "text")]
    keys += [f"outcome.{outcome}" for outcome in ("approved", "partly", "refused", "dismissed")]
    keys += [f"decision.{decision.id}.appeal" for decision in package.case.decisions]
    return frozenset(keys)
