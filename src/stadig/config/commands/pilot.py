"""``stadig pilot``: what a trial shows, from a file of figures. Reads and computes; knows no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from stadig.config.commands import _pilot_files
from stadig.config.faults import Fault

if TYPE_CHECKING:
    from stadig.pilots.statistics.reading import Read
    from stadig.pilots.statistics.terms import Allocation, Design, Estimate, Finding, Limit, Plan, Result

app = typer.Typer(no_args_is_help=True, help="Trials: what the figures show, and whether to withdraw, continue or scale up.")

DAY = ["%Y-%m-%d"]
DESIGNS = ("persons", "areas", "comparison-areas", "before-after")


@app.callback()
def pilot() -> None:
    """Trials: what the figures show, and whether to withdraw, continue or scale up."""


_pilot_files.register(app)


@app.command(
    epilog="Example: stadig pilot analyse appointments.csv --design persons --starts 2026-01-05 --worthwhile 0.1 --direction less --json"
)
def analyse(
    series: Path = typer.Argument(
        help="CSV or spreadsheet with a row per unit and time: unit, time, value; may have arm, weight …"
    ),
    design: str = typer.Option("", help="persons, areas, comparison-areas or before-after. Needed unless the rule says it."),
    plan: Path | None = typer.Option(None, help="The whole rule in machine form (JSON); replaces the options below."),
    outcome: str = typer.Option("", help="The primary outcome, where the file holds several."),
    starts: dt.datetime | None = typer.Option(None, formats=DAY, help="First day of the trial."),
    ends: dt.datetime | None = typer.Option(None, formats=DAY, help="Last day of the trial. Default: the last day of the file."),
    through: dt.datetime | None = typer.Option(
        None, formats=DAY, help="Look through this day. Default: the last day of the file."
    ),
    direction: str = typer.Option("", help="Which way is better: less or more."),
    worthwhile: float | None = typer.Option(None, help="The smallest effect worth its cost, as a positive number on the scale."),
    scale: str = typer.Option("relative", help="relative (0.2 is a fifth) or absolute (in the outcome's own unit)."),
    harm: float | None = typer.Option(None, help="Worse than this, on the same scale, withdraws."),
    limit: list[str] = typer.Option([], help="A guardrail OUTCOME:less|more:BOUND[:level|difference]. May be repeated."),
    benefit: list[str] = typer.Option([], help="Another outcome, adjusted by Holm's method. May be repeated."),
    treated: str = typer.Option("", help="Areas that got the service, with commas. Default: from the column arm."),
    pairs: str = typer.Option("", help="Matched pairs, as north:south,east:west."),
    neighbours: str = typer.Option(
        "", help="Areas that border on each other, as north:south,east:west: spill-over is looked for."
    ),
    permutations: int = typer.Option(999, min=19, help="How many draws the randomisation test uses."),
    seed: int = typer.Option(20261122, help="All that is drawn comes from this number."),
    every: int = typer.Option(7, min=1, help="Days between looks."),
    baseline: int = typer.Option(365, min=0, help="Days before the start that are compared with."),
    planned: int = typer.Option(1000, min=2, help="Persons: how many in all are expected."),
    burn_in: int = typer.Option(30, min=2, help="Persons: how many in each group before the first interval."),
    share: float = typer.Option(0.5, min=0.01, max=0.99, help="Persons: how large a share is drawn to the service."),
    alpha: float = typer.Option(0.05, min=0.0001, max=0.5, help="The chance of a false effect that is accepted."),
    mapped: list[str] = typer.Option([], "--map", metavar="FIELD=COLUMN", help="Which column holds a field. May be repeated."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object instead of text."),
) -> None:
    """Analyse a trial from its figures: looks, guardrails, who gained, what is wrong with the data, and what the rule says."""
    from stadig.pilots.statistics import analysis

    if plan is None:
        _usage(design, direction, scale, starts, worthwhile)
    read = _read(series, outcome, mapped)
    if plan is not None:
        rule = _rule(plan, design)
    else:
        from stadig.pilots.statistics.terms import Direction, Plan, Scale

        slug = _primary(read, outcome, series)
        first = starts.date() if starts else _last_day(read)
        last = ends.date() if ends else max(_last_day(read), first + dt.timedelta(1))
        rule = Plan(
            design=_design(design),
            outcome=slug,
            direction=Direction(direction),
            worthwhile=worthwhile or 0.0,
            begins=first,
            ends=last,
            scale=Scale(scale),
            harm=harm,
            every_days=every,
            baseline_days=baseline,
            alpha=alpha,
            planned_n=planned,
            burn_in=burn_in,
            permutations=permutations,
            seed=seed,
            limits=tuple(_limit(one) for one in limit),
            benefits=tuple(benefit),
            allocation=_allocation(_design(design), read, slug, treated, pairs),
            share=share,
        )
    if rule.outcome not in read.outcomes:
        raise Fault(f"{series.name}: holds no figures of {rule.outcome!r}. It holds: {', '.join(read.outcomes)}.")
    when = through.date() if through else _last_day(read)
    beside = _beside(neighbours, {str(one) for one in read.outcomes[rule.outcome].unit})
    also = [*read.findings, *_assumed(plan, rule)]
    result = analysis.analyse(rule, read.outcomes, through=when, code_version=_version(), neighbours=beside, also=also)
    typer.echo(_json(rule, read, result) if as_json else "\n".join(_text(rule, result)))


def _assumed(plan: Path | None, rule: Plan) -> Iterator[Finding]:
    """A file says who had the service, not that the lot chose them: without a frozen rule the test takes it on trust."""
    from stadig.pilots.statistics.terms import Design, Finding

    if plan is None and rule.design is Design.AREAS:
        yield Finding("lot_assumed", "warning")


def _usage(design: str, direction: str, scale: str, starts: dt.datetime | None, worthwhile: float | None) -> None:
    """What must be said when there is no rule in machine form. Raises typer.BadParameter."""
    for name, value, known in (("design", design, DESIGNS), ("direction", direction, ("less", "more"))):
        if value not in known:
            raise typer.BadParameter(f"say one of {', '.join(known)}", param_hint=f"--{name}")
    if scale not in ("relative", "absolute"):
        raise typer.BadParameter("say relative or absolute", param_hint="--scale")
    if starts is None:
        raise typer.BadParameter("say the first day of the trial, for example 2026-01-05", param_hint="--starts")
    if worthwhile is None or worthwhile <= 0:
        raise typer.BadParameter("say the smallest effect worth its cost, as a number above 0", param_hint="--worthwhile")


def _read(path: Path, outcome: str, mapped: list[str]) -> Read:
    from stadig.city.cells import STOCKHOLM
    from stadig.city.tables import TableFault
    from stadig.pilots.statistics import reading

    given = {field: heading for field, _, heading in (one.partition("=") for one in mapped)}
    try:
        found = reading.read(path, outcome=outcome, today=dt.datetime.now(STOCKHOLM).date(), given=given)
    except TableFault as fault:
        raise Fault(str(fault)) from None
    if not any(len(one.unit) for one in found.outcomes.values()):
        told = "; ".join(f"column {one.where}: {one.values.get('problem', one.code)}" for one in found.findings)
        raise Fault(f"{path.name}: no row can be used. {told}")
    return found


def _rule(path: Path, design: str) -> Plan:
    import msgspec

    from stadig.pilots.card import RULES

    try:
        rule = RULES.decode(path.read_bytes())
    except OSError:
        raise Fault(f"{path}: there is no such file.") from None
    except msgspec.DecodeError as fault:
        raise Fault(f"{path.name}: is no rule in machine form ({fault}).") from None
    if design and design != rule.design:
        raise Fault(
            f"{path.name}: the rule says design {rule.design}, not {design}. A frozen rule is not changed: leave out --design."
        )
    return rule


def _design(word: str) -> Design:
    from stadig.pilots.statistics.terms import Design

    return Design(word)


def _primary(read: Read, outcome: str, path: Path) -> str:
    if outcome:
        return outcome
    if len(read.outcomes) > 1:
        raise Fault(f"{path.name}: holds several outcomes ({', '.join(read.outcomes)}). Say which is primary: --outcome NAME")
    return next(iter(read.outcomes))


def _last_day(read: Read) -> dt.date:
    return max(one.day.max().item() for one in read.outcomes.values() if len(one.day))


def _limit(written: str) -> Limit:
    from stadig.pilots.statistics.terms import Direction, Limit

    parts = written.split(":")
    try:
        slug, direction, bound, kind = (*parts, "level") if len(parts) == 3 else parts
        if kind not in ("level", "difference"):
            raise ValueError(kind)
        return Limit(slug, Direction(direction), float(bound), kind)
    except ValueError:
        raise typer.BadParameter(f"{written!r}: write OUTCOME:less|more:BOUND[:level|difference]", param_hint="--limit") from None


def _allocation(design: Design, read: Read, slug: str, treated: str, pairs: str) -> Allocation | None:
    """Which areas got the service: as said, or as the column arm says."""
    from stadig.pilots.statistics.terms import Allocation, Design

    if design not in (Design.AREAS, Design.COMPARISON) or slug not in read.outcomes:
        return None
    series = read.outcomes[slug]
    units = {str(one) for one in series.unit}
    pilots = {one.strip() for one in treated.split(",") if one.strip()}
    if not pilots and series.arm is not None:
        pilots = {str(one) for one in series.unit[series.arm == "pilot"]}
    if not pilots:
        raise Fault("Say which areas got the service: --treated north,east, or a column arm with pilot and comparison.")
    matched = tuple((first, second) for first, _, second in (one.partition(":") for one in pairs.split(",") if one))
    unknown = sorted((pilots | {one for pair in matched for one in pair}) - units)
    if unknown:
        raise Fault(f"The file has no figures of {', '.join(unknown)}. It has: {', '.join(sorted(units)[:20])}.")
    method = "chosen" if design is Design.COMPARISON else "pairs" if matched else "complete"
    return Allocation(tuple(sorted(units)), tuple(sorted(pilots)), method=method, pairs=matched)


def _beside(written: str, units: set[str]) -> dict[str, tuple[str, ...]]:
    """Area → the areas beside it. Raises typer.BadParameter for what is no pair, Fault for an area that has no figures."""
    from stadig.pilots.statistics import meters

    pairs = [tuple(name.strip() for name in one.split(":")) for one in written.split(",") if one.strip()]
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise typer.BadParameter("write pairs of areas, as north:south,east:west", param_hint="--neighbours")
    unknown = sorted({name for pair in pairs for name in pair} - units)
    if unknown:
        raise Fault(f"The file has no figures of {', '.join(unknown)}. It has: {', '.join(sorted(units)[:20])}.")
    return meters.neighbours_of((pair[0], pair[1]) for pair in pairs)


def _version() -> str:
    from stadig.pilots.statistics.version import code_version

    return code_version()


def _json(rule: Plan, read: Read, result: Result) -> str:
    """The result, with the rule it was made by and how the file was read; names in order, so that the same is the same bytes."""
    import msgspec

    told: dict[str, Any] = msgspec.to_builtins(result)
    told |= {"plan": msgspec.to_builtins(rule), "primary": msgspec.to_builtins(result.primary)}
    told |= {"file": {"rows": read.rows, "read_as": read.described, "units_of_measure": read.units}}
    return msgspec.json.format(msgspec.json.encode(told, order="sorted"), indent=2).decode()


def _text(rule: Plan, result: Result) -> list[str]:
    """The same for a person: the verdict first."""
    relative = rule.scale == "relative"
    lines = [f"{result.verdict.replace('_', ' ').upper()}  {rule.outcome}, through {result.through}"]
    lines += [f"  {_sentence(one.code, one.where, one.values)}" for one in result.because]
    if result.judged_not_shown:
        lines.append("  Judged, not shown: the last day came without an answer.")
    lines += ["", f"{'look':>5} {'through':>11} {'effect':>9} {'from':>9} {'to':>9} {'pilot':>7} {'beside':>7}"]
    lines += [f"{one.number:>5} {one.through!s:>11} {_cells(one.estimate, relative)}" for one in result.looks]
    for held in result.limits:
        lines.append(f"guardrail {held.limit.slug}: {held.state}, bound {held.limit.bound:g}  {_cells(held.estimate, False)}")
    for other in result.benefits:
        p = "" if other.p_adjusted is None else f"  p (Holm) {other.p_adjusted:.3g}"
        lines.append(f"also {other.slug}{' (derived)' if other.derived else ''}: {_cells(other.estimate, relative)}{p}")
    for part in result.parts:
        shown = "too few to show" if part.suppressed else _cells(part.estimate, relative)
        lines.append(f"{part.kind} {part.label}: {shown}")
    lines += [f"{one.severity}: {_sentence(one.code, one.where, one.values)}" for one in result.findings]
    return [
        *lines,
        "",
        f"method {result.method}; data sha256 {result.data_sha256[:16]}; seed {result.seed}; code {result.code_version}",
    ]


def _cells(one: Estimate | None, relative: bool) -> str:
    if one is None:
        return f"{'–':>9}"
    written = [
        f"{'∞' if end is None else f'{end:+.1%}' if relative else f'{end:+.4g}':>9}" for end in (one.value, one.low, one.high)
    ]
    return f"{' '.join(written)} {one.n_pilot:>7} {one.n_comparison:>7}"


def _sentence(code: str, where: str, values: dict[str, Any]) -> str:
    """A code with its figures, readable though plain: ``sample ratio (missed): pilot 80, comparison 120``."""
    figures = ", ".join(f"{name} {f'{value:.4g}' if isinstance(value, float) else value}" for name, value in values.items())
    named = f"{code.replace('_', ' ')} ({where})" if where else code.replace("_", " ")
    return f"{named}: {figures}" if figures else named
