# Two commands for newcomers: `make run` and `make test`. Everything else helps those who work on it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-fast lint format pictures clean

run: $(VENV)/.runtime
	@exec $(BIN)/python manage.py serve

# On SQLite, PostgreSQL and MongoDB; with DATABASE_URL=... on that server only
test: $(VENV)/.tests
	@sh tests/install_browser.sh
	@exec $(BIN)/python tests/engines/run.py $(PYTEST_ARGS)

# Without browsers and other processes: before every commit
test-fast: $(VENV)/.tests
	PYTHONHASHSEED=0 $(BIN)/python -m pytest -m "not slow" -n 2 $(PYTEST_ARGS)

lint: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python manage.py makemigrations --check --dry-run

format: $(VENV)/.tests
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The picture in the README, from a real desk and a real browser
pictures: $(VENV)/.tests
	@sh tests/install_browser.sh
	$(BIN)/python docs/pictures.py

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "supportdesk needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.tests: requirements-test.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@

clean:
	rm -rf $(VENV) .static .pytest_cache .ruff_cache
