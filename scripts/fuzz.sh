#!/usr/bin/env bash
# Runs every fuzz target for some seconds (default 10): what reads bytes from
# outside neither crashes, leaks nor hangs on any bytes.
#
#   scripts/fuzz.sh [SECONDS]
set -euo pipefail

"$(dirname "$0")/install_deps.sh"
source "$(dirname "$0")/lib.sh"
seconds=${1:-10}

targets=(fuzz_akt_folds fuzz_answers_csv fuzz_import fuzz_model_set
  fuzz_requests fuzz_state fuzz_storage fuzz_tokens)
build fuzz "${targets[@]}"
for target in "${targets[@]}"; do
  say "$target for $seconds s"
  corpus=build/fuzz/corpus/$target
  mkdir -p "$corpus"
  seeds=tests/fuzz/corpus/$target
  "build/fuzz/bin/$target" -max_total_time="$seconds" -rss_limit_mb=2048 \
    -timeout=10 -print_final_stats=1 -artifact_prefix="build/fuzz/" \
    "$corpus" $([ -d "$seeds" ] && echo "$seeds") 2>&1 |
    grep -E '^==[0-9]+==|SUMMARY|number_of_executed_units|unit written'
done
