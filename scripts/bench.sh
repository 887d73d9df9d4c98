#!/usr/bin/env bash
# Measures, and prints one line per figure on standard output:
#
#   figure=... value=... unit=... [floor=... ratio=...]
#
#   scripts/bench.sh            everything
#   scripts/bench.sh serve      one of: floors class cold fold ingest load
#                               memory pipeline recovery residual serve state
#   scripts/bench.sh overload   a part of another: recommend of serve; overload
#                               mixed training compaction backup of load
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

whole=(floors class cold fold ingest load memory pipeline recovery residual serve state)
parts=(recommend overload mixed training compaction backup)
names=("${@:-all}")
[ "${names[0]}" = all ] && names=("${whole[@]}")

# program NAME: what to build for it, the bench first.
program() {
  case $1 in
    floors) echo floors ;;
    peers) echo evenlight ;;
    factorisation) echo factorisation_bench retrieval_bench ;;
    class | cold | fold | ingest | pipeline | residual | serve | state) echo "$1_bench" ;;
    recommend) echo serve_bench ;;
    memory | recovery) echo "$1_bench" evenlightd evenlight ;;
    load | overload | mixed | training | compaction | backup) echo load_bench evenlightd evenlight ;;
    *)
      echo "no bench is called $1; they are: ${whole[*]} ${parts[*]} peers factorisation" >&2
      return 2
      ;;
  esac
}

# run NAME PROGRAM
run() {
  local svg=build/release/latency_against_load.svg
  case $1 in
    peers) bench/peers/tracing.py ;;
    factorisation) bench/peers/factorisation.py --large ;;
    class | cold | memory | recovery | serve | state) "$2" ;;
    recommend) "$2" lists ;;
    load) "$2" --svg="$svg" ;;
    overload)
      "$2" --only=sweep --svg="$svg"
      "$2" --only=sweep --apart
      ;;
    training) "$2" --only=train ;;
    mixed | compaction | backup) "$2" --only="$1" ;;
    *) "$2" --benchmark_format=json 2>/dev/null | python3 scripts/bench_figures.py ;;
  esac
}

targets=()
for name in "${names[@]}"; do
  needed=$(program "$name")
  targets+=($needed)
done
build release "${targets[@]}" >&2

for name in "${names[@]}"; do
  echo "bench: $name" >&2
  run "$name" "build/release/bin/$(program "$name" | cut -d ' ' -f 1)"
done
