#!/usr/bin/env python3
"""The checks of scripts/ fail on what they exist to find."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"


def check(script, files):
    """Runs a check over a tree of `files`; returns (exit code, output)."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, SCRIPTS / script, root],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


class CheckIncludes(unittest.TestCase):
    def expect_fault(self, name, include, words):
        code, output = check("check_includes.py", {name: f"#include {include}"})
        self.assertEqual(code, 1)
        self.assertIn(words, output)

    def test_with_the_data_is_fine(self):
        code, _ = check("check_includes.py",
                        {"storage/a.cc": '#include "core/ids.h"'})
        self.assertEqual(code, 0)

    def test_against_the_data(self):
        self.expect_fault("core/a.h", '"storage/database.h"',
                          "must not include")

    def test_grpc_in_the_recommender(self):
        self.expect_fault("recommender/state/a.cc", "<grpcpp/grpcpp.h>",
                          "neither gRPC nor RocksDB")

    def test_protobuf_outside_io(self):
        self.expect_fault("recommender/state/fold.cc",
                          '"evenlight/v1/event.pb.h"', "only in *_io.cc")

    def test_rocksdb_in_a_header(self):
        self.expect_fault("storage/a.h", "<rocksdb/db.h>", "storage/*.cc")

    def test_a_folder_without_a_rule(self):
        self.expect_fault("recommender/magic/a.h", "<vector>",
                          "not in ALLOWED")


class CheckProtos(unittest.TestCase):
    def expect(self, text, code, words=""):
        found, output = check("check_protos.py",
                              {"proto/evenlight/v1/a.proto": text})
        self.assertEqual(found, code, output)
        self.assertIn(words, output)

    def test_commented(self):
        self.expect("// M.\nmessage M {\n  // Required. A.\n"
                    "  string a = 1;\n}\n", 0)

    def test_a_message_without_comment(self):
        self.expect("message M {}\n", 1, "message M has no comment")

    def test_a_field_without_comment(self):
        self.expect("// M.\nmessage M {\n  string a = 1;\n}\n", 1,
                    "field a has no comment")

    def test_a_field_that_does_not_say_who_sets_it(self):
        self.expect("// M.\nmessage M {\n  // A.\n  string a = 1;\n}\n", 1,
                    "does not begin with")

    def test_an_rpc_without_comment(self):
        self.expect("// S.\nservice S {\n  rpc R(M) returns (M);\n}\n", 1,
                    "rpc R has no comment")


if __name__ == "__main__":
    unittest.main()
