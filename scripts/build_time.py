#!/usr/bin/env python3
"""Prints the ten sources of a build that took longest to compile.

  scripts/build_time.py [BUILD_DIRECTORY]    default: build/dev

Reads ninja's log; a hit in ccache counts as the moment it took.
"""
import pathlib
import sys

build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/dev")
seconds = {}
for line in (build / ".ninja_log").read_text().splitlines():
    if line.startswith("#"):
        continue
    start, end, _, output, _ = line.split("\t")
    if output.endswith(".o"):
        seconds[output] = (int(end) - int(start)) / 1000
for output, took in sorted(seconds.items(), key=lambda x: -x[1])[:10]:
    print(f"{took:6.1f} s  {output}")
print(f"{sum(seconds.values()):6.1f} s  {len(seconds)} objects in all")
