# The two commands: `make run` publishes corpus/ on http://127.0.0.1:8000, `make test` proves the code.
# Each sets up what it needs in .venv/; a second call starts at once.
PYTHON ?= python3
# How many articles the store is measured with.
BENCH_COUNT ?= 1000000
BIN := .venv/bin
PYTEST := --numprocesses=auto --dist=worksteal
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test coverage check lint types layers tools data lock score bench sbom audit clean

run: .venv/ready
	@$(BIN)/nashra serve --ingest

test: .venv/ready-dev tools
	$(BIN)/pytest $(PYTEST)

# The same, and how much of the code it ran: to look on takes half as long again.
coverage: .venv/ready-dev tools
	$(BIN)/pytest $(PYTEST) --cov --cov-report=term:skip-covered

# What CI runs.
check: lint types layers coverage

lint: .venv/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready-dev
	$(BIN)/mypy

layers: .venv/ready-dev
	$(BIN)/lint-imports

# A feed reader, a browser, a proxy and clients of the API for the tests that need them: installed where we may, named where we may not.
tools:
	@tests/install-tools

# How well captures are read, field by field, against tests/gold/.
score: .venv/ready-dev
	$(BIN)/python -m tests.score

# The normaliser beside the tools one would use instead, in an environment of its own; the store beside the bare drivers;
# what is served beside nginx, Flask, Django and Datasette.
bench: .venv-bench/ready .venv/ready-dev
	.venv-bench/bin/python -m benchmarks.normalise
	$(BIN)/python -m benchmarks.store --count $(BENCH_COUNT)
	$(BIN)/python -m benchmarks.serving --count $(BENCH_COUNT)

# What an installation consists of, as CycloneDX; and whether any of it has a known vulnerability, which asks a database on the network.
sbom: .venv-audit/ready
	@mkdir -p build
	@PYTHONWARNINGS=ignore .venv-audit/bin/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --mc-type application --output-reproducible --of JSON -o build/sbom.json
	@echo "build/sbom.json"

audit: .venv-audit/ready
	.venv-audit/bin/pip-audit --requirement requirements.txt --require-hashes --disable-pip --strict

.venv-audit/ready: deploy/audit-requirements.txt
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check -r deploy/audit-requirements.txt
	@touch $@

.venv-bench/ready: requirements.txt benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

# What is generated and committed: the month names of CLDR (Babel carries them), the description of the API.
data: .venv/ready-dev
	$(BIN)/python -m service.normalise.data.cldr
	DATABASE_URL=sqlite:///build/openapi.db $(BIN)/flask --app service.wsgi openapi write --format=json docs/openapi.json

# Refresh the pinned, hashed requirements from the ranges in pyproject.toml.
lock: .venv/ready-dev
	$(BIN)/uv pip compile pyproject.toml --extra postgres --extra redis --universal --python-version 3.11 --generate-hashes --no-header --no-strip-extras -q --upgrade -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra postgres --extra redis --group dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-header --no-strip-extras -q --upgrade -o tests/requirements.txt
	printf 'dateparser\nhtmldate\ntrafilatura\ndatasette\ndjango\ndjangorestframework\ngunicorn\n' | $(BIN)/uv pip compile - -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-header --strip-extras -q --upgrade -o benchmarks/requirements.txt
	printf 'cyclonedx-bom\npip-audit\n' | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-strip-extras -q --upgrade -o deploy/audit-requirements.txt

.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Nashra needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 run" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(PIP) -r requirements.txt
	$(PIP) --no-deps --editable .
	@touch $@

.venv/ready-dev: .venv/ready tests/requirements.txt
	$(PIP) -r tests/requirements.txt
	@touch $@

clean:
	rm -rf .venv .venv-bench .venv-audit .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .import_linter_cache
