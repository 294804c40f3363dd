# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# NOT RUN YET. Runs one step of controller.sh in the WSL distribution "controller" and gives back its exit code.
param(
    [Parameter(Mandatory)] [string] $Folder,
    [Parameter(Mandatory)] [string] $Step
)
$ErrorActionPreference = 'Stop'
$env:WSL_UTF8 = '1'
# /p: translate a path; the password has no path in it.
$env:WSLFLEET_FOLDER = (Resolve-Path $Folder).Path
$env:WSLFLEET_CHECKOUT = (Resolve-Path "$PSScriptRoot/../..").Path
$env:WSLENV = 'WSLFLEET_FOLDER/p:WSLFLEET_CHECKOUT/p:WSLFLEET_PASSWORD'
# Read, not executed: git on Windows does not set the bit. No quotes inside, and the path of a runner holds no blank.
wsl.exe -d controller -u root --cd / --exec /bin/sh -c '. $WSLFLEET_CHECKOUT/.github/windows/controller.sh' sh $Step
exit $LASTEXITCODE
