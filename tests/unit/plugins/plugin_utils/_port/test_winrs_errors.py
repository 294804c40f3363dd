# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
import requests.exceptions
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import AuthenticationFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.winrs_errors import describe_failure
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError, WSManFaultError


def fault(code: int) -> WSManFaultError:
    return WSManFaultError(500, "http", "<xml/>", "some\nreason", wsman_fault_code=code)


FAILURES = [
    pytest.param(
        InvalidCredentialsError("the specified credentials were rejected by the server"),
        "laptop1: Windows refused the account 'admin': check its name, its password",
        id="password",
    ),
    pytest.param(
        requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unknown issuer (_"),
        "is not trusted (unknown issuer): set ansible_winrm_ca_trust_path",
        id="certificate",
    ),
    pytest.param(
        requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, x (_"),
        "use the name in the certificate as ansible_host",
        id="name in the certificate",
    ),
    pytest.param(
        requests.exceptions.ConnectionError("[Errno 111] Connection refused"),
        "nothing listens on the WinRM port WHEN: check ansible_port",
        id="refused",
    ),
    pytest.param(
        requests.exceptions.ConnectTimeout("Connection to laptop1 timed out. (connect timeout=30)"),
        "it did not answer in time WHEN: check that the laptop is on",
        id="timeout",
    ),
    pytest.param(
        requests.exceptions.ConnectionError("Failed to resolve: [Errno -2] Name or service not known"),
        "the name is not resolved WHEN: check ansible_host",
        id="name",
    ),
    pytest.param(
        requests.exceptions.ConnectionError("('Connection aborted.', RemoteDisconnected('Remote end closed'))"),
        "the connection was dropped WHEN: check that the laptop is on",
        id="dropped",
    ),
    pytest.param(fault(5), "denied access to 'admin': it must be an administrator", id="access denied"),
    pytest.param(fault(0x80338012), "WinRM answered with fault 0x80338012 WHEN: some reason", id="other fault"),
    pytest.param(AnsibleConnectionFailure("Kerberos auth failure"), "laptop1: Kerberos auth failure", id="Kerberos"),
    pytest.param(WinRMTransportError("http", 503, ""), "failed WHEN: Bad HTTP response returned", id="HTTP 503"),
]


@pytest.mark.parametrize("error, message", FAILURES)
def test_failures(error: Exception, message: str) -> None:
    described = describe_failure(error, "laptop1", "admin", " WHEN")
    assert message in str(described)
    assert str(described).startswith("laptop1: ")
    assert "\n" not in str(described)


@pytest.mark.parametrize("error", [InvalidCredentialsError("no"), WinRMTransportError("http", 401, ""), fault(5)])
def test_refused_accounts_are_told_apart(error: Exception) -> None:
    assert isinstance(describe_failure(error, "laptop1", "admin", ""), AuthenticationFailed)
