"""The 46 scenarios of the OpenFeature specification, run against our provider through the SDK (they lie with the reference data)."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEventDetails
from openfeature.exception import ProviderFatalError
from openfeature.flag_evaluation import FlagEvaluationOptions
from openfeature.hook import Hook
from openfeature.transaction_context import ContextVarsTransactionContextPropagator

from stadig.city.flags import Flag
from stadig.city.openfeature import StadigProvider
from stadig.city.tests.expressions import rule
from stadig.city.tests.gherkin_runner import Run, Steps, runs

FOLDER = "steering/openfeature-gherkin"
OURS = {"contextMerging": 7, "evaluation": 13, "evaluation_v2": 21, "hooks": 3, "metadata": 2}
"""How many scenarios each feature has: 46."""
LEVELS = ["API", "Transaction", "Client", "Invocation", "Before Hooks"]
step = Steps()


class Noting(Hook):
    """Notes what is called, with what; and adds to the context before."""

    def __init__(self, name: str = "", added: dict[str, Any] | None = None) -> None:
        self.name, self.added, self.called = name, added or {}, dict[str, Any]()
        self.order: list[str] = []

    def before(self, hook_context, hints):
        self.called["before"] = hook_context
        self.order.append(self.name)
        return EvaluationContext(attributes=self.added) if self.added else None

    def after(self, hook_context, details, hints):
        self.called["after"] = details

    def error(self, hook_context, exception, hints):
        self.called["error"] = exception

    def finally_after(self, hook_context, details, hints):
        self.called["finally"] = details


class World:
    """What a scenario has set up, and what came of it."""

    def __init__(self, folder) -> None:
        written = json.loads((folder / "test-flags.json").read_text())
        self.flags = {key: read(key, found) for key, found in written.items()}
        # the old feature asks for a flag that the file does not hold
        self.flags["context-aware"] = Flag(
            "context-aware",
            {"internal": "INTERNAL", "external": "EXTERNAL"},
            "external",
            rule("fn == 'Sulisław' && ln == 'Świętopełk' && age == 29 && customer == false ? 'internal' : ''"),
        )
        self.entries: dict[str, dict[str, Any]] = {level: {} for level in LEVELS}
        self.context: dict[str, Any] = {}
        self.hooks: list[Noting] = []
        self.asked: tuple[str, str, Any] = ("boolean", "boolean-flag", False)
        self.details: Any = None
        self.value: Any = None
        self.seen: EvaluationContext | None = None
        self.release = threading.Event()

    def source(self, key: str) -> Flag | None:
        return self.flags.get(key)

    def register(self, ready=lambda: None, *, wait: bool = True, source=None) -> StadigProvider:
        provider = StadigProvider(source or self.source, kept_s=60, ready=ready)
        if wait:
            api.set_provider_and_wait(provider)
        else:
            api.set_provider(provider)
        return provider

    def evaluate(self, options: FlagEvaluationOptions | None = None) -> None:
        kind, key, fallback = self.asked
        client = api.get_client()
        client.context = EvaluationContext(attributes=self.entries["Client"])
        client.add_hooks(list(self.hooks))
        self.context.update(self.entries["Invocation"])
        given = EvaluationContext(attributes=self.context)
        self.details = getattr(client, f"get_{kind}_details")(key, fallback, given, options)


def read(key: str, found: dict[str, Any]) -> Flag:
    written = found.get("contextEvaluator")
    return Flag(
        key,
        found["variants"],
        found.get("defaultVariant"),
        rule(written) if written else None,
        found.get("disabled", False),
        found.get("flagMetadata") or {},
    )


def typed(kind: str, text: str) -> Any:
    readers = {
        "boolean": lambda: text == "true",
        "string": lambda: text,
        "integer": lambda: int(text),
        "float": lambda: float(text),
        "object": lambda: json.loads(text.replace('\\"', '"')),
    }
    return None if text == "null" else readers[kind.lower()]()


# a provider in each of its states


@step("a stable provider")
def _(world):
    world.register()


@step("a not ready provider")
def _(world):
    world.register(ready=lambda: world.release.wait(20), wait=False)


@step("a (error|fatal) provider")
def _(world, how):
    def fails() -> None:
        raise ProviderFatalError("for good") if how == "fatal" else RuntimeError("for now")

    with pytest.raises((ProviderFatalError, RuntimeError)):
        world.register(ready=fails)


@step("a stale provider")
def _(world):
    world.register().emit_provider_stale(ProviderEventDetails(message="old"))


@step('the provider status should be "(.+)"')
def _(world, wanted):
    assert api.get_client().get_provider_status().value == wanted


# asking


@step('an? (\\w+)-flag with key "(.+)" and a fallback value "(.*)"')
def _(world, kind, key, fallback):
    world.asked = (kind.lower(), key, typed(kind, fallback))


@step('a context containing a key "(.+)", with type "(.+)" and with value "(.*)"')
def _(world, key, kind, text):
    world.context[key] = typed(kind, text)


@step('a context containing a key "(.+)" with null value')
def _(world, key):
    world.context[key] = None


@step("the flag was evaluated with details")
def _(world):
    world.evaluate()


@step("the flag was evaluated with details asynchronously")
def _(world):
    kind, key, fallback = world.asked

    async def both() -> Any:
        asked = asyncio.create_task(getattr(api.get_client(), f"get_{kind}_details_async")(key, fallback))
        world.turns = 0
        while not asked.done():
            world.turns += 1
            await asyncio.sleep(0)
        return asked.result()

    with ThreadPoolExecutor(1) as aside:  # a browser's event loop may be running in this thread
        world.details = aside.submit(copy_context().run, lambda: asyncio.run(both())).result(20)


@step("the evaluation should complete without blocking")
def _(world):
    assert world.turns > 1, "the loop went on while the flag was asked for"


# what came of it


@step('the resolved details value should be "(.*)"')
def _(world, wanted):
    value = world.details.value
    assert value == typed(world.asked[0], wanted)
    assert isinstance(value, bool) == (world.asked[0] == "boolean")


@step('the reason should be "(.+)"')
def _(world, wanted):
    assert world.details.reason == wanted


@step('the error-code should be "(.+)"')
def _(world, wanted):
    assert world.details.error_code == wanted


@step('the variant should be "(\\w+)"')
def _(world, wanted):
    assert world.details.variant == wanted


@step('the flag key should be "(.+)"')
def _(world, wanted):
    assert world.details.flag_key == wanted


@step("the resolved metadata should contain")
def _(world, table):
    for name, kind, text in table[1:]:
        assert world.details.flag_metadata[name] == typed(kind, text)


@step("the resolved metadata is empty")
def _(world):
    assert not world.details.flag_metadata


# hooks


@step("a client with added hook")
def _(world):
    world.hooks = [Noting()]


@step('the "(.+)" hook should have been executed')
def _(world, name):
    assert name in world.hooks[0].called


@step('the "(.+)" hooks should be called with evaluation details')
def _(world, names, table):
    for name in names.split(", "):
        details = world.hooks[0].called[name]
        for kind, key, text in table[1:]:
            assert getattr(details, key) == typed(kind, text), (name, key)


@step("evaluation options containing specific hooks")
def _(world):
    order: list[str] = []
    world.hooks = [Noting("first"), Noting("second")]
    for one in world.hooks:
        one.order = order


@step("the flag was evaluated with details using the evaluation options")
def _(world):
    chosen, world.hooks = world.hooks, []
    world.evaluate(FlagEvaluationOptions(hooks=list(chosen)))
    world.hooks = chosen


@step("the specified hooks should execute during evaluation")
def _(world):
    assert all({"before", "after", "finally"} <= one.called.keys() for one in world.hooks)


@step("the hook order should be maintained")
def _(world):
    assert world.hooks[0].order == ["first", "second"]


@step("an evaluation context with modifiable data")
def _(world):
    world.context = {"roles": ["admin"], "age": 29}


@step("the original evaluation context should remain unmodified")
def _(world):
    assert world.context == {"roles": ["admin"], "age": 29}


@step("the evaluation details should be immutable")
def _(world):
    kept = dataclasses.replace(world.details)
    world.details.value = not kept.value  # what a caller does with its own copy …
    world.evaluate()
    assert world.details.value == kept.value  # … does not reach the next answer


# contexts that are merged


@step("a stable provider with retrievable context is registered")
def _(world):
    def source(key: str) -> Flag:
        def see(context: Any) -> None:
            world.seen = context

        return Flag(key, {"on": True}, "on", see)

    world.register(source=source)
    world.asked = ("boolean", "any", False)


@step('A context entry with key "(.+)" and value "(.+)" is added to the "(.+)" level')
def _(world, key, value, level):
    world.entries[level][key] = value


@step("A table with levels of increasing precedence")
def _(world, table):
    world.levels = [row[0] for row in table]


@step('Context entries for each level from API level down to the "(.+)" level, with key "(.+)" and value "(.+)"')
def _(world, level, key, _value):
    for one in world.levels[: world.levels.index(level) + 1]:
        world.entries[one][key] = one


@step("Some flag was evaluated")
def _(world):
    api.set_evaluation_context(EvaluationContext(attributes=world.entries["API"]))
    api.set_transaction_context(EvaluationContext(attributes=world.entries["Transaction"]))
    world.hooks = [Noting(added=world.entries["Before Hooks"])]
    world.evaluate()


@step('The merged context contains an entry with key "(.+)" and value "(.+)"')
def _(world, key, value):
    assert world.seen[key] == value


# the old feature, in other words


@step('an? (\\w+) flag with key "(.+)" is evaluated with default value "?([^"]+)"?')
def _(world, kind, key, fallback):
    world.asked = (kind, key, typed(kind, fallback))
    world.evaluate()


@step('an? (\\w+) flag with key "(.+)" is evaluated with details and default value "?([^"]+)"?')
def _(world, kind, key, fallback):
    world.asked = (kind, key, typed(kind, fallback))
    world.evaluate()


@step('an object flag with key "(.+)" is evaluated with (?:details and )?a null default value')
def _(world, key):
    world.asked = ("object", key, None)
    world.evaluate()


@step('the resolved (boolean|string|integer|float) value should be "?([^"]+)"?')
def _(world, kind, wanted):
    assert world.details.value == typed(kind, wanted)


@step('the resolved (\\w+) details value should be "?([^"]+)"?, the variant should be "(.+)", and the reason should be "(.+)"')
def _(world, kind, wanted, variant, reason):
    assert (world.details.value, world.details.variant, world.details.reason) == (typed(kind, wanted), variant, reason)


@step(
    "the resolved object (?:details )?value should be contain fields "
    '"(.+)", "(.+)", and "(.+)", with values "(.+)", "(.+)" and (.+), respectively'
)
def _(world, first, second, third, *values):
    found = [world.details.value[name] for name in (first, second, third)]
    assert found == [values[0] == "true", values[1], int(values[2])]


@step('the variant should be "(\\w+)", and the reason should be "(.+)"')
def _(world, variant, reason):
    assert (world.details.variant, world.details.reason) == (variant, reason)


@step('context contains keys "(.+)", "(.+)", "(.+)", "(.+)" with values "(.+)", "(.+)", (.+), "(.+)"')
def _(world, *said):
    keys, values = said[:4], said[4:]
    world.context = dict(zip(keys, [values[0], values[1], int(values[2]), values[3] == "true"], strict=True))


@step('a flag with key "(.+)" is evaluated with default value "(.+)"')
def _(world, key, fallback):
    world.asked = ("string", key, fallback)
    world.evaluate()


@step('the resolved string response should be "(.+)"')
def _(world, wanted):
    assert world.details.value == wanted


@step('the resolved flag value is "(.+)" when the context is empty')
def _(world, wanted):
    world.context = {}
    world.evaluate()
    assert world.details.value == wanted


@step('a non-existent string flag with key "(.+)" is evaluated with details and a fallback value "(.+)"')
def _(world, key, fallback):
    world.asked = ("string", key, fallback)
    world.evaluate()


@step('a string flag with key "(.+)" is evaluated as an integer, with details and a fallback value (.+)')
def _(world, key, fallback):
    world.asked = ("integer", key, int(fallback))
    world.evaluate()


@step("the default (?:string|integer) value should be returned")
def _(world):
    assert world.details.value == world.asked[2]


@step('the reason should indicate an error and the error code should indicate a .+ with "(.+)"')
def _(world, code):
    assert (world.details.reason, world.details.error_code) == ("ERROR", code)


@pytest.fixture
def worlds(reference_data) -> Iterator[Any]:
    """Makes a world for each run, with nothing left of the one before."""
    folder = reference_data(FOLDER)
    made: list[World] = []

    def make() -> World:
        clean()
        made.append(World(folder))
        return made[-1]

    yield make
    for one in made:
        one.release.set()
    clean()


def clean() -> None:
    api.clear_providers()
    api.clear_hooks()
    api.set_evaluation_context(EvaluationContext())
    api.set_transaction_context_propagator(ContextVarsTransactionContextPropagator())
    api.set_transaction_context(EvaluationContext())


@pytest.mark.parametrize("feature", list(OURS))
def test_our_provider_does_what_the_specification_says(feature, reference_data, worlds):
    every: list[Run] = runs(reference_data(FOLDER) / f"{feature}.feature")
    for one in every:
        step.run(one, worlds())
    assert len({one.line for one in every}) == OURS[feature]


def test_there_are_46_scenarios(reference_data):
    folder = reference_data(FOLDER)
    assert sum(len({one.line for one in runs(path)}) for path in folder.glob("*.feature")) == 46 == sum(OURS.values())
