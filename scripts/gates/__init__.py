# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of ``make check`` and ``make test`` that are more than one command. noxfile.py calls them."""
