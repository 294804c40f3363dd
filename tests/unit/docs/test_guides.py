# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides and the README say what the code does: lines, programs, places, variables, files, verdicts."""

from __future__ import annotations

import re
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.wslfleet.cuda.plugins.module_utils import _bundle
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import cdi, rootless, runtimes
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import source as containers_source
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials, proxy, trusted_certificates
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import goal, repository, sha1
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import extra_libraries, finish, path, smoke_test
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import launch
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles.variables import all_variables
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import FOLDER
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import linux_line

from scripts.docs import verdicts

ROOT = Path(__file__).resolve().parent.parent.parent.parent
RST = ROOT / "docs" / "docsite" / "rst"
PAGES = [*sorted(RST.glob("*.rst")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
RESULTS = {
    "windows_host_result",
    "cuda_toolkit_result",
    "container_toolkit_result",
}
"""Facts that the roles set; not variables of an administrator."""


def _page(name: str) -> str:
    return (RST / f"{name}.rst").read_text(encoding="utf-8")


def _role_variables() -> set[str]:
    found: set[str] = set()
    for file in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"].values():
            found |= set(entry["options"])
    return found


def _names_of_content() -> set[str]:
    modules = {file.stem for file in (ROOT / "plugins" / "modules").glob("*.py")}
    return modules | {file.name for file in (ROOT / "roles").iterdir()}


def _yaml_blocks(text: str) -> t.Iterator[str]:
    for match in re.finditer(r"(?m)^( *)\.\. code-block:: yaml\n\n((?:\1 +.*\n|\n)+)", text):
        yield textwrap.dedent(match.group(2))
    for match in re.finditer(r"(?ms)^```ya?ml\n(.*?)^```", text):
        yield match.group(1)


def test_the_constant_line_is_the_one_that_the_code_builds() -> None:
    assert f"   {linux_line('Ubuntu-24.04', 'root')}\n" in _page("security_team")


def test_every_program_that_the_code_starts_is_named_to_the_security_team() -> None:
    page = _page("security_team")
    started = set()
    for file in (ROOT / "plugins" / "plugin_utils").rglob("*.py"):
        started |= set(re.findall(r"\{SYSTEM32\}\\\\([a-z0-9-]+\.exe)", file.read_text(encoding="utf-8")))
    assert {"reg.exe", "dism.exe", "curl.exe"} <= started
    assert [program for program in sorted(started) if f"``{program}" not in page] == [], "add rows to security_team.rst"


@pytest.mark.parametrize(
    "place",
    [
        guard.PIN,
        guard.CONFIGURATION,
        goal.KEYRING,
        repository.PIN_600,
        path.PROFILE,
        path.COMMANDS,
        credentials.PATH,
        proxy.APT_PATH,
        proxy.AUTH_PATH,
        proxy.ENVIRONMENT_PATH,
        trusted_certificates.FOLDER,
        finish.RELEASES,
        sha1.SITE_POLICY,
        transaction.FOLDER,
        _bundle.FOLDER,
        launch.PYTHON_FOLDER,
        smoke_test.FOLDER,
        backups.BACKUP_ROOT,
        proxy.ENVIRONMENT_PATH,
        proxy.APT_PATH,
        trusted_certificates.FOLDER,
        containers_source.KEYRING,
        containers_source.SOURCE,
        cdi.SPECIFICATION,
        cdi.RECORD,
        runtimes.DAEMON_JSON,
        runtimes.RECORD,
        rootless.CONFIG_TOML,
        extra_libraries.FOLDER,
        FOLDER,
    ],
)
def test_every_place_on_disk_is_named_to_the_security_team(place: str) -> None:
    assert place in _page("security_team")


def test_the_sources_of_drivers_are_those_of_the_rule() -> None:
    assert [source for source in driver_packages.DRIVER_SOURCES if f"``{source}``" not in _page("guard")] == []


def test_the_cost_of_a_second_run_is_the_one_that_is_tested() -> None:
    test = (ROOT / "tests" / "integration" / "test_provision.py").read_text(encoding="utf-8")
    limits = dict(re.findall(r"(?m)^(MOST_[A-Z_]+) = ([0-9]+)$", test))
    windows, linux, tasks = (limits[f"MOST_{name}"] for name in ("WINDOWS_COMMANDS", "LINUX_LAUNCHES", "TASKS"))
    cost = f"at most {windows} WinRS commands for Windows, {linux} launch into the distribution and {tasks} tasks"
    assert cost in " ".join(_page("getting_started").split())


def test_the_readme_lists_everything() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    plugins = {
        file.stem
        for kind in ("modules", "connection", "filter", "lookup", "callback", "inventory")
        for file in (ROOT / "plugins" / kind).glob("*.py")
    }
    playbooks = {f"wslfleet.cuda.{file.stem}" for file in (ROOT / "playbooks").glob("*.yml")}
    roles = {folder.name for folder in (ROOT / "roles").iterdir()}
    assert sorted(name for name in plugins | playbooks | roles if f"\n- `{name}`: " not in readme) == []


def test_the_readme_links_to_every_guide() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [file.name for file in RST.glob("*.rst") if f"(docs/docsite/rst/{file.name})" not in readme] == []


def test_the_readme_and_the_site_list_the_guides_in_one_order() -> None:
    sections = yaml.safe_load((RST.parent / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    order = [name for section in sections for name in section["toctree"]]
    assert sorted(order) == sorted(file.stem for file in RST.glob("*.rst"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^- \[.*\]\(docs/docsite/rst/([a-z_]+)\.rst\)$", readme) == order
    index = (ROOT / "scripts" / "docs" / "index.rst").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^   collections/wslfleet/cuda/docsite/([a-z_]+)$", index) == order


def test_the_verdicts_are_those_of_the_smoke_test() -> None:
    for verdict in smoke_test.REMEDIES:
        assert f"   * - ``{verdict}``\n" in _page("getting_started")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_variable_of_the_roles_exists(page: Path) -> None:
    words = set(
        re.findall(r"\b(?:windows_host|cuda|container_toolkit)_[a-z0-9_]+\b(?!\*)", page.read_text(encoding="utf-8"))
    )
    assert words - _role_variables() - _names_of_content() - RESULTS == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_yaml_block_is_yaml(page: Path) -> None:
    for block in _yaml_blocks(page.read_text(encoding="utf-8")):
        assert yaml.safe_load(block)


def test_there_are_inventories_to_look_at() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    inventories = [block for block in _yaml_blocks(text) if block.startswith(("laptops:", "# inventory"))]
    assert len(inventories) >= 3
    for block in inventories:
        variables = yaml.safe_load(block)["laptops"]["vars"]
        assert variables["ansible_connection"] in {f"ansible.builtin.{name}" for name in ("winrm", "ssh", "local")} | {
            "wslfleet.cuda.wsl"
        }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_file_of_the_code_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"``((?:plugin_utils|module_utils)/_[a-z_/]+\.py)``", text):
        assert (ROOT / "plugins" / name).is_file(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_row_of_the_audit_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"\b[Rr]ows? (``[a-z_]+``(?:(?:, | and | or )``[a-z_]+``)*)", page.read_text(encoding="utf-8"))
    names = set(re.findall(r"``([a-z_]+)``", " ".join(named)))
    assert names - set(verdicts.told(ROOT / verdicts.PREFLIGHT, ROOT / verdicts.AUDIT)) == set()


def test_every_test_that_proves_something_exists() -> None:
    named = set(re.findall(r"``(?:_[a-z_]+/)?(test_[a-z_]+\.py)``", _page("proven")))
    files = {file.name for file in (ROOT / "tests").rglob("test_*.py")}
    assert len(named) > 15 and sorted(named - files) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_row_of_a_table_has_all_its_cells(page: Path) -> None:
    """Two people add to one table, and a merge keeps half a row of each."""
    for table in page.read_text(encoding="utf-8").split(".. list-table::")[1:]:
        body = re.split(r"(?m)^(?=\S)", table, maxsplit=1)[0]
        rows = re.split(r"(?m)^ +\* - ", body)[1:]
        assert {len(re.findall(r"(?m)^ +- ", row)) for row in rows} == {len(re.findall(r"(?m)^ +- ", rows[0]))}, rows[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_playbook_exists(page: Path) -> None:
    for name in re.findall(r"ansible-playbook[^\n]*? wslfleet\.cuda\.([a-z_]+)", page.read_text(encoding="utf-8")):
        assert (ROOT / "playbooks" / f"{name}.yml").is_file(), name


def test_every_variable_is_on_the_page_of_all() -> None:
    page = _page("variables")
    missing = [name for name in all_variables() if f"   * - ``{name}``\n" not in page]
    assert missing == [], "run python -m scripts.docs"


@pytest.mark.parametrize("playbook", sorted(file.stem for file in (ROOT / "playbooks").glob("*.yml")))
def test_every_playbook_has_a_page(playbook: str) -> None:
    """The page of all variables and those that are made from the code do not count."""
    guides = [file for file in RST.glob("*.rst") if file.stem not in ("variables", "troubleshooting")]
    told = [file.stem for file in guides if f"wslfleet.cuda.{playbook}" in file.read_text(encoding="utf-8")]
    assert told, f"no guide tells how wslfleet.cuda.{playbook} is run"
