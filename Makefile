# Needs Python >= 3.11, make and git; everything else comes from uv.lock. Every target sets up what it needs first, is
# quick the second time, and leaves the program at .venv/bin/turnero.

# The Python to use; empty: the first one found that is new enough.
PYTHON ?=
PORT   ?= 8080
ARGS   ?=

UV  := .boot/bin/uv
BIN := .venv/bin

# uv runs on the Python that is here, and never fetches one of its own.
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check fmt bench clean

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(UV):
	@for python in $(or $(PYTHON),python3 python3.11 python3.12 python3.13 python3.14); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    $$python -m venv .boot && exec .boot/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.7'; \
	    echo "make: $$python cannot make a virtual environment (on Debian: apt install python3-venv)" >&2; exit 1; \
	  fi; \
	done; echo 'make: Turnero needs Python 3.11 or newer; say where it is: make PYTHON=/path/to/python3.11 ...' >&2; exit 1

# The stamp is newer than everything that says what to install: then there is nothing to do.
.venv/.synced: pyproject.toml uv.lock | $(UV)
	@echo 'Installing what uv.lock says into .venv ...'
	@$(UV) sync --frozen --quiet --python $$(.boot/bin/python -c 'import sys; print(sys.executable)')
	@touch $@

setup: .venv/.synced ## Make .venv with exactly what uv.lock says
	@:

demo: setup ## Serve the sample barbershop (PORT=8080, ARGS='--now 2026-12-01T09:00:00-03:00')
	@exec $(BIN)/turnero demo --port $(PORT) $(ARGS)

test: setup ## Run every test (ARGS='-k kill' for some)
	@$(BIN)/python -m tests.browser
	$(BIN)/python -m pytest $(ARGS)

check: setup ## Format, lint, types, import contracts, compose file, lock file
	$(UV) lock --check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --config importlinter.ini
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

fmt: setup ## Format, and mend what ruff can mend by itself
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: setup ## Measure (ARGS=--quick for a short run)
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## Remove everything that these targets made
	rm -rf .venv .boot .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
