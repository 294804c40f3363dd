# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import io
import re
import tarfile
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _wsl_install as w
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandTimeout, Completed, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_plan import WslGoal, WslPlan, plan

from tests.unit.host_answers import BATCH, HostAnswers, fresh, reg, with_features, with_wsl
from tests.unit.scripted_runner import Answer, Expected, ScriptedRunner

OK = Completed(0, b"", b"")
INFO = re.compile(r"dism\.exe /English /Online /Get-FeatureInfo /FeatureName:VirtualMachinePlatform$")
DISABLED = Completed(0, b"\r\nFeature Name : VirtualMachinePlatform\r\nState : Disabled\r\n", b"")
PENDING = Completed(0, b"\r\nFeature Name : VirtualMachinePlatform\r\nState : Enable Pending\r\n", b"")
ENABLE = re.compile(r"dism\.exe /English /Online /NoRestart /Enable-Feature /FeatureName:VirtualMachinePlatform$")
RESTART = Completed(3010, b"The operation completed successfully.\r\n", b"")
STUB = "set WSL_UTF8=1&C:\\Windows\\System32\\wsl.exe --install --no-distribution"
UPDATE = 'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" --update'
WSL_FAILED = 0xFFFFFFFF


def run(
    script: list[tuple[Expected, Answer]], goal: WslGoal, last: HostAnswers | None = None
) -> tuple[w.Outcome, w.Observed]:
    """Observe, plan, apply, and observe and verify again where LAST says how the host ends."""
    outcome = w.Outcome()
    with ScriptedRunner(script + ([(BATCH, last)] if last is not None else [])) as runner:
        before = w.observe(runner, with_processes=goal.state == "latest")
        steps = plan(before.state, goal)
        w.apply(runner, steps, before, 60, outcome)
        after = w.observe(runner) if last is not None else before
        w.verify(before, after, steps, outcome)
    return outcome, after


def test_converged_is_one_command() -> None:
    outcome, after = run([(BATCH, with_wsl(with_features(fresh())))], WslGoal())
    assert (outcome.done, outcome.restart_reasons, after.wsl.version) == ([], [], "2.6.3.0")


def test_fresh_online() -> None:
    script: list[tuple[Expected, Answer]] = [(BATCH, fresh()), (INFO, DISABLED), (ENABLE, RESTART), (STUB, OK)]
    script += [(BATCH, with_wsl(fresh())), (INFO, PENDING)]
    with ScriptedRunner(script) as runner:
        before = w.observe(runner)
        steps = plan(before.state, WslGoal())
        outcome = w.Outcome()
        w.apply(runner, steps, before, 60, outcome)
        w.verify(before, w.observe(runner), steps, outcome)
    assert len(outcome.done) == 2
    assert outcome.restart_reasons == ["the Windows feature VirtualMachinePlatform takes effect after a restart"]


def test_exit_code_0_of_install_proves_nothing() -> None:
    with pytest.raises(StepFailed, match=r"still not installed.*name the MSI package"):
        run([(BATCH, with_features(fresh())), (STUB, OK)], WslGoal(), with_features(fresh()))


def test_install_that_hangs_names_the_way_out() -> None:
    with pytest.raises(StepFailed, match=r"did not end within 60 s.*name the MSI package"):
        run([(BATCH, with_features(fresh())), (STUB, CommandTimeout("x"))], WslGoal())


def test_a_clear_error_of_wsl_ends_the_step() -> None:
    said = Completed(WSL_FAILED, b"Forbidden (403).\r\nFehlercode: Wsl/UpdatePackage/0x80190193\r\n", b"")
    ready = with_wsl(with_features(fresh()))
    ready[q.processes()["processes"]] = b'"System","4","Services","0","148 K"\r\n'
    with pytest.raises(StepFailed, match=r"updating WSL online failed \[Wsl/UpdatePackage/0x80190193\].*MSI"):
        run([(BATCH, ready), (UPDATE, said)], WslGoal(state="latest"))


@pytest.mark.parametrize("end", [HostUnreachable("lost"), Completed(1, b"", b""), OK])
def test_an_update_that_ends_its_own_process_is_verified(end: Answer) -> None:
    ready = with_wsl(with_features(fresh()))
    _outcome, after = run([(BATCH, ready), (UPDATE, end)], WslGoal(state="latest"), with_wsl(ready, "2.7.10.0"))
    assert after.wsl.version == "2.7.10.0"


def test_a_lost_connection_in_install_is_not_swallowed() -> None:
    with pytest.raises(HostUnreachable):
        run([(BATCH, with_features(fresh())), (STUB, HostUnreachable("lost"))], WslGoal())


def test_files_that_the_next_restart_would_delete_are_an_alarm() -> None:
    ready = with_wsl(with_features(fresh()))
    after = with_wsl(ready, "2.7.10.0")
    after[q.pending_reboot()["file_renames"]] = reg(
        "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager",
        (
            "PendingFileRenameOperations",
            "REG_MULTI_SZ",
            "\\??\\C:\\Temp\\browser.tmp\\0\\??\\C:\\Program Files\\WSL\\system.vhd\\0",
        ),
    )
    with pytest.raises(StepFailed, match=r"delete or replace C:\\Program Files\\WSL\\system\.vhd; repair"):
        run([(BATCH, ready), (UPDATE, OK)], WslGoal(state="latest"), after)


CURL = "C:\\Windows\\System32\\curl.exe --config -"
MSI_URL = "https://files.example.com/a%20b/wsl.2.6.3.0.x64.msi"
KEPT = "C:\\ProgramData\\wslfleet\\2.6.3.0\\wsl.msi"
HASH = f"C:\\Windows\\System32\\certutil.exe -hashfile {KEPT} SHA256"
MSIEXEC = re.compile(
    r'^start "" /wait C:\\Windows\\System32\\msiexec\.exe /i C:\\ProgramData\\wslfleet\\2\.6\.3\.0\\wsl\.msi /qn'
)
DIGEST = "ab" * 32


def hashed(digest: str) -> Completed:
    return Completed(0, f"SHA256-Hash von {KEPT}:\r\n{digest}\r\nCertUtil: -hashfile-Befehl\r\n".encode(), b"")


def test_msi_from_an_address() -> None:
    start = with_features(fresh())
    config = b""

    def curl(line: str, stdin: bytes) -> Completed:
        nonlocal config
        config = stdin
        return OK

    script: list[tuple[Expected, Answer]] = [(BATCH, start), (CURL, curl), (HASH, hashed(DIGEST)), (MSIEXEC, OK)]
    outcome, _after = run(script, WslGoal(msi=MSI_URL, msi_sha256=DIGEST.upper()), with_wsl(start))
    assert f'url = "{MSI_URL}"'.encode() in config
    assert b'output = "C:\\\\ProgramData\\\\wslfleet\\\\2.6.3.0\\\\wsl.msi"' in config
    assert outcome.restart_reasons == []


def test_msi_with_another_digest_is_deleted_and_not_installed() -> None:
    script: list[tuple[Expected, Answer]] = [
        (BATCH, with_features(fresh())),
        (CURL, OK),
        (HASH, hashed("cd" * 32)),
        (f"del /f /q {KEPT}", OK),
    ]
    with pytest.raises(StepFailed, match="it was deleted"):
        run(script, WslGoal(msi=MSI_URL, msi_sha256=DIGEST))


@pytest.mark.parametrize(
    ("code", "text"), [(1618, "another installation is running"), (1603, "the installation failed"), (7, "see the log")]
)
def test_msiexec_failures(code: int, text: str) -> None:
    script: list[tuple[Expected, Answer]] = [
        (BATCH, with_features(fresh())),
        (CURL, OK),
        (MSIEXEC, Completed(code, b"", b"")),
    ]
    with pytest.raises(StepFailed, match=f"ended with {code}: {text}.*log: C:"):
        run(script, WslGoal(msi=MSI_URL))


def test_msi_from_the_controller_travels_as_a_tar_stream(tmp_path: Path) -> None:
    package = tmp_path / "wsl.2.6.3.0.x64.msi"
    package.write_bytes(bytes(range(256)) * 100)
    sent = b""

    def tar(line: str, stdin: bytes) -> Completed:
        nonlocal sent
        sent = stdin
        return OK

    start = with_features(fresh())
    script: list[tuple[Expected, Answer]] = [
        (BATCH, start),
        ("C:\\Windows\\System32\\tar.exe -xf - -C C:\\ProgramData", tar),
        (MSIEXEC, Completed(3010, b"", b"")),
    ]
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    outcome, _after = run(script, WslGoal(msi=str(package), msi_sha256=digest), with_wsl(start))
    with tarfile.open(fileobj=io.BytesIO(sent)) as archive:
        content = archive.extractfile("wslfleet/2.6.3.0/wsl.msi")
        assert content is not None
        assert content.read() == package.read_bytes()
    assert outcome.restart_reasons == ["the installer of WSL asks for a restart"]


@pytest.mark.parametrize("exists", [True, False])
def test_a_bad_controller_file_sends_nothing(tmp_path: Path, exists: bool) -> None:
    package = tmp_path / "wsl.2.6.3.0.x64.msi"
    if exists:
        package.write_bytes(b"x")
    message = "expected was" if exists else "cannot read .* on the controller"
    with pytest.raises(StepFailed, match=message):
        run([(BATCH, with_features(fresh()))], WslGoal(msi=str(package), msi_sha256=DIGEST))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Completed(50, b"\r\nError: 50\r\n", b""), "restart the host and run again"),
        (Completed(0x800F081F, b"\r\nError: 0x800f081f\r\n", b""), "not on this host"),
        (Completed(87, b"", b""), r"CBS\.log"),
    ],
)
def test_dism_failures(answer: Completed, message: str) -> None:
    with pytest.raises(StepFailed, match=message):
        run([(BATCH, fresh()), (INFO, DISABLED), (ENABLE, answer)], WslGoal())


def test_running_programs() -> None:
    lines = (
        '"System Idle Process","0","Services","0","8 K"\r\n'
        '"vmmemWSL","7180","Services","0","812.440 K"\r\n'
        '"wslhost.exe","9000","Services","0","9.980 K"\r\n'
        '"wslhost.exe","9004","Services","0","9.980 K"\r\n'
        '"wslservice.exe","3340","Services","0","15.200 K"\r\n'
    )
    assert w.running_programs(lines.encode()) == ("vmmemWSL", "wslhost.exe")


def test_nothing_to_verify_where_nothing_was_done() -> None:
    runner = ScriptedRunner([(BATCH, fresh()), (INFO, PENDING)])
    before = w.observe(runner)
    w.verify(before, before, WslPlan(()), w.Outcome())
