PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CODE := bot dialogs storage tests

.DEFAULT_GOAL := run
.PHONY: run test lint format bench picture lock clean

run: .venv/.run-stamp
	@exec $(BIN)/vidsyn run

test: .venv/.dev-stamp
	@$(BIN)/python -m pytest -n auto $(ARGS)

lint: .venv/.dev-stamp
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	@$(BIN)/python -m tests.words.hardest

format: .venv/.dev-stamp
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

# Measures us beside the bare ceilings: BENCH=full takes hours and tries every fault, NAMES="turns claims" some of it.
bench: .venv/.dev-stamp
	@BENCH=$(or $(BENCH),quick) $(BIN)/python -m tests.benchmarks $(NAMES)
	@$(if $(filter full,$(BENCH)),$(if $(NAMES),,FAULTS=all $(BIN)/python -m pytest -q -n auto tests/faults))

# Takes the pictures in docs/ anew: the playground, a host's page, and what people meet in Slack and in Teams.
picture: .venv/.dev-stamp
	@VIDSYN_PICTURE=1 $(BIN)/python -m pytest -q -k take tests/browser/test_picture.py \
	  tests/browser/test_host_picture.py tests/browser/test_phone_pictures.py tests/browser/test_slack_pictures.py tests/agents/test_pictures.py

# Needs uv. Takes the newest versions that the .in files allow: read the difference before you commit it.
lock:
	uv pip compile $(LOCK) --upgrade requirements.in -o requirements.txt
	uv pip compile $(LOCK) --upgrade requirements-dev.in -o requirements-dev.txt
LOCK := --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Vidsyn needs Python 3.11 or later with venv. On Debian: apt-get install -y python3 python3-venv make'; \
	  exit 1; }
	@$(PYTHON) -m venv .venv

# A stamp is older than its lock only when the lock has changed: a second start installs nothing.
.venv/.run-stamp: requirements.txt pyproject.toml | .venv/bin/python
	@echo 'Installing what Vidsyn needs (only when it has changed) ...'
	@$(PIP) install --quiet --compile --require-hashes --requirement requirements.txt
	@$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev-stamp: requirements-dev.txt .venv/.run-stamp
	@echo 'Installing what the tests need (only when it has changed) ...'
	@$(PIP) install --quiet --compile --require-hashes --requirement requirements-dev.txt
	@touch $@
