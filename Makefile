# make setup | demo | test | check | bench | soak | fuzz | docs | screenshots: each sets up first when needed.
PYTHON_BIN := .venv/bin/python
# So many at a time, also on two cores, as a third of the time is waited; quick tests wait for nothing.
# Each is in a /dev/shm of its own, as JACK's programs share what is there.
WORKERS := 3
check: WORKERS := 2
WORKER := $(PYTHON_BIN) -m tests.support.shared_memory -- $(PYTHON_BIN)
PYTEST = $(PYTHON_BIN) -m pytest --dist worksteal --tx '$(WORKERS)*popen//python=$(WORKER)'

# Hundreds of programs are started, each of which would compile all its modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test check bench soak fuzz docs screenshots
setup: .venv/ready

.venv/ready: .ci/setup requirements.lock pyproject.toml
	@.ci/setup

.venv/tests-ready: .venv/ready requirements-test.lock
	@$(PYTHON_BIN) -m pip install --quiet --no-input --disable-pip-version-check -r requirements-test.lock
	@touch $@

demo: .venv/ready
	@$(PYTHON_BIN) -m ronn_jack demo

test: .venv/tests-ready
	@.ci/test-packages
	@$(PYTEST) -m "not soak and not fuzz"

check: .venv/tests-ready
	@$(PYTHON_BIN) -m ruff format --check .
	@$(PYTHON_BIN) -m ruff check .
	@$(PYTHON_BIN) -m mypy
	@$(PYTEST) -m "not slow and not soak and not fuzz"

bench: .venv/ready
	@$(PYTHON_BIN) -m ronn_jack bench

soak: .venv/tests-ready
	@$(PYTHON_BIN) -m pytest --hypothesis-profile seeking -m "soak or hypothesis"

fuzz: .venv/tests-ready
	@nice -n 10 $(PYTEST) -m fuzz

docs: .venv/ready
	@$(PYTHON_BIN) docs/generate.py

screenshots: .venv/tests-ready
	@.ci/test-packages
	@$(PYTHON_BIN) docs/screenshots.py
