#!/usr/bin/env python3
"""Plays a synthetic district with exploration on, then evaluates policies.

Learners are shown lists whose last place is drawn; whether they complete a
resource is decided by a chance that is planted in it, so that the true value of
"no exploration" is known and printed beside its estimates. Nobody in it is
real. docs/off_policy.md shows what it prints.

  scripts/off_policy_demo.py BIN_DIR WORK_DIR [--learners N] [--lists N]
"""
import argparse
import hashlib
import json
import pathlib
import random
import subprocess
import time

ADDRESS = "127.0.0.1:50978"
# The service's clock stands at NOON while lists are made, and at LATER when
# what came of them is sent.
NOON = "2026-01-01T12:00:00Z"
HALF_AN_HOUR_LATER = "2026-01-01T12:30:00Z"
LATER = "2026-01-03T12:00:00Z"
CONFIG = "ranking { version: 2 exploration { share: 1 temperature: 0.02 } }\n"


def unit(text):
    """A number in [0, 1) that the text alone decides."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16) / 16**12


def p_complete(learner, resource):
    """The planted chance: of the resource, and a little of the learner."""
    return 0.1 + 0.6 * unit(resource) + 0.2 * unit(learner)


class District:
    def __init__(self, bin_dir, work):
        self.bin = bin_dir.resolve()
        self.work = work
        self.server = None

    def start(self, now):
        (self.work / "config.txtpb").write_text(CONFIG)
        log = self.work / "server.log"
        self.server = subprocess.Popen(
            [self.bin / "evenlightd", "--listen", ADDRESS,
             "--data_dir", self.work / "db", "--model_dir", self.work / "models",
             "--config", self.work / "config.txtpb",
             "--fixed_time_for_tests", now],
            stderr=log.open("w"))
        while '"serving"' not in log.read_text():
            if self.server.poll() is not None:
                raise SystemExit(f"evenlightd did not start, see {log}")
            time.sleep(0.1)

    def stop(self):
        self.server.terminate()
        self.server.wait()

    def run(self, *args, codes=(0,)):
        done = subprocess.run(
            [self.bin / "evenlight", "--server", ADDRESS, "--tenant",
             "synthetic", *args], capture_output=True, text=True)
        if done.returncode not in codes:
            raise SystemExit(f"evenlight {' '.join(map(str, args))}: "
                             f"{done.stderr}")
        return done

    def show(self, *args):
        print("$ evenlight", *args)
        done = self.run(*args, codes=(0, 3))
        print(done.stdout, end="")
        if done.returncode != 0:
            print(done.stderr, end="")
            print(f"(exit code {done.returncode})")
        print()

    def recommend(self, learner, *flags):
        done = self.run("--json", "recommend", "learner", learner, "-n", "5",
                        *flags)
        return json.loads(done.stdout)


def prepare(district, num_learners):
    files = district.work / "district"
    district.run("simulate", "district", "--learners", str(num_learners),
                 "--weeks", "3", "--end", "2026-01-01T00:00:00Z", "--out", files)
    district.run("import", "kcs", files / "kcs.jsonl")
    district.run("import", "resources", files / "resources.jsonl")
    district.run("import", "roster", files / "roster.csv")
    district.run("import", "events", files / "events.jsonl")
    district.run("train", "--models", "bkt,lrh")
    lines = (files / "roster.csv").read_text().splitlines()
    return [line.split(",")[1] for line in lines if line.startswith("learner,")]


def event(learner, resource, when, what, list_name=""):
    return {"actor": f"learners/{learner}", "resource": resource,
            "eventTime": when, "list": list_name, what: {}}


def play(district, learners, num_lists):
    """Returns the events; the true value of the place that is drawn when it is
    not, from the lists that previews show; and what another ranking, that of
    another phase, would show for each list."""
    chance = random.Random(1)
    events, without_exploration, other_lists = [], [], []
    for learner in learners:
        plain = district.recommend(learner, "--preview")["recommendations"]
        other = district.recommend(learner, "--preview", "--phase",
                                   "pre_class")["recommendations"]
        for _ in range(num_lists):
            answer = district.recommend(learner)
            other_lists.append(" ".join(
                [answer["list"].split("/")[1]] +
                [shown["resource"].split("/")[1] for shown in other]))
            if len(plain) == 5:
                without_exploration.append(
                    p_complete(learner, plain[-1]["resource"]))
            for shown in answer["recommendations"]:
                if chance.random() < p_complete(learner, shown["resource"]):
                    events.append(event(learner, shown["resource"],
                                        HALF_AN_HOUR_LATER, "completed",
                                        answer["list"]))
    # One that ends all windows.
    events.append(event(learners[0], plain[0]["resource"], LATER, "viewed"))
    truth = sum(without_exploration) / len(without_exploration)
    return events, truth, other_lists


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin_dir", type=pathlib.Path)
    parser.add_argument("work_dir", type=pathlib.Path)
    parser.add_argument("--learners", type=int, default=400)
    parser.add_argument("--lists", type=int, default=4)
    args = parser.parse_args()
    args.work_dir.mkdir(parents=True)

    district = District(args.bin_dir, args.work_dir)
    district.start(NOON)
    try:
        learners = prepare(district, args.learners)
        events, truth, other_lists = play(district, learners, args.lists)
        district.stop()
        district.start(LATER)
        outcomes = args.work_dir / "outcomes.jsonl"
        outcomes.write_text("".join(json.dumps(e) + "\n" for e in events))
        district.run("import", "events", outcomes)
        other = args.work_dir / "other_lists.txt"
        other.write_text("".join(line + "\n" for line in other_lists))
        for target in ("logged", "greedy", "uniform", "temperature=0.05",
                       f"lists={other}"):
            district.show("evaluate", "policy", "--target", target)
        district.show("evaluate", "policy", "--target", "greedy", "--min_ess",
                      "2000")
        print(f"true value of greedy, from previews: {truth:.4f}")
    finally:
        district.stop()


if __name__ == "__main__":
    main()
