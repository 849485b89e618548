# Commands run from here; nothing is installed outside .venv/, nothing written outside var/.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
ARGS ?=

export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test check bench lock clean
.DEFAULT_GOAL := help
.SUFFIXES:

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.run  ## start everything on this machine; PORT=9000 moves the ports; Ctrl-C ends it
	@exec $(PY) -m sandbox

test: $(VENV)/.test  ## all tests, on a real Redis, SQLite and PostgreSQL; ARGS="-k word" for some
	@$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

check: $(VENV)/.dev  ## lint, format, types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy .

bench: $(VENV)/.test  ## speed, each figure against its limit in the same run
	@$(PY) -m bench $(ARGS)

lock: $(VENV)/.dev  ## write the lock files anew from pyproject.toml; ARGS=--upgrade for newer releases
	@$(LOCK) --extra dev --output-file requirements-dev.lock pyproject.toml
	@$(LOCK) --extra test --constraint requirements-dev.lock --output-file requirements-test.lock pyproject.toml
	@$(LOCK) --extra demo --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml

clean:  ## remove the demo's data and all caches; the virtual environment stays
	@if [ -f var/sandbox.pid ] && kill -0 "$$(cat var/sandbox.pid)" 2>/dev/null; then \
		echo "The demo is running (make run); end it first with Ctrl-C. 演示正在运行，请先按 Ctrl-C 结束。" >&2; exit 1; fi
	rm -rf var .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# One answer for all platforms and Pythons, and only from the public index: no settings of this machine.
LOCK = $(VENV)/bin/uv pip compile --no-config --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --quiet $(ARGS)

# The stamps make a second start a matter of seconds: pip runs only after its lock file has changed.
$(VENV)/.run: requirements.lock
$(VENV)/.test: requirements-test.lock
$(VENV)/.dev: requirements-dev.lock
$(VENV)/.run $(VENV)/.test $(VENV)/.dev: | $(VENV)/bin/python
	@echo "Installing from $< (only the first time, about a minute) 正在安装依赖…"
	@$(PY) -m pip install --quiet --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed, and none is on the PATH (python3 is: $$(python3 -V 2>&1))." >&2; \
		echo "需要 Python 3.11 或更新版本；也可用 make PYTHON=/path/to/python3.12 run 指定。" >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is $$($(PYTHON) -V 2>&1): Python 3.11 or newer is needed. 需要 Python 3.11 或更新版本。" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Could not make .venv; on Debian and Ubuntu: apt install python3-venv. 无法创建虚拟环境。" >&2; exit 1; }
