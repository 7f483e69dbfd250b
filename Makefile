# Two commands for everybody: `make run` and `make test`. The rest is for those who work on the code.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: run test lint format bench signin setup setup-test check-web clean help

VENV := .venv
PY := $(VENV)/bin/python
# The first of these that runs and is a Python we support; PYTHON=… names another.
PYTHON ?= python3.11 python3.12 python3
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 13))
RUN_STAMP := $(VENV)/.installed-$(if $(WEB_ONLY),web,run)
TEST_STAMP := $(VENV)/.installed-test
comma := ,
EXTRAS := laptop$(comma)analysis$(if $(WEB_ONLY),,$(comma)model)
PIP := "$(PY)" -m pip install -qq --disable-pip-version-check

help: ## What there is
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(PY):
	@for python in $(PYTHON); do \
	  if "$$python" -c '$(FITS)' 2>/dev/null; then \
	    echo "evalsite: making a virtual environment with $$("$$python" --version)"; \
	    "$$python" -m venv "$(VENV)" && exit 0; rm -rf "$(VENV)"; exit 1; \
	  fi; \
	done; echo "evalsite: no Python 3.11 or 3.12 with venv was found among: $(PYTHON)"; \
	echo "  (Debian and Ubuntu: apt-get install python3.11-venv; or name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11)"; exit 1

$(RUN_STAMP): pyproject.toml | $(PY)
	@echo "evalsite: installing ($(EXTRAS)); minutes the first time"
	@$(PIP) --editable ".[$(EXTRAS)]"
	@touch "$@"

$(TEST_STAMP): pyproject.toml | $(PY)
	@echo "evalsite: installing (laptop,analysis,model,dev); minutes the first time"
	@$(PIP) --editable ".[laptop,analysis,model,dev]"
	@touch "$@" "$(VENV)/.installed-run"

setup: $(RUN_STAMP) ## Install what `make run` needs
setup-test: $(TEST_STAMP) ## Install what `make test` needs, Chromium too
	@bash scripts/chromium.sh

run: setup ## Set everything up, start everything, print the address and the sign-ins
	@exec "$(PY)" -m evalsite.laptop

test: setup-test ## Set everything up, run every test
	@"$(PY)" -m scoring.metrics.backbones fetch || echo "evalsite: backbones could not be fetched; tests that need them say so"
	@"$(PY)" -m pytest -n auto --dist worksteal $(ARGS)

lint: $(TEST_STAMP) ## Format, lint, types, import contracts, migrations; says all that is wrong, not only the first
	@failed=""; \
	check() { echo "== $$1"; shift; "$$@" || failed=1; }; \
	check format "$(PY)" -m ruff format --check .; \
	check lint "$(PY)" -m ruff check .; \
	check types "$(PY)" -m mypy; \
	check imports "$(VENV)/bin/lint-imports"; \
	check migrations "$(PY)" manage.py makemigrations --check --dry-run; \
	[ -z "$$failed" ]

format: $(TEST_STAMP) ## Format and mend what can be mended
	"$(PY)" -m ruff format .
	"$(PY)" -m ruff check --fix .

bench: $(TEST_STAMP) ## Measure pages, saves and releases on 10,000 conversations
	"$(PY)" -m tests.bench $(ARGS)

signin: setup ## A new sign-in: make signin ROLE=annotator
	@"$(PY)" manage.py signin --role "$(or $(ROLE),annotator)"

check-web: ## Install the web part alone in a new environment: it has no torch, starts, and is under 300 MB
	@bash scripts/check_web.sh

clean: ## Remove caches (the data in var/ stays)
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis staticfiles

-include mk/*.mk
