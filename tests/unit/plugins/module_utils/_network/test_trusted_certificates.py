# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import trusted_certificates as trusted
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups, changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed, System

from tests.unit.plugins.module_utils.certificate_data import AUTHORITY, OLD_AUTHORITY, SERVER
from tests.unit.plugins.module_utils.scripted_run import system_at

FILE = f"{trusted.FOLDER}/Corp-TLS-Inspection-CA-b757614a.crt"


def put(root: Path, path: str, text: str) -> None:
    """Write PATH below ROOT."""
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_read() -> None:
    found = trusted.read([AUTHORITY + OLD_AUTHORITY, AUTHORITY])
    assert [item.subject for item in found] == ["Corp TLS Inspection CA", "Old Corp"]
    with pytest.raises(Failure, match=r"Corp is not a certificate authority.*nothing was changed"):
        trusted.read([SERVER])
    with pytest.raises(Failure, match="no certificate in PEM form"):
        trusted.read(["nothing"])


def test_plan_comes_and_goes(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    put(tmp_path, trusted.PROGRAM, "")
    wanted = trusted.read([AUTHORITY])
    planned = trusted.plan(system, wanted, "now")
    assert planned.steps == ["trust Corp-TLS-Inspection-CA-b757614a", "update-ca-certificates"]
    changes.apply(system, planned.changes)
    # Cut off here: the file is there, the bundle is not.
    again = trusted.plan(system, wanted, "now")
    assert (again.changes, again.rebuild, again.install) == ((), True, False)
    put(tmp_path, trusted.BUNDLE, "# others\n" + OLD_AUTHORITY + AUTHORITY)
    assert trusted.plan(system, wanted, "now").steps == []
    put(tmp_path, f"{trusted.FOLDER}/README", "not ours to judge")
    gone = trusted.plan(system, [], "now")
    assert gone.steps == ["distrust Corp-TLS-Inspection-CA-b757614a", "update-ca-certificates"]
    changes.apply(system, gone.changes)
    assert not (tmp_path / FILE.lstrip("/")).exists()
    assert (tmp_path / f"{backups.BACKUP_ROOT}/now{FILE}".lstrip("/")).read_text() == AUTHORITY
    assert trusted.plan(system, [], "now") == trusted.Plan()


def test_plan_where_the_package_is_missing(tmp_path: Path) -> None:
    planned = trusted.plan(system_at(tmp_path), trusted.read([AUTHORITY]), "now")
    assert planned.install and planned.steps[0] == "install ca-certificates"
    assert trusted.plan(system_at(tmp_path), [], "now") == trusted.Plan()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything at paths of its own."""
    monkeypatch.setattr(trusted, "FOLDER", str(tmp_path / "folder"))
    monkeypatch.setattr(trusted, "BUNDLE", str(tmp_path / "bundle"))
    monkeypatch.setattr(trusted, "PROGRAM", str(tmp_path / "program"))
    monkeypatch.setattr(backups, "BACKUP_ROOT", str(tmp_path / "backup"))
    return tmp_path


def test_apply_looks_at_what_became_of_it(place: Path) -> None:
    (place / "program").touch()
    wanted = trusted.read([AUTHORITY])
    ran: list[t.Sequence[str]] = []

    def works(arguments: t.Sequence[str]) -> Completed:
        ran.append(arguments[1:])
        (place / "bundle").write_text("".join(file.read_text() for file in (place / "folder").glob("*.crt")))
        return Completed(0, "", "")

    trusted.apply(system_at("", works), wanted, trusted.plan(system_at(""), wanted, "now"))
    trusted.apply(system_at("", works), [], trusted.plan(system_at(""), [], "now"))
    assert ran == [[], ["--fresh"]]
    trusted.apply(system_at("", works), [], trusted.plan(system_at(""), [], "now"))
    assert len(ran) == 2, "nothing to do is nothing run"
    planned = trusted.plan(system_at(""), wanted, "now")
    with pytest.raises(Failure, match="ended with 1: no space; run it"):
        trusted.apply(system_at("", lambda _: Completed(1, "", "more\nno space")), wanted, planned)
    with pytest.raises(Failure, match="does not contain Corp TLS Inspection CA"):
        trusted.apply(system_at("", lambda _: Completed(0, "", "")), wanted, planned)


def test_the_package_is_brought_by_a_transaction(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, comes = True, True

    def start(
        _system: System, purpose: str, commands: t.Sequence[t.Sequence[str]], stop_on_failure: bool
    ) -> apt_transaction.Transaction:
        assert (purpose, commands[1][-1], stop_on_failure) == ("certificates", "ca-certificates", False)
        if comes:
            (place / "program").touch()
        return apt_transaction.Transaction(str(place))

    monkeypatch.setattr(apt_transaction, "start", start)
    monkeypatch.setattr(apt_transaction, "attach", lambda transaction, seconds: ended)
    trusted._install(system_at(""))
    comes = False
    (place / "program").unlink()
    with pytest.raises(Failure, match="could not be installed; put it into the image"):
        trusted._install(system_at(""))
    ended = False
    with pytest.raises(Failure, match=r"still runs after .* s; run again later"):
        trusted._install(system_at(""))

    def busy(*_: object, **__: object) -> t.NoReturn:
        raise Failure("another one runs")

    monkeypatch.setattr(apt_transaction, "start", busy)
    with pytest.raises(Failure, match="another one runs"):
        trusted.apply(system_at("", lambda _: Completed(0, "", "")), [], trusted.Plan(install=True))
