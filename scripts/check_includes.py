#!/usr/bin/env python3
"""Fails if an #include goes against the direction of the data.

ALLOWED lists, for each folder, the folders of ours that it may include; ctest
runs this. A folder with sources that is missing from ALLOWED is an error too.

  scripts/check_includes.py [ROOT]
"""
import pathlib
import re
import sys

CORE = {"core"}
MODELS = CORE | {"recommender/models"}
STATE = MODELS | {"recommender/state"}
SOURCES = STATE
PIPELINE = STATE | {"recommender/candidates", "recommender/ranking",
                    "recommender/pipeline"}
CLASS_PLAN = PIPELINE | {"recommender/class_plan"}
PATH = PIPELINE | {"recommender/path"}
LIFECYCLE = MODELS | {"storage", "recommender/lifecycle"}
INGEST = STATE | LIFECYCLE | {"recommender/ingest"}
EXPOSURE = CORE | {"storage", "recommender/exposure"}
EVALUATION = PIPELINE | {"recommender/evaluation"}
# Training learns the weights of ranking and starts from its hand-set ones.
TRAINING = STATE | {"storage", "recommender/evaluation",
                    "recommender/ranking",
                    "recommender/training"}
SIMULATION = CLASS_PLAN | PATH | {"recommender/evaluation",
                                  "recommender/simulation"}
SERVER = CLASS_PLAN | PATH | INGEST | EXPOSURE | {"services/server"}

ALLOWED = {
    "core": CORE,
    "storage": CORE | {"storage"},
    "recommender/models": MODELS,
    "recommender/state": STATE,
    "recommender/lifecycle": LIFECYCLE,
    "recommender/ingest": INGEST,
    "recommender/exposure": EXPOSURE,
    "recommender/candidates": STATE | {"recommender/candidates"},
    "recommender/ranking": STATE | {"recommender/ranking"},
    "recommender/pipeline": PIPELINE,
    "recommender/class_plan": CLASS_PLAN,
    "recommender/path": PATH,
    "recommender/evaluation": EVALUATION,
    "recommender/training": TRAINING,
    "recommender/simulation": SIMULATION,
    "services/server": SERVER,
    "services/interop": CORE | {"services/interop"},
    "services/cli": SERVER | TRAINING | SIMULATION
    | {"services/interop", "services/cli"},
}
ROOTS = ("core", "storage", "recommender", "services")
INCLUDE = re.compile(r'^\s*#include [<"]([^>"]+)[>"]', re.MULTILINE)


def folder_of(path):
    return str(pathlib.PurePosixPath(path).parent)


def faults_of(folder, path, target):
    """What is wrong with one #include in one file, or None."""
    first = target.split("/")[0]
    if first in ROOTS and folder_of(target) not in ALLOWED[folder]:
        return f"must not include {target}"
    is_io = path.stem.endswith("_io") and path.suffix == ".cc"
    inside = folder.startswith("recommender/") or folder == "core"
    if inside and first in ("grpc", "grpcpp", "rocksdb"):
        return f"must not include {target}: neither gRPC nor RocksDB here"
    if inside and not is_io and target.endswith(".pb.h"):
        return f"must not include {target}: Protobuf only in *_io.cc"
    if first == "rocksdb" and (folder != "storage" or path.suffix != ".cc"):
        return f"must not include {target}: RocksDB only in storage/*.cc"
    if target.endswith(".grpc.pb.h") and not folder.startswith("services/"):
        return f"must not include {target}: gRPC only in services/"
    # CLI11 is dear to compile: main.cc reads it, and headers for main.cc alone.
    if first == "CLI" and path.name not in ("main.cc", "flags.h"):
        return f"must not include {target}: CLI11 only in main.cc and flags.h"
    if target.endswith("flags.h") and path.suffix == ".cc" and (
            folder == "services/cli" and path.name != "main.cc"):
        return f"must not include {target}: it is for main.cc, it reads CLI11"
    return None


def faults(root):
    for top in ROOTS:
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".h", ".cc"):
                continue
            folder = folder_of(path.relative_to(root))
            if folder not in ALLOWED:
                yield f"{folder}: is not in ALLOWED of check_includes.py"
                continue
            for target in INCLUDE.findall(path.read_text(encoding="utf-8")):
                fault = faults_of(folder, path, target)
                if fault:
                    yield f"{path.relative_to(root)}: {fault}"


if __name__ == "__main__":
    found = sorted(set(faults(pathlib.Path(
        sys.argv[1] if len(sys.argv) > 1 else "."))))
    print("\n".join(found))
    sys.exit(bool(found))
