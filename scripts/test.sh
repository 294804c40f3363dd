#!/bin/sh
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Everything that `make check` leaves out. Ends with pytest, whose closing line is the verdict.
set -eu
cd "$(dirname "$0")/.."

stage() {
    name=$1
    shift
    started=$(date +%s)
    echo "test: $name"
    "$@" || { echo "test: $name failed" >&2; exit 1; }
    echo "test: $name ok, $(($(date +%s) - started)) s"
}

export NO_COLOR=1
stage images python -m lab.linux.images debian-12 debian-13 debian-12-minimal
stage packages python -m lab.repository.cuda
for scenario in default legacy_keys broken_driver; do
    stage "molecule $scenario" molecule test --scenario-name "$scenario"
done
exec pytest -q tests/lab tests/integration --durations=15
