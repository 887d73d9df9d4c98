#!/usr/bin/env python3
"""Turns Google Benchmark's JSON on standard input into figure lines.

Time per iteration is the value; items per second, where a bench counts items,
become a second figure. A user counter of a bench named `ratio` or `floor` is
appended as it is.
"""
import json
import sys

for bench in json.load(sys.stdin)["benchmarks"]:
    name = bench["name"].replace(" ", "_")
    if bench.get("error_occurred"):
        print(f"figure={name} error={bench['error_message']!r}")
        continue
    extra = "".join(f" {key}={bench[key]:.4g}" for key in ("floor", "ratio")
                    if key in bench)
    print(f"figure={name} value={bench['real_time']:.4g} "
          f"unit={bench['time_unit']}{extra}")
    if "items_per_second" in bench:
        print(f"figure={name}/items value={bench['items_per_second']:.4g} "
              "unit=1/s")
