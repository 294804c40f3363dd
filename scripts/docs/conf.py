# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Sphinx for the documentation site; scripts/docs.sh builds it. Nothing here needs a network."""

from __future__ import annotations

import re
import typing as t

from docutils import nodes

project = "wslfleet.cuda"
copyright = "The wslfleet contributors"
title = "wslfleet.cuda"
html_short_title = "wslfleet.cuda"

extensions = ["sphinx_antsibull_ext"]
html_theme = "alabaster"
html_theme_options = {"page_width": "78em", "sidebar_width": "18em", "font_family": "sans-serif"}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_use_smartypants = False
html_use_index = False
html_copy_source = False
html_show_sphinx = False
default_role = "any"
# A reference that leads nowhere is an error.
nitpicky = True

_ANSIBLE = "https://docs.ansible.com/projects/ansible/latest/"
_BUILTIN = re.compile(r"^ansible_collections\.ansible\.builtin\.(?P<page>[a-z0-9_]+_(module|connection|filter|lookup))")
_PAGES = {
    "action_plugins": "plugins/action.html",
    "callback_plugins": "plugins/callback.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
    "ANSIBLE_PIPELINING": "reference_appendices/config.html",
}
"""What generated pages refer to in Ansible's own documentation, besides its modules."""


def _ansible_page(target: str) -> str | None:
    match = _BUILTIN.match(target)
    return f"collections/ansible/builtin/{match['page']}.html" if match else _PAGES.get(target)


def _link_to_ansible(app: t.Any, env: t.Any, node: t.Any, content: t.Any) -> nodes.Node | None:
    """Links to Ansible's documentation by rule: an inventory of all its labels would have to be downloaded."""
    page = _ansible_page(node.get("reftarget", ""))
    if page is None:
        return None
    reference = nodes.reference("", "", internal=False, refuri=_ANSIBLE + page)
    reference += content
    return reference


def setup(app: t.Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("missing-reference", _link_to_ansible)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
