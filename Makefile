# SPDX-License-Identifier: GPL-3.0-or-later
# `make demo` and `make test` set up what they need; see scripts/setup.sh.

PYTHON := .venv/bin/python
# A user of Debian has no sbin on the PATH, which the lab keeps under sudo and where it finds chroot.
export PATH := $(CURDIR)/.venv/bin:$(PATH):/usr/local/sbin:/usr/sbin:/sbin
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.cache/collections
export PYTHONPATH := $(CURDIR)
export LC_ALL := C.UTF-8

# The lab mounts file systems and makes namespaces, so it runs as root. sudo keeps the environment and the PATH above.
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo -E env "PATH=$(PATH)")

.PHONY: help setup demo demo-down test test-all check clean

help:
	@echo "make demo       provision three simulated laptops and show the result"
	@echo "make demo-down  stop the demo's laptops"
	@echo "make check      lint, types and unit tests (about 2 minutes on 2 cores)"
	@echo "make test       all tests (about 20 minutes on 2 cores); one stage alone: .venv/bin/nox -s NAME, their names: nox -l"
	@echo "make test-all   the same with every ansible-core, and slow deliberate faults"

setup:
	@scripts/setup.sh

demo: setup
	@$(AS_ROOT) $(PYTHON) scripts/demo.py

demo-down: setup
	@$(AS_ROOT) $(PYTHON) -m lab down --state .demo --purge

check: setup
	@$(PYTHON) -m scripts.gates.run check

test: setup
	@$(PYTHON) -m scripts.gates.run test

test-all: setup
	@$(PYTHON) -m scripts.gates.run test-all

clean:
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .nox
