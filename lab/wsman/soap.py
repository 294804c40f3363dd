# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP envelopes of WS-Management: read a request, write an answer or a fault. Pure."""

from __future__ import annotations

import re
import typing as t
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lab.wsman.soap_faults import SoapFault, bad_message

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
MICROSOFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
ANONYMOUS = f"{ADDRESSING}/role/anonymous"

_OPEN = (
    f'<s:Envelope xml:lang="en-US" xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:x="{TRANSFER}" xmlns:w="{WSMAN}" '
    f'xmlns:p="{MICROSOFT}" xmlns:rsp="{SHELL}">'
)
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


@dataclass(frozen=True)
class Option:
    """One entry of the OptionSet header."""

    value: str
    must_comply: bool


@dataclass(frozen=True)
class Message:
    """One request."""

    action: str
    resource: str
    message_id: str
    to: str
    operation_timeout: float | None
    """Seconds; None when the client named none."""
    max_envelope_bytes: int | None
    selectors: dict[str, str]
    options: dict[str, Option]
    """Keys upper case."""
    body: ET.Element


def parse(data: bytes) -> Message:
    """Read an envelope. Raises SoapFault.

    Numeric character references stay literal text, as WinRM on Windows 11 leaves them; named ones are decoded.
    """
    try:
        envelope = ET.fromstring(data.replace(b"&#", b"&amp;#"))
    except ET.ParseError as error:
        raise bad_message(str(error)) from error
    header, body = envelope.find(f"{{{SOAP}}}Header"), envelope.find(f"{{{SOAP}}}Body")
    if header is None or body is None:
        raise bad_message("no Header or no Body")
    timeout = text(header, WSMAN, "OperationTimeout")
    size = text(header, WSMAN, "MaxEnvelopeSize")
    return Message(
        action=text(header, ADDRESSING, "Action"),
        resource=text(header, WSMAN, "ResourceURI"),
        message_id=text(header, ADDRESSING, "MessageID"),
        to=text(header, ADDRESSING, "To"),
        operation_timeout=duration(timeout) if timeout else None,
        max_envelope_bytes=int(size) if size.isdecimal() else None,
        selectors={item.get("Name", ""): item.text or "" for item in header.iter(f"{{{WSMAN}}}Selector")},
        options={
            item.get("Name", "").upper(): Option(item.text or "", true(item.get("MustComply")))
            for item in header.iter(f"{{{WSMAN}}}Option")
        },
        body=body,
    )


def text(parent: ET.Element, namespace: str, name: str) -> str:
    """The text of the child NAME, "" when there is none."""
    return (parent.findtext(f"{{{namespace}}}{name}") or "").strip()


def true(value: str | None) -> bool:
    """An xs:boolean as clients write it."""
    return (value or "").strip().lower() in ("true", "1")


def duration(value: str) -> float:
    """Seconds of an xs:duration such as PT20S or PT1M0.500S. Raises SoapFault."""
    match = _DURATION.fullmatch(value)
    if match is None or not any(match.groups()):
        raise bad_message(f"{value!r} is no duration")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


def answer(request: Message, body: str) -> bytes:
    """The envelope that answers REQUEST."""
    return _envelope(f"{request.action}Response", request.message_id, body)


def fault(error: SoapFault, relates_to: str, machine: str) -> bytes:
    """The envelope of a fault."""
    detail = _wmi_detail(error) if error.wmi else _wsman_detail(error, machine)
    body = (
        f"<s:Fault><s:Code><s:Value>{error.value}</s:Value><s:Subcode><s:Value>{error.subcode}</s:Value></s:Subcode>"
        f'</s:Code><s:Reason><s:Text xml:lang="en-US">{escape(error.reason)}</s:Text></s:Reason>'
        f"<s:Detail>{detail}</s:Detail></s:Fault>"
    )
    return _envelope("http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", relates_to, body)


def _envelope(action: str, relates_to: str, body: str) -> bytes:
    header = (
        f"<a:Action>{escape(action)}</a:Action><a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        f"<a:To>{ANONYMOUS}</a:To>"
    )
    if relates_to:
        header += f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>"
    return f"{_OPEN}<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>".encode()


def _wsman_detail(error: SoapFault, machine: str) -> str:
    return (
        f'<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{error.code}" '
        f"Machine={quoteattr(machine)}><f:Message>{escape(error.reason)}</f:Message></f:WSManFault>"
    )


def _wmi_detail(error: SoapFault) -> str:
    namespace = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
    return (
        f'<e:MSFT_WmiError b:IsCIM_Error="true" xmlns:b="http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd" '
        f'xmlns:e="{namespace}"><e:CIMStatusCode>27</e:CIMStatusCode><e:Message>{escape(error.reason)}</e:Message>'
        f"<e:MessageID>HRESULT 0x{error.code:08x}</e:MessageID><e:error_Category>30</e:error_Category>"
        f"<e:error_Code>{error.code}</e:error_Code><e:error_Type>HRESULT</e:error_Type></e:MSFT_WmiError>"
    )


def children(parent: ET.Element, name: str) -> t.Iterator[ET.Element]:
    """The children NAME of the shell namespace."""
    return parent.iterfind(f"{{{SHELL}}}{name}")


def child(parent: ET.Element, name: str) -> ET.Element:
    """The child NAME of the shell namespace. Raises SoapFault."""
    element = parent.find(f"{{{SHELL}}}{name}")
    if element is None:
        raise bad_message(f"no {name}")
    return element
