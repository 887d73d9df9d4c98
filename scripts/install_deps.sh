#!/usr/bin/env bash
# Installs what Evenlight needs from Debian 12. Safe to run again: it asks
# apt only for what is missing.
set -euo pipefail

PACKAGES=(
  build-essential ca-certificates ccache clang-14 clang-format-14
  clang-tidy-14 cmake git libabsl-dev libbenchmark-dev libboost-dev
  libcli11-dev libclang-rt-14-dev libcsv-dev libeigen3-dev libgmock-dev
  libgrpc++-dev libgrpc-dev libgtest-dev libhwy-dev libprotobuf-dev
  libprotoc-dev
  librocksdb-dev libssl-dev libutfcpp-dev libxxhash-dev lld ninja-build pkg-config
  prometheus-cpp-dev protobuf-compiler protobuf-compiler-grpc python3 rapidjson-dev
)

missing=()
for package in "${PACKAGES[@]}"; do
  if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null |
      grep -q "ok installed"; then
    missing+=("$package")
  fi
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "packages: all ${#PACKAGES[@]} are installed"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "these Debian packages are missing: ${missing[*]}" >&2
    echo "run this as root, or install sudo, or install them yourself" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "packages: installing ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
  --no-install-recommends "${missing[@]}" >/dev/null
echo "packages: installed"
