# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's plugin loaders for unit tests, with this checkout as a collection."""

from __future__ import annotations

import typing as t
from importlib import import_module
from pathlib import Path

import yaml
from ansible import constants as C
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import init_plugin_loader
from ansible.utils import collection_loader
from ansible_collections.wslfleet.cuda.plugins.connection import wsl

_ROOT = Path(__file__).resolve().parents[2]
# ansible-test runs in a copy that lies in a tree of collections already.
TREE = (
    _ROOT.parents[2] if _ROOT.parts[-3:-1] == ("ansible_collections", "wslfleet") else _ROOT / ".cache" / "collections"
)


def ensure_plugin_loader() -> None:
    """Set the loaders up once per process; they cannot be set up twice."""
    untyped: t.Any = collection_loader
    config = untyped.AnsibleCollectionConfig
    set_up: t.Any = init_plugin_loader
    if config.collection_finder is None:
        set_up([str(TREE)])
    # The finder reads this when it loads a collection; modules that a test had imported before came without.
    collection: t.Any = import_module("ansible_collections.wslfleet.cuda")
    if not hasattr(collection, "_collection_meta"):
        collection._collection_meta = {}


def wsl_connection(variables: dict[str, t.Any], keys: dict[str, t.Any] | None = None) -> t.Any:
    """The connection ``wslfleet.cuda.wsl`` of a task with VARIABLES and playbook keywords KEYS."""
    ensure_plugin_loader()
    play_context: t.Any = PlayContext
    connection: t.Any = wsl.Connection(play_context(), "/dev/null")
    # What the plugin loader does.
    connection._load_name = wsl.Connection.transport
    definitions = yaml.safe_load(wsl.DOCUMENTATION)["options"]
    config: t.Any = C.config
    config.initialize_plugin_configuration_definitions("connection", connection._load_name, definitions)
    extras = {name: value for name, value in variables.items() if name.startswith("ansible_winrm_")}
    connection.set_options(task_keys=keys, var_options={**variables, "_extras": extras})
    return connection
