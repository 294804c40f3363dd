#!/bin/sh
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# An old-style module: arguments as key=value in a file.
. "$1"
printf '{"changed": false, "said": "%s"}\n' "$text"
