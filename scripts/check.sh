#!/bin/sh
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What `make check` does, without its set-up.
set -eu
cd "$(dirname "$0")/.."
exec .venv/bin/python -m scripts.gates.run check
