"""What is wrong with the templates that case workers begin decisions from: for no decision, in one language only, with an unknown answer. No Django."""

from __future__ import annotations

from collections.abc import Iterator

from stadig.cases.definition import GIVEN, PUT_IN
from stadig.eservices.findings import Finding
from stadig.eservices.lint_texts import plain
from stadig.eservices.package import LOCAL_WORD, Package


def lint_templates(package: Package) -> Iterator[Finding]:
    """Every template is for a decision, in every language of the package, in plain language, and names answers that there are."""
    decisions = {decision.id for decision in package.case.decisions}
    answers = {question.path for question in package.flow.questions() if "[]" not in question.path} | set(package.flow.compute)
    for language, templates in package.templates.items():
        for decision, text in templates.items():
            file = f"templates/{decision}.{language}.md"
            if decision not in decisions:
                yield Finding(file, "", "unknown_decision", {"decision": decision})
            for other in package.about.languages:
                if decision not in package.templates.get(other, {}):
                    values = {"decision": decision, "other": language, "language": other}
                    yield Finding(f"templates/{decision}.{other}.md", "", "missing_template", values)
            for path in PUT_IN.findall(LOCAL_WORD.sub("", text)):
                if path not in answers and not path.startswith(GIVEN):
                    yield Finding(file, "", "unknown_answer", {"path": path})
            yield from plain(file, "", text)
