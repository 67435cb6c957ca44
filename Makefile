# make setup | demo | test | check | bench | soak | docs: each sets up first when needed.
PYTHON_BIN := .venv/bin/python

.PHONY: setup demo test check bench soak docs
setup: .venv/ready

.venv/ready: .ci/setup requirements.lock pyproject.toml
	@.ci/setup

demo: .venv/ready
	@$(PYTHON_BIN) -m ronn_jack demo

test: .venv/ready
	@.ci/test-packages
	@$(PYTHON_BIN) -m pytest -m "not soak"

check: .venv/ready
	@$(PYTHON_BIN) -m ruff format --check .
	@$(PYTHON_BIN) -m ruff check .
	@$(PYTHON_BIN) -m mypy
	@$(PYTHON_BIN) -m pytest -m "not slow and not soak"

bench: .venv/ready
	@$(PYTHON_BIN) -m ronn_jack bench

soak: .venv/ready
	@$(PYTHON_BIN) -m pytest -m soak

docs: .venv/ready
	@$(PYTHON_BIN) docs/generate.py
