# Every target does its own set-up, in virtual environments inside the checkout.
# PYTHON names the interpreter: make test PYTHON=python3.12

PYTHON ?= python3
PYTEST_ARGS ?=
BENCH_ARGS ?=

# Compiled modules are kept, whatever the environment says: the tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

VENV := .venv
BIN := $(VENV)/bin
OTHER := .venv-sa20
PIP_FLAGS := --quiet --disable-pip-version-check

.PHONY: help demo test test-other compat lint format bench docs clean

help:
	@echo "make demo    the set-up guide on SQLite, typed and printed"
	@echo "make test    all tests, and the unit tests on the other SQLAlchemy"
	@echo "make compat  programs built on Alembic, downloaded, and run with both tools"
	@echo "make lint    ruff, mypy, the layers contract, and the links of the documentation"
	@echo "make format  let ruff write the format"
	@echo "make bench   Limbeck and Alembic side by side"
	@echo "make docs    the documentation as a site"
	@echo "make clean   remove what the other targets made"

demo: $(VENV)/.demo
	@$(BIN)/python examples/demo.py

test: $(VENV)/.dev $(OTHER)/.test
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term $(PYTEST_ARGS)
	$(MAKE) --no-print-directory test-other

test-other: $(OTHER)/.test
	@$(OTHER)/bin/python -c "import sqlalchemy; print('Unit tests on SQLAlchemy', sqlalchemy.__version__)"
	$(OTHER)/bin/python -m pytest -n 2 tests/unit $(PYTEST_ARGS)

compat: export LIMBECK_COMPAT := 1
compat: $(VENV)/.dev
	$(BIN)/python -m pytest tests/compat tests/differential/test_compare_metadata.py $(PYTEST_ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mkdocs build --strict --quiet

format: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

docs: $(VENV)/.docs
	$(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) $(OTHER) build dist site .coverage .pytest_cache .mypy_cache .ruff_cache \
	  .import_linter_cache .hypothesis examples/*/.build

# An old pip knows no dependency groups, so that the first thing to install is a new one.
define create
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 10))" || \
	  { echo "Limbeck needs Python 3.10 or later. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(1) || \
	  { echo "$(PYTHON) cannot make a virtual environment (on Debian: apt install python3-venv)"; exit 1; }
	$(1)/bin/python -m pip install $(PIP_FLAGS) --upgrade "pip>=25.1"
	@touch $@
endef

$(VENV)/.created:
	$(call create,$(VENV))

$(OTHER)/.created:
	$(call create,$(OTHER))

$(VENV)/.demo: $(VENV)/.created pyproject.toml
	$(BIN)/python -m pip install $(PIP_FLAGS) --editable ".[aiosqlite]" "pydantic-settings>=2.3"
	@touch $@

$(VENV)/.dev: $(VENV)/.created pyproject.toml
	$(BIN)/python -m pip install $(PIP_FLAGS) --editable . --group dev --group peer "SQLAlchemy>=2.1,<2.2"
	@touch $@ $(VENV)/.demo

$(VENV)/.docs: $(VENV)/.created pyproject.toml
	$(BIN)/python -m pip install $(PIP_FLAGS) --group docs
	@touch $@

$(OTHER)/.test: $(OTHER)/.created pyproject.toml
	$(OTHER)/bin/python -m pip install $(PIP_FLAGS) --editable . --group test "SQLAlchemy>=2.0.20,<2.1"
	@touch $@
