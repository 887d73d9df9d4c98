#!/usr/bin/env bash
# Installs what is needed, builds, and runs the tests: the whole presubmit.
#
#   scripts/test.sh          unit and fast tests
#   scripts/test.sh --ci     also faults, a short soak, sanitizers and short
#                            fuzzing
#   scripts/test.sh --long   also the tests labelled long: many more faults, a
#                            soak of an hour; and fuzzing for two minutes each
#
# Ends with ctest's summary; the exit code is 0 only if everything passed.
set -euo pipefail

ci=no
long=no
for argument in "$@"; do
  case $argument in
    --ci) ci=yes ;;
    --long) ci=yes long=yes ;;
    *)
      sed -n '2,10p' "$0" >&2
      exit 2
      ;;
  esac
done

"$(dirname "$0")/install_deps.sh"
source "$(dirname "$0")/lib.sh"

say "format"
git ls-files -co --exclude-standard '*.h' '*.cc' |
  xargs -r clang-format-14 --dry-run -Werror
echo "every source is formatted"

say "build (dev)"
build dev

if [ "$ci" = yes ]; then
  say "build and run the race tests under ThreadSanitizer"
  build tsan
  TSAN_OPTIONS="suppressions=$PWD/tests/tsan_suppressions.txt" \
    ctest --preset tsan
  say "build and run the unit tests under AddressSanitizer and UBSan"
  build asan
  ctest --preset asan
  say "fuzz what reads bytes from outside"
  scripts/fuzz.sh "$([ "$long" = yes ] && echo 120 || echo 10)"
fi

say "tests"
labels='unit|fast'
if [ "$ci" = yes ]; then
  labels="$labels|fault"
  # Where the real data must be, a missing file is a failure and not a skip.
  if [ -d "${EVENLIGHT_DATA:-../shared/data}" ]; then
    export EVENLIGHT_REQUIRE_DATA=1
  fi
fi
[ "$long" = yes ] && labels="$labels|long"
ctest --test-dir build/dev --output-on-failure -L "$labels"
