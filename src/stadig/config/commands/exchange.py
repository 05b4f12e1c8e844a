"""``stadig exchange``: read an agency's answer from a file. No city, no database, no settings."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import typer

from stadig.exchange.contracts.errors import ENGLISH, FaultyDeclaration, Reason, Unreadable
from stadig.exchange.contracts.files import ask_nothing
from stadig.exchange.contracts.registry import NoSuchContract, Reading, open_contract, readfile
from stadig.exchange.outcomes import together
from stadig.exchange.terms import Block, Fact, Incoming

app = typer.Typer(no_args_is_help=True, help="What agencies answer.")


@app.callback()
def exchange() -> None:
    """What agencies answer."""


@app.command(epilog="Example: stadig exchange read answer.xml --contracts CONTRACTS --json")
def read(
    file: Path = typer.Argument(help="An agency's answer: SOAP, multipart, JSON, or the document that lay inside one."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object instead of text."),
    contract: str = typer.Option(
        "", "--contract", help="ssbtek-10, ssbtek-11, lefi-9 or rest. Default: what the file says that it is."
    ),
    contracts: Path | None = typer.Option(
        None, "--contracts", envvar="STADIG_CONTRACTS_DIR", help="The folder with the agencies' schemas, to validate against."
    ),
    declaration: Path | None = typer.Option(None, "--declaration", help="With --contract rest: its declaration."),
    person_file: Path | None = typer.Option(
        None, "--person-file", help="A file with the person's twelve digits: is it about them?"
    ),
) -> None:
    """Print the blocks of an answer and what each led to, or why it could not be read.

    What was asked is not in an answer: everything is taken to have been asked of those who answer. Exit code 1 when it cannot be read.
    """
    if contracts is not None and not contracts.is_dir():
        _fail(f"{contracts}: there is no such folder. Name the one with the agencies' schemas.")
    try:
        data = file.read_bytes()
        person = _person(person_file)
        found = (
            _with(contract, data, contracts, declaration, person) if contract else readfile(data, folder=contracts, person=person)
        )
    except OSError as fault:
        _fail(f"{fault.filename}: {fault.strerror}.")
    except (NoSuchContract, FaultyDeclaration) as fault:
        _fail(str(fault))
    except Unreadable as fault:
        reason = Reason(fault.reason)
        if as_json:
            typer.echo(
                json.dumps({"refused": {"code": reason.value, "at": fault.detail, "text": ENGLISH[reason]}}, ensure_ascii=False)
            )
        _fail(f"{file.name} could not be read ({reason.value}): {ENGLISH[reason]}.")
    else:
        typer.echo(json.dumps(_told(found), ensure_ascii=False, indent=2) if as_json else _text(file.name, found))


def _with(name: str, data: bytes, contracts: Path | None, declaration: Path | None, person: str) -> Reading:
    """The answer as one contract reads it. Raises NoSuchContract, FaultyDeclaration."""
    opened = open_contract(name, folder=contracts, declaration=declaration)
    blocks = opened.read(Incoming(200, "", data), ask_nothing(opened.agencies, person))
    return Reading(opened.name, blocks, installed=any(block.schema_valid is not None for block in blocks))


def _person(file: Path | None) -> str:
    if file is None:
        return ""
    digits = "".join(file.read_text(encoding="utf-8").split()).replace("-", "")
    if len(digits) != 12 or not digits.isdecimal():
        raise FaultyDeclaration(
            f"{file.name}: there are not twelve digits in it. Write the person's number there, and nothing else."
        )
    return digits


def _told(found: Reading) -> dict[str, Any]:
    told: dict[str, Any] = {"contract": found.contract, "contract_files_installed": found.installed}
    if found.fault is not None:
        told["fault"] = dict(zip(("source", "code", "text"), found.fault, strict=True))
    if found.probes:
        told["probes"] = [dataclasses.asdict(probe) for probe in found.probes]
    if found.attachments:
        told["attachments"] = found.attachments
    agencies = dict.fromkeys(block.agency for block in found.blocks)
    told["outcomes"] = {
        agency: together(block.outcome for block in found.blocks if block.agency == agency).value for agency in agencies
    }
    told["blocks"] = [_plain(block) for block in found.blocks]
    return told


def _plain(thing: Any) -> Any:
    """Plain data: amounts as text, days as ISO 8601, what is empty left out."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        pairs = ((field.name, getattr(thing, field.name)) for field in dataclasses.fields(thing))
        if isinstance(thing, Fact):
            return {
                name: dict(value) if name == "values" else _plain(value) for name, value in pairs if value not in (None, "", ())
            }
        keep = {"outcome", "agency", "schema_valid"}
        return {name: _plain(value) for name, value in pairs if name in keep or value not in (None, "", ())}
    if isinstance(thing, (Decimal, dt.date)):
        return str(thing)
    if isinstance(thing, tuple):
        return [_plain(one) for one in thing]
    return thing


def _text(name: str, found: Reading) -> str:
    lines = [f"{name}: {found.contract}"]
    if found.fault is not None:
        source, code, text = found.fault
        lines.append(f"A fault of the {source}: {code}. {text}".rstrip())
    for probe in found.probes:
        lines.append(f"{probe.agency:<5} {'answers' if probe.reached else 'does not answer'} {probe.error_code}".rstrip())
    for block in found.blocks:
        lines += _block(block)
    if found.attachments:
        lines.append(f"{found.attachments} attachments, which are not read.")
    if found.blocks and not found.installed:
        lines.append(
            "The contract's files are not installed: the answer could not be validated. Name their folder with --contracts."
        )
    return "\n".join(lines)


def _block(block: Block) -> list[str]:
    head = f"{block.agency:<5} {block.outcome.value:<15} {block.part}".rstrip()
    if block.error_code:
        head += f"  {block.error_code}"
        head += f" ({ENGLISH[Reason(block.error_code)]})" if block.error_code in set(Reason) else f" {block.error_text}".rstrip()
    lines = [head]
    lines += [f"      not known: {code}" for code in block.unknown]
    lines += [f"      dropped: {field}" for field in block.dropped]
    lines += [f"      remark: {code} ({ENGLISH[Reason(code)]})" for code in block.remarks]
    if block.schema_valid is not None:
        lines.append(
            "      valid against its schema"
            if block.schema_valid
            else f"      breaks its schema: {', '.join(block.schema_errors)}"
        )
    for fact in block.facts:
        money = "" if fact.net is None and fact.gross is None else f" {fact.gross if fact.net is None else fact.net} kr"
        when = " ".join(str(day) for day in (fact.pay_date, fact.period_from, fact.period_to) if day)
        rest = ", ".join(f"{key} {value}" for key, value in fact.values)
        lines.append(
            f"      {fact.kind.value} {fact.benefit} {fact.label}{money}{' planned' if fact.planned else ''} {when} {rest}".rstrip()
        )
    return lines


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(1)
