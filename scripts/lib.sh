# Shared by the scripts of this folder; sourced, not run.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# say TEXT: tells the person at the terminal what happens now.
say() { printf '\n== %s\n' "$*"; }

# build PRESET [TARGET ...]: configures and builds, all if no target is named.
build() {
  local preset=$1
  shift
  cmake --preset "$preset" >"build/$preset.configure.log" 2>&1 || {
    cat "build/$preset.configure.log" >&2
    return 1
  }
  cmake --build --preset "$preset" ${1:+--target "$@"}
}

mkdir -p build

# Presets share what they compile alike (the generated code above all), although
# each builds in a directory of its own.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
