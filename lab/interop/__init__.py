# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows programs that are started inside a distribution.

Linux knows a Windows program by its first bytes and starts ``/init`` for it (lab/linux/init/), which asks the server of
the instance, at the socket that ``WSL_INTEROP`` names, to start it with its standard streams (``server``). So it is in
WSL, with these differences: what binfmt_misc does there for files that begin with MZ is done here by a first line with
``#!``, so argv[0] is always the name of the file; and an instance has one socket, not one for each session.

* Where there is no ``/init`` that Linux could start (``umount /init`` does that), a Windows program is an "Exec format
  error", as where the entry in binfmt_misc is gone, which systemd-binfmt has done to many.
* With ``interop.enabled=false`` in wsl.conf there is no socket, and a Windows program ends with 1 and says nothing.
* The program has the token with which WSL was started: the owner's, elevated or not (``WindowsState.elevated``).
* When ``/init`` ends, the program does, and here all that it has started, which goes on in WSL.

Source: microsoft/WSL, src/linux/init/binfmt.cpp and util.cpp, src/windows/common/interop.cpp.
"""
