"""The linter against forms that are in use: Helsinki's grants and the largest of NAV's. Skipped where the reference data are not at hand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from stadig.eservices import lint_flow, reading, schemas

GRANTS = ("kasko_ip_lisa", "kuva_projekti", "liikunta_suunnistuskartta_avustu", "liikunta_tapahtuma")
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("name", GRANTS)
def test_every_fault_that_the_metaschema_finds_in_a_real_schema_is_told_with_its_place(reference_data, name):
    schema = json.loads(reference_data(f"eservices/helsinki-grants/{name}/schema.json").read_text())
    metaschema = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA)
    theirs = {"".join(f".{name}" for name in error.absolute_path) for error in metaschema.iter_errors(schema)}
    ours = {"." + fault.place.replace("[", ".").replace("]", "") for fault in schemas.faults(schema)}
    assert ours == theirs
    assert ours


def test_a_form_of_559_components_is_read_and_its_dead_references_are_found(reference_data):
    from stadig.config.bench import _formio

    reference_data("eservices/nav-formio/nav020807.json")
    made = _formio.form()
    assert made.components == 559
    assert len(made.rules) == 198
    assert len(made.left) == 1
    base = dict(reading.load(Path(reading.__file__).parent / "packages" / "street-fault").files)
    package = reading.read(_formio.files(base, made))
    assert len(list(package.flow.questions())) > 400
    found = list(lint_flow.rule_findings(package))
    kinds = Counter(finding.kind for finding in found)
    assert "erDuSendtUtAvArbeidsgiverenDin" in {finding.values.get("path") for finding in found}
    assert kinds["not_an_option"] == 1
