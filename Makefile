# Everything runs from .venv, which the first target that needs it makes; nothing else on the machine is touched.
# `make PYTHON=python3.12 run` picks the interpreter. Once set up, no target needs the network.

PYTHON ?= python3
UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
# The peers of the benchmark bring pandas, which would make every start of ours slower: they get a place of their own.
BENCH := .venv-bench
UV := UV_PYTHON_DOWNLOADS=never $(BIN)/uv
SYNC := sync --quiet --frozen --inexact --python $(BIN)/python

# Without byte code every start reads and compiles all sources again.
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help run web test lint docs api screenshots bench sim soak crash-matrix live-check
WEB := src/paddock/surfaces/http/static/index.html
WEB_SOURCES := web/index.html web/vite.config.ts $(shell find web/src web/public -type f 2>/dev/null)
SEED ?= 1
MINUTES ?= 10

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.synced ## Set up, then keep three bots trading on paper in a generated market, until Ctrl-C
	@$(MAKE) --no-print-directory web || echo "The web app could not be built; everything else works without it." >&2
	@$(BIN)/paddock serve --demo

web: $(WEB) ## Build the web app, if its sources are newer than what is built
	@:

test: $(VENV)/.synced-dev $(WEB) ## Set up, then run the tests
	@web/npm.sh run --silent check
	@$(BIN)/python -m tests.suite  # which looks once more, alone, at what failed: slow is not broken

lint: $(VENV)/.synced-dev ## Style, types and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: $(VENV)/.synced-dev ## Build the site into site/
	@$(BIN)/zensical build --clean --strict

api: $(VENV)/.synced-dev web/node_modules/.synced ## Describe the API anew, and make the web app's client of it
	@$(BIN)/python -m tests.write_openapi
	@web/npm.sh run --silent api

bench: $(BENCH)/.synced ## Measure against the peers (see docs/performance.md)
	@$(BENCH)/bin/python -m bench

sim: $(VENV)/.synced-dev ## Play one seed of the simulation: make sim SEED=7
	@$(BIN)/python -m tests.simulation.simulate $(SEED)

soak: $(VENV)/.synced-dev ## Play seeds of the simulation for a while, then property tests with new examples: make soak MINUTES=60
	@$(BIN)/python -m tests.simulation.soak $(MINUTES)
	@$(BIN)/pytest -n auto -m hypothesis --hypothesis-profile explore

crash-matrix: $(VENV)/.synced-dev ## Kill a worker at every point where it writes or sends, and print what became of it
	@$(BIN)/python -m tests.crash.matrix

screenshots: $(VENV)/.synced-dev $(WEB) ## Picture every page of a demo, both themes and two widths, into .screenshots/
	@$(BIN)/python -m tests.web.screenshots

live-check: $(VENV)/.synced-dev ## Hold what venues say to anybody to the codecs; skips without network
	@$(BIN)/python -m tests.live_check

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Paddock needs Python 3.11 or newer as $(PYTHON); name another with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) > /dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment; on Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.synced: pyproject.toml uv.lock | $(BIN)/uv
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) $(SYNC) --no-dev
	@touch $@

$(VENV)/.synced-dev: pyproject.toml uv.lock | $(BIN)/uv
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) $(SYNC)
	@touch $@ $(VENV)/.synced

web/node_modules/.synced: web/package.json web/package-lock.json | $(BIN)/uv
	@echo "Fetching the web app's packages (once) ..."
	@web/npm.sh ci --silent
	@touch $@

$(WEB): $(WEB_SOURCES) web/node_modules/.synced
	@echo "Building the web app ..."
	@web/npm.sh run --silent build -- --logLevel warn

$(BENCH)/.synced: pyproject.toml uv.lock | $(BIN)/uv
	@UV_PROJECT_ENVIRONMENT=$(BENCH) $(UV) $(SYNC) --no-dev --group bench
	@touch $@
