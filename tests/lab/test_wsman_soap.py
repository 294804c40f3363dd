# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and writing of WS-Management envelopes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from lab.wsman import soap, soap_faults
from lab.wsman.soap_faults import SoapFault


def envelope(header: str = "", body: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="{soap.SOAP}" xmlns:a="{soap.ADDRESSING}" '
        f'xmlns:w="{soap.WSMAN}" xmlns:r="{soap.SHELL}"><e:Header><a:Action>do</a:Action>{header}</e:Header>'
        f"<e:Body>{body}</e:Body></e:Envelope>"
    ).encode()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("PT20S", 20), ("PT0.500S", 0.5), ("PT1M", 60), ("PT2H", 7200), ("P1DT1S", 86401), ("PT7200.000S", 7200)],
)
def test_duration(value: str, seconds: float) -> None:
    assert soap.duration(value) == seconds


@pytest.mark.parametrize("value", ["", "P", "PT", "20", "PT20", "20S", "PT-1S"])
def test_bad_duration(value: str) -> None:
    with pytest.raises(SoapFault, match="is no duration"):
        soap.duration(value)


def test_header_fields() -> None:
    message = soap.parse(
        envelope(
            "<w:OperationTimeout>PT5S</w:OperationTimeout><w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>"
            "<a:MessageID>uuid:1</a:MessageID><w:ResourceURI>res</w:ResourceURI>"
            '<w:SelectorSet><w:Selector Name="ShellId">S1</w:Selector></w:SelectorSet>'
            '<w:OptionSet><w:Option Name="winrs_codepage" MustComply="true">65001</w:Option></w:OptionSet>'
        )
    )
    assert (message.action, message.resource, message.message_id) == ("do", "res", "uuid:1")
    assert (message.operation_timeout, message.max_envelope_bytes) == (5, 8192)
    assert message.selectors == {"ShellId": "S1"}
    assert message.options == {"WINRS_CODEPAGE": soap.Option("65001", must_comply=True)}


def test_references_named_are_decoded_and_numeric_are_not() -> None:
    message = soap.parse(envelope(body="<r:Command>&amp;&lt;&gt;&quot;&#34;&#x22;ü</r:Command>"))
    assert soap.child(message.body, "Command").text == '&<>"&#34;&#x22;ü'


@pytest.mark.parametrize("data", [b"", b"no xml", b"<a/>", envelope()[:-3]])
def test_bad_messages(data: bytes) -> None:
    with pytest.raises(SoapFault) as error:
        soap.parse(data)
    assert error.value.code == 2150858817


def test_answer_relates_to_its_request() -> None:
    request = soap.parse(envelope("<a:MessageID>uuid:7</a:MessageID>"))
    answer = ET.fromstring(soap.answer(request, "<rsp:SendResponse/>"))
    assert answer.findtext(f".//{{{soap.ADDRESSING}}}RelatesTo") == "uuid:7"
    assert answer.findtext(f".//{{{soap.ADDRESSING}}}Action") == "doResponse"
    assert answer.find(f".//{{{soap.SHELL}}}SendResponse") is not None


@pytest.mark.parametrize(
    ("fault", "path", "code"),
    [
        (soap_faults.operation_timeout(), "{*}WSManFault", 2150858793),
        (soap_faults.command_not_found(), "{*}WSManFault", 87),
        (soap_faults.too_many_operations(), "{*}MSFT_WmiError", 0x803381A6),
    ],
)
def test_where_a_fault_carries_its_code(fault: SoapFault, path: str, code: int) -> None:
    root = ET.fromstring(soap.fault(fault, "uuid:1", 'LAP"TOP'))
    detail = root.find(f".//{{{soap.SOAP}}}Detail")
    assert detail is not None
    element = detail.find(path)
    assert element is not None
    assert int(element.get("Code") or element.findtext("{*}error_Code") or 0) == code
    assert root.findtext(f".//{{{soap.SOAP}}}Reason/{{{soap.SOAP}}}Text") == fault.reason
