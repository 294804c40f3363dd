# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import io
import re
import tarfile
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout, Completed, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import installation
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import registry_query
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import apply as w
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.goal import WslGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.observe import INSTALLER_IN_PROGRESS, observe
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.package import file_lines
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.plan import plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.state import WslState

from tests.unit.host_answers import BATCH, HostAnswers, fresh, reg, with_features, with_wsl
from tests.unit.scripted_runner import Answer, Expected, ScriptedRunner

OK = Completed(0, b"", b"")
INFO = re.compile(r"dism\.exe /English /Online /Get-FeatureInfo /FeatureName:VirtualMachinePlatform$")
DISABLED = Completed(0, b"\r\nFeature Name : VirtualMachinePlatform\r\nState : Disabled\r\n", b"")
PENDING = Completed(0, b"\r\nFeature Name : VirtualMachinePlatform\r\nState : Enable Pending\r\n", b"")
ENABLE = re.compile(r"dism\.exe /English /Online /NoRestart /Enable-Feature /FeatureName:VirtualMachinePlatform$")
CBS = 'C:\\Windows\\System32\\findstr.exe "/c:, Error " C:\\Windows\\Logs\\CBS\\CBS.log'
RESTART = Completed(3010, b"The operation completed successfully.\r\n", b"")
STUB = "set WSL_UTF8=1&C:\\Windows\\System32\\wsl.exe --install --no-distribution"
UPDATE = 'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" --update'
WSL_FAILED = 0xFFFFFFFF


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(w, "time", clock)
    monkeypatch.setattr(installation, "time", clock)
    return clock


Script = t.List[t.Tuple[Expected, Answer]]


def run(script: Script, goal: WslGoal, *last: HostAnswers) -> tuple[w.Outcome, WslState]:
    """Observe, plan and converge; LAST are the answers to the looks at the host after the steps."""
    outcome = w.Outcome()
    with ScriptedRunner([*script, *((BATCH, answers) for answers in last)]) as runner:
        before = observe(runner, goal)
        steps = plan(before, goal)
        after = w.converge(runner, steps, before, goal, 60, outcome) if steps.steps else before
    return outcome, after


def test_converged_is_one_command() -> None:
    outcome, after = run([(BATCH, with_wsl(with_features(fresh())))], WslGoal())
    assert (outcome.done, outcome.restart_reasons, after.version) == ([], [], "2.6.3.0")


def test_fresh_online() -> None:
    script: list[tuple[Expected, Answer]] = [(BATCH, fresh()), (INFO, DISABLED), (ENABLE, RESTART), (STUB, OK)]
    script += [(BATCH, with_wsl(fresh())), (INFO, PENDING)]
    outcome, _after = run(script, WslGoal())
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
    assert after.version == "2.7.10.0"


def test_a_lost_connection_in_install_is_not_swallowed() -> None:
    with pytest.raises(HostUnreachable):
        run([(BATCH, with_features(fresh())), (STUB, HostUnreachable("lost"))], WslGoal())


MSI_URL = "https://files.example.com/a%20b/wsl.2.6.3.0.x64.msi"
KEPT = "C:\\Program Files\\wslfleet\\2.6.3.0\\wsl.msi"
CURL = "C:\\Windows\\System32\\curl.exe --config -"
HASH = re.compile(r'certutil\.exe -hashfile "C:\\Program Files\\wslfleet\\.*wsl\.msi.*" SHA256$')
MOVE = re.compile(r'^move /y "C:\\Program Files\\wslfleet\\.*\.part" "C:\\Program Files\\wslfleet\\[0-9.]+\\wsl\.msi"$')
MSIEXEC = re.compile(
    r'^start "" /wait C:\\Windows\\System32\\msiexec\.exe'
    r' /i "C:\\Program Files\\wslfleet\\2\.6\.3\.0\\wsl\.msi" SKIPMSIX=1 /qn'
)
REPAIR = re.compile(
    r'msiexec\.exe /fvamus "C:\\Program Files\\wslfleet\\2\.7\.10\.0\\wsl\.msi" /qn /norestart REBOOT=R'
)
STOP = "C:\\Windows\\System32\\sc.exe stop WSLService"
LOG = re.compile(r'^type "C:\\Program Files\\wslfleet\\2\.6\.3\.0\\wsl\.log"$')
MISSING = Completed(1, b"", b"")
DIGEST = "ab" * 32
NOBODY = HostAnswers({q.processes()["processes"]: b""})


def hashed(digest: str) -> Completed:
    return Completed(0, f"SHA256-Hash von wsl.msi:\r\n{digest}\r\nCertUtil: -hashfile-Befehl\r\n".encode(), b"")


def damaged(answers: HostAnswers) -> HostAnswers:
    """The same host, whose next restart deletes a disk of WSL."""
    answers = answers.copy()
    answers[q.pending_reboot()["file_renames"]] = reg(
        "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager",
        (
            "PendingFileRenameOperations",
            "REG_MULTI_SZ",
            "\\??\\C:\\Temp\\browser.tmp\\0\\??\\C:\\Program Files\\WSL\\system.vhd\\0",
        ),
    )
    answers[q.processes()["processes"]] = b""
    return answers


def without_a_disk(answers: HostAnswers) -> HostAnswers:
    """The same host after such a restart."""
    answers = HostAnswers({**answers, **NOBODY})
    del answers[file_lines()["system_disk"]]
    return answers


def test_an_upgrade_that_met_a_running_wsl_is_repaired_before_any_restart() -> None:
    ready = HostAnswers({**with_wsl(with_features(fresh())), **NOBODY})
    upgraded = HostAnswers({**with_wsl(ready, "2.7.10.0"), **NOBODY})
    script: Script = [(BATCH, ready), (UPDATE, OK), (BATCH, damaged(upgraded)), (STOP, OK), (BATCH, NOBODY)]
    script += [(re.compile(r"^dir /b .*2\.7\.10\.0"), OK), (REPAIR, OK)]
    outcome, after = run(script, WslGoal(state="latest"), upgraded)
    assert (after.version, after.damaged_files) == ("2.7.10.0", ())
    assert len(outcome.done) == 2 and "repair WSL 2.7.10.0" in outcome.done[1]
    assert outcome.restart_reasons == []


@pytest.mark.parametrize("end", [Completed(1603, b"", b""), OK])
def test_where_repair_does_not_help_that_is_an_alarm(end: Completed) -> None:
    ready = HostAnswers({**with_wsl(with_features(fresh())), **NOBODY})
    upgraded = damaged(with_wsl(ready, "2.7.10.0"))
    script: Script = [(BATCH, ready), (UPDATE, OK), (BATCH, upgraded), (STOP, OK), (BATCH, NOBODY)]
    script += [(re.compile("^dir /b"), OK), (REPAIR, end)]
    script += [(re.compile("^type "), OK)] if end.exit_code else [(BATCH, upgraded)]
    with pytest.raises(StepFailed, match=r"system\.vhd is missing or would be deleted.*do not restart the host"):
        run(script, WslGoal(state="latest"))


@pytest.mark.parametrize("state", ["present", "latest"])
def test_what_someone_elses_update_damaged_is_repaired(state: str) -> None:
    broken = without_a_disk(with_wsl(with_features(fresh()), "2.7.10.0"))
    goal = WslGoal(state=state, msi="https://files.example.com/wsl.2.7.10.0.x64.msi")
    script: Script = [(BATCH, broken)]
    script += [(BATCH, NOBODY)] if state == "present" else []
    script += [(re.compile("^dir /b"), MISSING), (CURL, OK), (MOVE, OK), (REPAIR, OK)]
    outcome, after = run(script, goal, HostAnswers({**with_wsl(broken, "2.7.10.0"), **NOBODY}))
    assert len(outcome.done) == 1
    assert after.damaged_files == ()


def test_the_package_for_a_repair_comes_from_github_where_none_is_given() -> None:
    broken = without_a_disk(with_wsl(with_features(fresh())))
    sent: list[bytes] = []

    def curl(line: str, stdin: bytes) -> Completed:
        sent.append(stdin)
        return OK

    script: Script = [(BATCH, broken), (BATCH, NOBODY), (re.compile("^dir /b"), MISSING), (CURL, curl), (MOVE, OK)]
    script += [(re.compile("/fvamus"), OK)]
    run(script, WslGoal(), with_wsl(with_features(fresh())))
    assert b'url = "https://github.com/microsoft/WSL/releases/download/2.6.3/wsl.2.6.3.0.x64.msi"' in sent[0]


def test_msi_from_an_address() -> None:
    start = with_features(fresh())
    config = b""

    def curl(line: str, stdin: bytes) -> Completed:
        nonlocal config
        config = stdin
        return OK

    script: Script = [(BATCH, start), (HASH, MISSING), (CURL, curl), (HASH, hashed(DIGEST)), (MOVE, OK), (MSIEXEC, OK)]
    goal = WslGoal(msi=MSI_URL, msi_sha256=DIGEST.upper(), msi_proxy="http://me:secret@proxy:8080")
    outcome, _after = run(script, goal, with_wsl(start))
    assert f'url = "{MSI_URL}"'.encode() in config
    part = f"{KEPT}.{DIGEST[:12]}.part".replace("\\", "\\\\")
    assert f'output = "{part}"'.encode() in config
    assert b'continue-at = "-"' in config
    assert b'proxy = "http://me:secret@proxy:8080"' in config
    assert outcome.restart_reasons == []


def test_a_package_that_is_there_already_does_not_travel_again() -> None:
    start = with_features(fresh())
    script: Script = [(BATCH, start), (HASH, hashed(DIGEST)), (MSIEXEC, OK)]
    run(script, WslGoal(msi=MSI_URL, msi_sha256=DIGEST), with_wsl(start))


def test_msi_with_another_digest_is_deleted_and_not_installed() -> None:
    script: Script = [
        (BATCH, with_features(fresh())),
        (HASH, MISSING),
        (CURL, OK),
        (HASH, hashed("cd" * 32)),
        (re.compile(r"^del /f /q .*\.part"), OK),
    ]
    with pytest.raises(StepFailed, match="it was deleted"):
        run(script, WslGoal(msi=MSI_URL, msi_sha256=DIGEST))


VERBOSE_LOG = """\ufeff=== Verbose logging started ===
MSI (s) (A8:34) [10:22:01:123]: Doing action: InstallMsix
CustomAction InstallMsix returned actual error code 1603 (note this may not be 100% accurate)
Aktion beendet um 10:22:01: InstallMsix. R\xfcckgabewert 3.
MSI (s) (A8:34) [10:22:02:456]: Produkt: Windows-Subsystem f\xfcr Linux -- Fehler 1925. Keine Rechte.
MSI (c) (B4:9C) [10:22:02:789]: MainEngineThread is returning 1603
=== Verbose logging stopped ===
"""


@pytest.mark.parametrize(
    ("code", "log", "text"),
    [
        (1603, VERBOSE_LOG, "the installation failed; .*InstallMsix returned.*Fehler 1925.*is returning 1603$"),
        (1619, "", r"could not be opened; .*log: C:\\Program Files\\wslfleet\\2.6.3.0\\wsl.log$"),
        (7, "a\r\n\r\nb\r\n", "see the log; the log .* ends with: a | b$"),
    ],
)
def test_msiexec_failures(code: int, log: str, text: str) -> None:
    script: Script = [
        (BATCH, with_features(fresh())),
        (CURL, OK),
        (MOVE, OK),
        (MSIEXEC, Completed(code, b"", b"")),
        (LOG, Completed(0, log.encode(), b"")),
    ]
    with pytest.raises(StepFailed, match=f"ended with {code}: .*{text}") as failure:
        run(script, WslGoal(msi=MSI_URL))
    assert "\n" not in str(failure.value)


def test_another_installation_is_waited_for(clock: Clock) -> None:
    start = with_features(fresh())
    another = Completed(1618, b"", b"")
    script: Script = [(BATCH, start), (CURL, OK), (MOVE, OK), (MSIEXEC, another), (MSIEXEC, another), (MSIEXEC, OK)]
    run(script, WslGoal(msi=MSI_URL), with_wsl(start))
    assert clock.slept == [15, 15]


def test_another_installation_is_not_waited_for_for_ever(clock: Clock) -> None:
    another = Completed(1618, b"", b"")
    script: Script = [(BATCH, with_features(fresh())), (CURL, OK), (MOVE, OK), *[(MSIEXEC, another)] * 5, (LOG, OK)]
    with pytest.raises(StepFailed, match="1618: another installation is running"):
        run(script, WslGoal(msi=MSI_URL))
    assert sum(clock.slept) == 60


def test_an_installation_that_lost_its_client_is_waited_for(clock: Clock) -> None:
    ready = HostAnswers({**with_wsl(with_features(fresh())), **NOBODY})
    busy = ready.copy()
    busy[registry_query(INSTALLER_IN_PROGRESS)] = b""
    script: Script = [(BATCH, ready), (UPDATE, HostUnreachable("lost")), (BATCH, busy), (BATCH, busy)]
    _outcome, after = run(script, WslGoal(state="latest"), HostAnswers({**with_wsl(ready, "2.7.10.0"), **NOBODY}))
    assert (after.version, clock.slept) == ("2.7.10.0", [5, 5])


def test_msiexec_that_does_not_end() -> None:
    script: Script = [(BATCH, with_features(fresh())), (CURL, OK), (MOVE, OK), (MSIEXEC, CommandTimeout("x"))]
    with pytest.raises(StepFailed, match="did not end within 60 s; Windows Installer may continue"):
        run(script, WslGoal(msi=MSI_URL))


def test_msi_from_the_controller_travels_as_a_tar_stream(tmp_path: Path) -> None:
    package = tmp_path / "wsl.2.6.3.0.x64.msi"
    package.write_bytes(bytes(range(256)) * 100)
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    sent = b""

    def tar(line: str, stdin: bytes) -> Completed:
        nonlocal sent
        sent = stdin
        return OK

    start = with_features(fresh())
    script: Script = [
        (BATCH, start),
        (HASH, MISSING),
        ('C:\\Windows\\System32\\tar.exe -xf - -C "C:\\Program Files"', tar),
        (HASH, hashed(digest)),
        (MOVE, OK),
        (MSIEXEC, Completed(3010, b"", b"")),
    ]
    outcome, _after = run(script, WslGoal(msi=str(package), msi_sha256=digest), with_wsl(start))
    with tarfile.open(fileobj=io.BytesIO(sent)) as archive:
        content = archive.extractfile(f"wslfleet/2.6.3.0/wsl.msi.{digest[:12]}.part")
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


REFUSED = Completed(1, "Fehler: 0x80240066 \r\n".encode("utf-16-le"), b"")
FORBIDDEN = Completed(WSL_FAILED, b"Forbidden (403).\r\nFehlercode: Wsl/0x80190193\r\n", b"")


def test_where_the_store_refuses_github_is_asked() -> None:
    start = with_features(fresh())
    run([(BATCH, start), (STUB, REFUSED), (f"{STUB} --web-download", OK)], WslGoal(), with_wsl(start))


def test_where_both_refuse_both_are_named() -> None:
    script: Script = [(BATCH, with_features(fresh())), (STUB, REFUSED), (f"{STUB} --web-download", FORBIDDEN)]
    with pytest.raises(
        StepFailed, match=r"Store refuses a remote session.*then without the Store: .*403|rate limit.*MSI"
    ):
        run(script, WslGoal())


def test_the_store_alone_where_that_was_wanted() -> None:
    with pytest.raises(StepFailed, match="the Store refuses a remote session; use method web_download"):
        run([(BATCH, with_features(fresh())), (STUB, REFUSED)], WslGoal(method="online"))


def test_everyones_wsl_is_stopped_first_where_that_is_allowed() -> None:
    ready = with_wsl(with_features(fresh()))
    ready[q.processes()["processes"]] = b'"vmmemWSL","7180","Services","0","8 K"\r\n'
    script: Script = [(BATCH, ready), (STOP, OK), (BATCH, ready), (BATCH, NOBODY), (UPDATE, OK)]
    last = HostAnswers({**with_wsl(ready, "2.7.10.0"), **NOBODY})
    outcome, _after = run(script, WslGoal(state="latest", allow_running=True), last)
    assert outcome.done[0] == "stop WSL for everyone (sc.exe stop WSLService)"


def test_a_wsl_that_does_not_stop() -> None:
    ready = with_wsl(with_features(fresh()))
    ready[q.processes()["processes"]] = b'"vmmemWSL","7180","Services","0","8 K"\r\n'
    script: Script = [(BATCH, ready), (STOP, OK), *[(BATCH, ready)] * 14]
    with pytest.raises(StepFailed, match="vmmemWSL still runs 60 s after"):
        run(script, WslGoal(state="latest", allow_running=True))


REMOVE = re.compile(r'msiexec\.exe /x \{8A3F5B1C.*\} /qn /norestart REBOOT=ReallySuppress /l\*v "C:\\Program Files')
MAKE = 'md "C:\\Program Files\\wslfleet"'


def removable() -> HostAnswers:
    return HostAnswers({**with_wsl(with_features(fresh())), **NOBODY})


@pytest.mark.parametrize("code", [0, 3010])
def test_removal(code: int) -> None:
    script: Script = [(BATCH, removable()), (MAKE, MISSING), (REMOVE, Completed(code, b"", b""))]
    outcome, after = run(script, WslGoal(state="absent"), HostAnswers({**fresh(), **NOBODY}))
    assert after.version is None
    assert bool(outcome.restart_reasons) is (code == 3010)


def test_a_removal_that_did_nothing() -> None:
    script: Script = [(BATCH, removable()), (MAKE, MISSING), (REMOVE, OK)]
    with pytest.raises(StepFailed, match=r"2\.6\.3\.0 is still installed.*remove\.log"):
        run(script, WslGoal(state="absent"), removable())


def test_another_version_than_wanted_is_an_error() -> None:
    ready = HostAnswers({**with_wsl(with_features(fresh())), **NOBODY})
    goal = WslGoal(version="2.7.10", msi="https://files.example.com/wsl.msi")
    script: Script = [(BATCH, ready), (CURL, OK), (MOVE, OK), (re.compile("/i .*2.7.10.0"), OK)]
    with pytest.raises(StepFailed, match=r"WSL 2\.6\.3\.0 is installed after.*wanted was 2\.7\.10"):
        run(script, goal, ready)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Completed(50, b"\r\nError: 50\r\n", b""), "restart the host and run again"),
        (Completed(0x800F081F, b"\r\nError: 0x800f081f\r\n", b""), "not on this host"),
        (Completed(87, b"", b""), r"error 87; C:\\Windows\\Logs\\CBS\\CBS\.log ends with: b, Error x \| c, Error y$"),
    ],
)
def test_dism_failures(answer: Completed, message: str) -> None:
    log = Completed(0, b"a, Error   w\r\nb, Error   x\r\nc, Error   y\r\n", b"")
    with pytest.raises(StepFailed, match=message) as failure:
        run([(BATCH, fresh()), (INFO, DISABLED), (ENABLE, answer), (CBS, log)], WslGoal())
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("log", [Completed(1, b"", b""), CommandTimeout("x")])
def test_a_log_that_says_nothing(log: Answer) -> None:
    with pytest.raises(StepFailed, match="there is no error in"):
        run([(BATCH, fresh()), (INFO, DISABLED), (ENABLE, Completed(87, b"", b"")), (CBS, log)], WslGoal())


BUSY = Completed(0x80070652, b"\r\nError: 0x80070652\r\n", b"")


def test_servicing_that_is_busy_is_waited_for(clock: Clock) -> None:
    script: Script = [(BATCH, fresh()), (INFO, DISABLED), (ENABLE, BUSY), (ENABLE, RESTART), (STUB, OK)]
    run([*script, (BATCH, with_wsl(fresh())), (INFO, PENDING)], WslGoal())
    assert clock.slept == [15]


def test_servicing_is_not_waited_for_for_ever(clock: Clock) -> None:
    script: Script = [(BATCH, fresh()), (INFO, DISABLED), *[(ENABLE, BUSY)] * 5, (CBS, OK)]
    with pytest.raises(StepFailed, match="another installation is running"):
        run(script, WslGoal())
    assert sum(clock.slept) == 60
