#!/bin/sh
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Lint, types and unit tests. Each stage prints its seconds; the first failure ends the run.
set -eu
cd "$(dirname "$0")/.."

stage() {
    name=$1
    shift
    started=$(date +%s)
    "$@" || { echo "check: $name failed" >&2; exit 1; }
    echo "check: $name ok, $(($(date +%s) - started)) s"
}

stage ruff ruff check --quiet .
stage format ruff format --quiet --check .
stage mypy mypy lab
stage mypy-plugins scripts/mypy-plugins.sh
stage shellcheck shellcheck scripts/*.sh .ci/run
stage yamllint yamllint --strict .
stage ansible-lint ansible-lint --offline --profile production -q
stage changelog antsibull-changelog lint
stage docs scripts/docs.sh
stage unit pytest -q tests/unit
