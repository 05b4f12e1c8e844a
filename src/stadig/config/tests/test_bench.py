"""Benchmarks print one JSON object that other programs can read."""

from __future__ import annotations

import json
import sys

import pytest
from typer.testing import CliRunner

from stadig.config import bench
from stadig.config.commands.bench import app


@pytest.fixture
def trees(monkeypatch):
    monkeypatch.setattr(bench, "names", lambda: ["trees"])
    monkeypatch.setitem(sys.modules, "stadig.config.bench.trees", bench)

    @bench.bench("trees")
    def measure():
        return [
            bench.at_least("height", 12.5, "m", 10, how="with a rope"),
            bench.at_most("lean", 4, "degrees", 3, how="with a plumb line"),
            bench.measured("age", 80, "years", how="rings"),
        ]

    yield
    bench._benchmarks.pop("trees")


def test_one_json_object_alone_says_figures_machine_and_whether_the_goal_holds(trees):
    answer = CliRunner().invoke(app, ["trees", "--json"])
    said = json.loads(answer.stdout)
    assert set(said) == {"bench", "machine", "figures"}
    assert said["bench"] == "trees"
    assert {"cpu", "cores", "memory_gb", "python", "postgres"} <= set(said["machine"])
    assert [figure["holds"] for figure in said["figures"]] == [True, False, None]
    assert set(said["figures"][0]) == {"name", "value", "unit", "goal", "holds", "how"}
    assert answer.exit_code == 1, "a goal that is missed is a failure"


def test_without_json_it_is_a_table(trees):
    answer = CliRunner().invoke(app, ["trees"])
    assert "height" in answer.stdout
    assert "≥ 10" in answer.stdout


def test_all_names_each_figure_after_its_benchmark(trees):
    said = json.loads(CliRunner().invoke(app, ["all", "--json"]).stdout)
    assert said["bench"] == "all"
    assert said["figures"][0]["name"] == "trees: height"


def test_an_unknown_benchmark_is_a_usage_error_that_lists_the_known(trees):
    answer = CliRunner().invoke(app, ["stones"])
    assert answer.exit_code == 2
    assert "trees" in answer.output


def test_a_missing_load_generator_is_said_with_the_way_out(monkeypatch):
    monkeypatch.setattr(bench.shutil, "which", lambda name: None)
    with pytest.raises(bench.CannotMeasure, match="apt install wrk"):
        bench.wrk()
