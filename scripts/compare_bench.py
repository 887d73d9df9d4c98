#!/usr/bin/env python3
"""Compares two outputs of scripts/bench.sh and prints what got worse.

  scripts/compare_bench.py OLD NEW

Only ratios to a floor are compared, since absolute times differ from hour to
hour. A ratio that fell by more than 10 % is printed. It fails nothing.
"""
import sys


def ratios(path):
    found = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = dict(word.split("=", 1) for word in line.split()
                          if "=" in word)
            if "figure" in fields and "ratio" in fields:
                found[fields["figure"]] = float(fields["ratio"])
    return found


old, new = ratios(sys.argv[1]), ratios(sys.argv[2])
for figure in sorted(old.keys() & new.keys()):
    if new[figure] < 0.9 * old[figure]:
        print(f"figure={figure} old_ratio={old[figure]:.3g} "
              f"new_ratio={new[figure]:.3g}")
