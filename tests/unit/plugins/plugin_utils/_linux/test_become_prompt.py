# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialogue, with core's own become plugins."""

from __future__ import annotations

import typing as t

import pytest
from ansible.plugins.loader import become_loader, shell_loader
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.become_prompt import BecomePrompt
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

from tests.unit.plugin_loading import ensure_plugin_loader


def plugin(method: str, password: str | None = "secret") -> t.Any:
    ensure_plugin_loader()
    loader, shells = t.cast("t.Any", become_loader), t.cast("t.Any", shell_loader)
    become = loader.get(method)
    become.set_options(direct={"become_user": "root", **({"become_pass": password} if password else {})})
    become.build_become_command("id", shells.get("sh"))
    return become


def prompt_of(become: t.Any) -> bytes:
    return b"Passwort: " if become.name == "su" else become.prompt.encode()


@pytest.mark.parametrize("method", ["sudo", "su"])
def test_the_password_goes_to_the_prompt_and_nothing_before(method: str) -> None:
    become = plugin(method)
    prompt, success = prompt_of(become), become.success.encode()
    dialogue = BecomePrompt(become, "here", 5)
    assert dialogue.reply(b"", b"") == b""
    assert dialogue.reply(b"noise", prompt) == b"secret\n"
    assert dialogue.reply(b"noise", prompt) == b""
    assert dialogue.reply(b"noise\n" + success + b"\n", prompt) is None
    done = Completed(0, b"noise\n" + success + b"\nroot\n", prompt + b"\nerr")
    assert dialogue.result(done) == Completed(0, b"noise\nroot\n", b"err")


@pytest.mark.parametrize("method, said", [("sudo", b"Sorry, try again.\n"), ("su", b"su: Authentication failure\n")])
def test_a_wrong_password(method: str, said: bytes) -> None:
    become = plugin(method)
    prompt = prompt_of(become)
    for after in (said, said + prompt, prompt):
        dialogue = BecomePrompt(become, "here", 5)
        assert dialogue.reply(b"", prompt) == b"secret\n"
        with pytest.raises(StepFailed, match=f"here: the password for {method} is wrong: ") as caught:
            dialogue.reply(b"", prompt + after)
        assert "secret" not in str(caught.value)
        if after == said:
            with pytest.raises(StepFailed, match="is wrong"):
                dialogue.result(Completed(1, b"", prompt + after))


@pytest.mark.parametrize("method, said", [("sudo", b"sudo: a password is required\n"), ("su", b"Password: ")])
def test_a_missing_password(method: str, said: bytes) -> None:
    with pytest.raises(StepFailed, match=f"here: {method} asks for a password: set ansible_become_password"):
        BecomePrompt(plugin(method, None), "here", 5).reply(b"", said)


def test_another_failure_stays_what_it_is() -> None:
    done = Completed(127, b"", b"sudo: not found\n")
    assert BecomePrompt(plugin("sudo", None), "here", 5).result(done) is done


def test_late() -> None:
    assert "here: su ran nothing and showed no known prompt within 5 s" in str(
        BecomePrompt(plugin("su"), "here", 5).late()
    )
