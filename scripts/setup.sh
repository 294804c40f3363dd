#!/bin/sh
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sets up what `make demo` and `make test` need: Debian packages when missing, and a virtual environment in .venv.
# Safe to run again; a second run takes a fraction of a second.
set -eu
cd "$(dirname "$0")/.."

# program or file that must exist : Debian package that brings it
REQUIRED="
mmdebstrap:mmdebstrap
gpg-agent:gnupg
gpgv:gpgv
gcc:gcc
xz:xz-utils
pigz:pigz
pgrep:procps
nsenter:util-linux
shellcheck:shellcheck
chromium:chromium
/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf:fonts-dejavu-core
git:git
ssh:openssh-client
sshpass:sshpass
/usr/include/stdio.h:libc6-dev
/usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring
"

set --
for entry in $REQUIRED; do
    probe=${entry%%:*}
    case "$probe" in
        /*) [ -e "$probe" ] || set -- "$@" "${entry#*:}" ;;
        *) command -v "$probe" >/dev/null 2>&1 || set -- "$@" "${entry#*:}" ;;
    esac
done
# A Debian python3 without python3-venv creates an environment that has no pip.
python3 -c 'import ensurepip, venv' 2>/dev/null || set -- "$@" python3-venv

if [ $# -gt 0 ]; then
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo"
    else
        echo "setup: needs root to install Debian packages; run as root: apt-get install $*" >&2
        exit 1
    fi
    echo "setup: installing Debian packages: $*"
    $as_root apt-get update -q >/dev/null
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
fi

stamp=.venv/.ready
if [ ! -e "$stamp" ] || [ -n "$(find requirements-dev.txt -newer "$stamp")" ]; then
    echo "setup: creating the virtual environment .venv"
    python3 -m venv .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
    touch "$stamp"
fi

# Ansible finds a collection by its place in a tree; the checkout is linked into one.
tree=.cache/collections/ansible_collections/wslfleet
mkdir -p "$tree"
[ -e "$tree/cuda" ] || ln -s ../../../.. "$tree/cuda"
