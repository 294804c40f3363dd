# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import lzma
import shutil
import tarfile
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import deb_file as d
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.plugins.module_utils import deb_builder as build

CONTROL = "Package: vendor-gpu\nVersion: 1\nProvides: libcuda1,\n libcuda.so.1\nDescription: x\n y"
LIBRARY = "/opt/vendor/lib/libcuda.so.1"
LONG = "/usr/lib/" + "long-name/" * 20 + "libcuda.so"


@pytest.mark.parametrize("sums", [True, False])
@pytest.mark.parametrize("ending", ["", ".gz", ".xz"])
def test_fields_and_files(ending: str, sums: bool, tmp_path: Path) -> None:
    found = d.read(str(build.deb(tmp_path / "x.deb", CONTROL, ["/usr/share/doc/x", LIBRARY, LONG], sums, ending)))
    assert (found.fields["Package"], found.fields["Provides"]) == ("vendor-gpu", "libcuda1,\nlibcuda.so.1")
    assert found.files == ("/usr/share/doc/x", LIBRARY, LONG)


def test_names_of_another_kind_of_tar(tmp_path: Path) -> None:
    """tarfile splits long names as ustar has it."""
    file = build.deb(tmp_path / "x.deb", CONTROL, [LIBRARY, LONG], False, tar_format=tarfile.USTAR_FORMAT)
    assert d.read(str(file)).files == (LIBRARY, LONG)


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
@pytest.mark.parametrize("compression", ["gzip", "xz", "zstd", "none"])
def test_as_dpkg_deb_makes_them(compression: str, tmp_path: Path) -> None:
    try:
        file = build.built(tmp_path, "x", "Source: y\n", ["/usr/lib/libcuda.so", "/usr/share/z"], [f"-Z{compression}"])
    except build.subprocess.CalledProcessError:
        pytest.skip(f"this dpkg-deb knows no {compression}")
    found = d.read(str(file))
    assert (found.fields["Source"], found.files) == ("y", ("/usr/lib/libcuda.so", "/usr/share/z"))
    assert d.read(str(file), data=False) == (found.fields, ())


@pytest.mark.parametrize("line", ["  usr/x", " *usr/x", "  ./usr/x", "  /usr/x"])
def test_any_kind_of_md5sums(line: str, tmp_path: Path) -> None:
    control = build.tar({"control": CONTROL.encode(), "md5sums": f"{'a' * 32}{line}\nnonsense\n".encode()})
    (tmp_path / "x.deb").write_bytes(build.ar([("debian-binary", b"2.0\n"), ("control.tar/", control)]))
    assert d.read(str(tmp_path / "x.deb")).files == ("/usr/x",)


def test_what_a_package_links_to_is_none_of_its_files(tmp_path: Path) -> None:
    data = build.tar({"./usr/lib/libcuda.so": b"->/usr/lib/wsl/lib/libcuda.so", "./usr/x": b""})
    members = [("control.tar", build.tar({"./control": CONTROL.encode()})), ("data.tar", data)]
    (tmp_path / "x.deb").write_bytes(build.ar(members))
    assert d.read(str(tmp_path / "x.deb")).files == ("/usr/x",)


def test_no_large_file_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """30 MB that pack to 5 kB: bounded in the control member, and in the data of a package without md5sums."""
    monkeypatch.setattr(d, "CONTROL_BYTES", 2**20)
    monkeypatch.setattr(d, "DATA_BYTES", 2**20)
    packed = lzma.compress(build.tar({"./usr/a": b"", "./usr/lib/big": b"\0" * 30_000_000, "./usr/z": b""}))
    members = [("control.tar", build.tar({"./control": CONTROL.encode()})), ("data.tar.xz", packed)]
    (tmp_path / "x.deb").write_bytes(build.ar(members))
    assert d.read(str(tmp_path / "x.deb")).files == ("/usr/a", "/usr/lib/big")
    big = lzma.compress(build.tar({"./control": CONTROL.encode(), "./postinst": b"\0" * 3_000_000, "./md5sums": b""}))
    (tmp_path / "y.deb").write_bytes(build.ar([("control.tar.xz", big), ("data.tar", build.tar({"./usr/b": b""}))]))
    assert d.read(str(tmp_path / "y.deb")).files == ("/usr/b",)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>not found</html>", id="no archive"),
        pytest.param(build.ar([("debian-binary", b"2.0\n")]), id="no control member"),
        pytest.param(build.ar([("control.tar.xz", b"nonsense")]), id="damaged xz"),
        pytest.param(build.ar([("control.tar.gz", b"nonsense")]), id="damaged gzip"),
        pytest.param(build.ar([("control.tar.zst", b"nonsense")]), id="damaged zstd"),
        pytest.param(build.ar([("control.tar.lzma", b"nonsense")]), id="compressed in another way"),
        pytest.param(build.ar([("control.tar", build.tar({"./md5sums": b""}))]), id="no control file"),
        pytest.param(build.ar([("control.tar", b"x" * 2000)]), id="no tar"),
        pytest.param(b"!<arch>\n" + f"{'other':<48}{-60:<10}`\n".encode() * 2, id="a size that leads back"),
    ],
)
def test_what_cannot_be_read(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.deb").write_bytes(data)
    with pytest.raises(d.DebError):
        d.read(str(tmp_path / "x.deb"))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(d.DebError):
        d.read(str(tmp_path / "x.deb"))


def test_data_in_a_way_that_is_not_known_hides_no_field(tmp_path: Path) -> None:
    members = [("control.tar", build.tar({"./control": CONTROL.encode()})), ("data.tar.bz2", b"BZh9")]
    (tmp_path / "x.deb").write_bytes(build.ar(members))
    assert d.read(str(tmp_path / "x.deb")).fields["Package"] == "vendor-gpu"


WHOLE = build.ar(
    [("control.tar", build.tar({"./control": CONTROL.encode()})), ("data.tar", build.tar({"./a": b"", "./b": b"1"}))]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, len(WHOLE) - 1), noise=st.binary(min_size=1, max_size=12))
def test_damage_anywhere_ends(place: int, noise: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.deb").write_bytes(WHOLE[:place] + noise + WHOLE[place + len(noise) :])
    with contextlib.suppress(d.DebError):
        assert d.read(str(tmp_path / "x.deb")).fields
