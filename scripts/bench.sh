#!/usr/bin/env bash
# Measures, and prints one line per figure on standard output:
#
#   figure=... value=... unit=... [floor=... ratio=...]
#
#   scripts/bench.sh            everything
#   scripts/bench.sh serve      one of: floors class cold fold ingest load
#                               pipeline residual serve
#   scripts/bench.sh peers      knowledge tracing beside pyBKT and scikit-learn,
#                               which it gets from PyPI; not part of everything
#   scripts/bench.sh factorisation   factors and retrieval beside implicit and
#                               faiss, likewise; with the set of 20 M
#                               interactions it takes a quarter of an hour
#
# Figures are compared with floors of the same run: these machines are noisy,
# an absolute time means little. bench/README.md keeps the last table.
set -euo pipefail

"$(dirname "$0")/install_deps.sh" >&2
source "$(dirname "$0")/lib.sh"

names=("${@:-all}")
[ "${names[0]}" = all ] && names=(floors class cold fold ingest load pipeline residual serve)

binary() {
  case $1 in
    floors) echo floors ;;
    peers) echo evenlight ;;
    factorisation) echo factorisation_bench retrieval_bench ;;
    class | cold | fold | ingest | pipeline | residual | serve) echo "$1_bench" ;;
    load) echo load_bench evenlightd evenlight ;;
    *)
      echo "no bench is called $1; they are: floors class cold fold ingest load pipeline residual serve peers factorisation" >&2
      return 2
      ;;
  esac
}

targets=()
for name in "${names[@]}"; do targets+=($(binary "$name")); done
build release "${targets[@]}" >&2

for name in "${names[@]}"; do
  program=build/release/bin/$(binary "$name" | cut -d ' ' -f 1)
  echo "bench: $name" >&2
  if [ "$name" = peers ]; then
    bench/peers/tracing.py
  elif [ "$name" = factorisation ]; then
    bench/peers/factorisation.py --large
  elif [ "$name" = load ]; then
    "$program" --svg build/release/latency_against_load.svg
  elif [ "$name" = serve ] || [ "$name" = cold ] || [ "$name" = class ]; then
    "$program"
  else
    "$program" --benchmark_format=json 2>/dev/null |
      python3 scripts/bench_figures.py
  fi
done
