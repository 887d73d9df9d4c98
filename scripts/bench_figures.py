#!/usr/bin/env python3
"""Turns Google Benchmark's JSON on standard input into figure lines.

A bench that counts items gives its items per second, any other its time per
iteration. Its own counters follow; `floor` is in the unit of the value.
"""
import json
import sys

# What Google Benchmark itself writes of every bench.
KNOWN = {"name", "family_index", "per_family_instance_index", "run_name",
         "run_type", "repetitions", "repetition_index", "threads",
         "iterations", "real_time", "cpu_time", "time_unit",
         "items_per_second", "bytes_per_second", "error_occurred",
         "error_message", "label"}

for bench in json.load(sys.stdin)["benchmarks"]:
    name = bench["name"]
    for suffix in ("/manual_time", "/real_time"):
        name = name.replace(suffix, "")
    if bench.get("error_occurred"):
        print(f"figure={name} error={bench['error_message']!r}")
        continue
    value, unit = bench["real_time"], bench["time_unit"]
    if "items_per_second" in bench:
        value, unit = bench["items_per_second"], "1/s"
    counters = sorted(key for key in bench if key not in KNOWN)
    extra = "".join(f" {key}={bench[key]:.4g}" for key in counters)
    print(f"figure={name} value={value:.4g} unit={unit}{extra}")
