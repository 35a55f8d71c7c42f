# For newcomers: `make run`, `make check` before a commit, `make test` before a merge, `make test-all` before a release.
# Prefer Debian's Python 3.11: it is compiled with optimizations that pyenv leaves out by default, and pages take
# a fifth less time
PYTHON ?= $(shell /usr/bin/python3.11 -c 'import ensurepip, venv' 2>/dev/null && echo /usr/bin/python3.11 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
TEMPLATES := templates chatbot/templates tickets/templates
# Every package in the requirements*.txt has its hashes: pip refuses a file that differs
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes

.PHONY: run check lint lint-quick lint-slow types test test-all test-fast bench bench-quick docs wheel audit lock format messages hooks pictures clean

run: $(VENV)/.runtime
	@exec $(BIN)/python manage.py serve

# Linters, types, and one case of each fast test: two minutes on two cores. mypy and the slower linters, which use
# one core, run beside the tests; what they found stands below the tests' summary
check: export PYTHONDONTWRITEBYTECODE :=
check: lint-quick
	@mkdir -p .cache; $(MAKE) --no-print-directory --keep-going lint-slow types >.cache/beside 2>&1 & beside=$$!; \
	 $(MAKE) --no-print-directory test-fast PYTEST_ARGS="--cases 1 -m 'not slow and not long' $(PYTEST_ARGS)"; tests=$$?; \
	 wait $$beside; others=$$?; cat .cache/beside; exit $$((tests + others))

# Up to two cases of each test on SQLite, one of those marked `engines` on PostgreSQL and MongoDB too, where
# `all_engines` waits for test-all.
# DATABASE_URL=... takes that server only
test: $(VENV)/.tests
	@sh tests/install_browser.sh
	@exec $(BIN)/python tests/engines/run.py $(PYTEST_ARGS)

# All cases, and the tests marked `extended`
test-all: $(VENV)/.tests
	@sh tests/install_browser.sh
	@exec $(BIN)/python tests/engines/run.py --all $(PYTEST_ARGS)

# Without browsers and other processes. Where Python is told to keep no compiled files, each worker would compile the
# desk and its tests for eight seconds
test-fast: $(VENV)/.tests
	PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -m "not slow" -n 2 $(PYTEST_ARGS)

# Every cost on desks of 1,000 to 1,000,000 tickets, on SQLite and PostgreSQL: an hour or two the first time, 30 GB
bench: $(VENV)/.bench
	@exec $(BIN)/python -m benchmarks.run $(BENCH_ARGS)

# Two minutes once the data is there
bench-quick: $(VENV)/.bench
	@exec $(BIN)/python -m benchmarks.run --quick $(BENCH_ARGS)

lint: lint-quick lint-slow

# What takes a second together
lint-quick: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/typos

lint-slow: $(VENV)/.tests
	$(BIN)/python -m tests.words
	$(BIN)/djlint --lint --quiet $(TEMPLATES)
	$(BIN)/python manage.py makemigrations --check --dry-run

types: $(VENV)/.tests
	$(BIN)/mypy

# The docs site in .site; a link that leads nowhere is an error
docs: $(VENV)/.docs
	$(BIN)/zensical build --clean --strict

# A wheel in dist/; it has templates and static files inside
wheel:
	@test -x .audit/bin/python || $(PYTHON) -m venv .audit
	@.audit/bin/python -m pip install -qq --disable-pip-version-check build==1.6.1
	@.audit/bin/python -m build --wheel

# Run the linters on what is committed, by a Git hook
hooks: $(VENV)/.tests
	$(BIN)/prek install

# Check pinned dependencies for known vulnerabilities; needs the network, and says so where there is none
audit:
	@test -d .audit || $(PYTHON) -m venv .audit
	@.audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	@.audit/bin/pip-audit --requirement requirements.txt --require-hashes --disable-pip --progress-spinner off >.audit/said 2>&1; \
	 holes=$$?; cat .audit/said; grep -qE "Could not connect|could not be audited" .audit/said \
	 && echo "Not audited: the register of known holes cannot be reached." || exit $$holes

# Resolve requirements*.in to exact versions with hashes in requirements*.txt
lock:
	@test -x .audit/bin/python || $(PYTHON) -m venv .audit
	@.audit/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@for name in "" -test -bench -llm -s3 -sentry -train -docs; do \
	 .audit/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	 --no-emit-find-links --custom-compile-command "make lock" $${name:+-c requirements.txt} requirements$$name.in --output-file requirements$$name.txt \
	 $(LOCK_ARGS) || exit; done

format: $(VENV)/.tests
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Read the sentences of templates, Python and scripts into locale/*/LC_MESSAGES/*.po, and compile them. The .mo are
# committed: the desk needs no tool to speak Hindi. `make messages NEW=mr` begins a language, see docs/languages.md
messages: $(VENV)/.runtime
	@pot=$$(mktemp -d) && for name in django djangojs; do \
	 $(BIN)/pybabel -q extract -F locale/$$name.cfg -k gettext_lazy -k ngettext_lazy:1,2 --no-location --sort-output \
	 -o $$pot/$$name.pot . && \
	 { test -z "$(NEW)" || $(BIN)/pybabel -q init -D $$name -i $$pot/$$name.pot -d locale -l $(NEW); } && \
	 $(BIN)/pybabel -q update -D $$name -i $$pot/$$name.pot -d locale --no-fuzzy-matching --ignore-obsolete \
	 --ignore-pot-creation-date && $(BIN)/pybabel -q compile -D $$name -d locale --statistics || exit; \
	 done; rm -r $$pot

# The picture in the README, from a real desk and a real browser
pictures: $(VENV)/.tests
	@sh tests/install_browser.sh
	$(BIN)/python docs/pictures.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "supportdesk needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the desk runs on into $(VENV), about a minute:"
	@{ $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes \
	     -r requirements.txt 2>&1; echo "pip-exit $$?"; } | awk '/^Collecting/ {print "  " $$2; fflush()} \
	     /^Installing/ {print "  unpacking " NF - 3 " packages"; fflush()} /ERROR/ {print} \
	     /^pip-exit/ {code = $$2} END {exit code}'
	@touch $@

$(VENV)/.tests: requirements-test.txt $(VENV)/.runtime
	@echo "Installing what the tests need ..."
	@$(INSTALL) -r requirements-test.txt
	@touch $@

$(VENV)/.docs: requirements-docs.txt | $(VENV)/bin/python
	@echo "Installing what builds the docs ..."
	@$(INSTALL) -r requirements-docs.txt
	@touch $@

$(VENV)/.bench: requirements-bench.txt $(VENV)/.runtime
	$(INSTALL) -r requirements-bench.txt
	@command -v wrk >/dev/null || { echo "The load is made by wrk: apt-get install wrk (Debian, Ubuntu), brew install wrk." >&2; exit 1; }
	@touch $@

clean:
	rm -rf $(VENV) .audit .static .site .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
