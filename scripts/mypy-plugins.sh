#!/bin/sh
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Types of the collection, seen where Ansible sees it: below ansible_collections/.
set -eu
cd "$(dirname "$0")/.."
cd .cache/collections
exec mypy --config-file ../../pyproject.toml -p ansible_collections.wslfleet.cuda.plugins
