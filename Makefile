# Everything runs from .venv, which `make setup` builds once from the hashed requirements.
# `make` alone lists the targets.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
READY := $(VENV)/.ready
WITHOUT_BROKER := tests/unit tests/contract tests/architecture tests/corpus tests/component
SERVICES := matching scheduling engagement reporting

.PHONY: help setup lock fmt lint type test-fast test wire e2e fuzz prometheus prove prove-planted fire-drill bench-pipeline \
	bench-reporting bench-matching contracts docs migration demo up compose-config clean

help: ## this list
	@if [ -t 1 ]; then bold=$$(printf '\033[1m'); plain=$$(printf '\033[0m'); fi; \
		awk -F ':.*## ' -v b="$$bold" -v p="$$plain" \
		'/^[a-z0-9-]+:.*## / { printf "  %s%-16s%s %s\n", b, $$1, p, $$2 }' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- the workshop

setup: $(READY) ## build .venv (Python 3.11 or later; happens once)

$(READY): requirements/dev.txt
	@sh deploy/local/setup.sh $(VENV) requirements/dev.txt
	@touch $@

lock: ## renew the hashed requirements after a change of pyproject.toml (needs uv)
	@sh deploy/local/lock.sh $(SERVICES)

fmt: $(READY) ## format, and repair what lint can repair
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# ---------------------------------------------------------------- the checks

lint: $(READY) ## style, and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

type: $(READY) ## mypy --strict on everything, tests included
	@$(BIN)/mypy

test-fast: $(READY) ## rules, contracts, architecture: nothing is started
	@$(PYTHON) -m pytest tests/unit tests/contract tests/architecture

test: $(READY) ## every tier, on the best broker and database that are there (it says which)
	@MENTORING_REQUIRE_APACHE_KAFKA= $(PYTHON) -m pytest -q -n 2 --dist loadfile $(WITHOUT_BROKER)
	@$(PYTHON) -m pytest -q tests/wire tests/e2e tests/browser

wire: $(READY) ## what the broker and the database really do
	@$(PYTHON) -m pytest tests/wire

e2e: $(READY) ## all services together, the browser included
	@$(PYTHON) -m pytest tests/e2e tests/browser

fuzz: $(READY) ## any bytes at all through everything that reads a topic (RUNS=10000000; Linux, x86-64)
	@$(PYTHON) -m tests.fuzz.decoder $(RUNS)

prometheus: $(READY) ## alerts, rules and queries, as Prometheus itself tries them (needs promtool)
	@$(PYTHON) -m pytest -q tests/architecture/test_watching.py

# ---------------------------------------------------------------- the proof, and figures

prove: $(READY) ## kill -9 the platform on a real broker and database, and judge it (KILLS= SEED= MINUTES= PLANT= RUN_DIR=)
	@$(PYTHON) -m $(if $(PLANT),tests.prove.planted $(PLANT),tests.prove run $(if $(KILLS),--kills $(KILLS)) \
		$(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(RUN_DIR),--run-dir $(RUN_DIR) --resume))

prove-planted: $(READY) ## plant bugs in the product: the verdict must catch each, and sound runs must hold
	@$(PYTHON) -m tests.prove.planted

fire-drill: $(READY) ## a real Prometheus watches services with faults: the right alerts fire (HEALTHY=15: none, in 15 minutes)
	@$(PYTHON) -m tests.prove.fire_drill $(HEALTHY)

bench-pipeline: $(READY) ## events a second beside a plain consumer, on a real broker and database
	@$(PYTHON) -m tests.bench.pipeline

bench-reporting: $(READY) ## how fast reporting consumes and rebuilds, beside a plain consumer
	@$(PYTHON) -m tests.bench.reporting

bench-matching: $(READY) ## our engine beside OR-tools (FULL=1: a million people)
	@$(PYTHON) -m tests.bench.matching $(if $(FULL),--full)

# ---------------------------------------------------------------- what is generated and committed

contracts: $(READY) ## event schemas and AsyncAPI documents from the models; freezes new examples
	@$(PYTHON) -m shared.events.contracts
	@$(PYTHON) -m shared.events.frozen

docs: $(READY) ## OpenAPI documents, the tables in the documentation, the board
	@$(PYTHON) -m deploy.docs

migration: $(READY) ## a new revision: make migration s=matching m="add note"
	@test -n "$(s)" && test -n "$(m)" || { echo 'usage: make migration s=<service> m="<verb> <noun>"'; exit 2; }
	@$(PYTHON) -m deploy.local.migration "$(s)" "$(m)"

# ---------------------------------------------------------------- running it

demo: $(READY) ## the whole platform with people in it (ONCE=1 ends by itself; SEED=7; HRIS=folder of HR payloads)
	@ONCE="$(ONCE)" SEED="$(SEED)" HRIS="$(HRIS)" INSTALL_S="$$(cat $(VENV)/.install_seconds)" \
		$(PYTHON) -m deploy.local.demo

up: $(READY) ## the whole platform, empty: one process, no Docker, no JVM
	@$(PYTHON) -m deploy.local.platform

compose-config: ## check docker-compose.yml (needs Docker's client)
	@OIDC_ISSUER=https://x OIDC_AUDIENCE=x OIDC_JWKS_URL=https://x docker compose config --quiet

clean: ## forget .venv and every cache
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
