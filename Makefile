# Everything a newcomer types. `make help` lists it; each target installs what it needs into .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint format crash siege soak bench dst power fuzz damage clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: $(VENV)/installed ## Run an end-of-day batch on this machine, under a minute
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: $(VENV)/installed-dev ## Run the tests, under four minutes
	@$(BIN)/python -m pytest -m "not crash and not bench and not dst and not power and not fuzz and not damage"

lint: $(VENV)/installed-dev ## Check style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/installed-dev ## Put the code into its one format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

crash: $(VENV)/installed-dev ## Kill schedulers, runners and commands for SECONDS=600 and count what was lost
	@$(BIN)/python -m tests.crash --seconds $(or $(SECONDS),600) $(if $(SEED),--seed $(SEED))

siege: $(VENV)/installed-dev ## Jobs that will not die, restarts with 200 jobs running, 200 commands at once
	@$(BIN)/python -m pytest -m crash -s

bench: $(VENV)/installed-dev ## Measure, as ratios to what this machine can do, into docs/performance.md
	@BENCH_TABLE=write $(BIN)/python -m pytest -m bench -s -o tmp_path_retention_count=30 tests/bench

dst: $(VENV)/installed-dev ## Hold every change of every clock against an oracle
	@$(BIN)/python -m pytest -m dst -s tests/oracle

power: $(VENV)/installed-dev ## Cut the power, POWER_IMAGES times for each journal, and look what is left
	@$(BIN)/python -m pytest -m power -s tests/power

fuzz: $(VENV)/installed-dev ## Feed rubbish to everything that reads text, for FUZZ_MINUTES
	@$(BIN)/python -m pytest -m fuzz -s tests/fuzz

damage: $(VENV)/installed-dev ## Damage the event store in every way and run every command on it
	@$(BIN)/python -m pytest -m damage -s tests/cli/test_damaged_store.py

clean: ## Remove the virtual environment and what the demo left
	rm -rf $(VENV) demo-instance

$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "AutoSys-py needs Python 3.11 or later; say which with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing AutoSys-py into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@$(BIN)/python -m compileall -q autosys_py
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@
