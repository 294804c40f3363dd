# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second judge of how cmd.exe reads our command lines: Wine's cmd.exe, beside the model of the lab.

Every line that the collection sent in the integration tests (lines.py) runs in both, in several situations (scenes.py).
Each program that a line starts is replaced by a stand-in that notes how it was started. Compared is which programs
start with which words, what is printed, what becomes of the files, and which exit code comes out (answers.py). A
difference that is not explained in differences.yml fails, and so does an explanation that is not needed.

    python -m scripts.gates.second_judge          as root; stage second-judge of noxfile.py
"""
