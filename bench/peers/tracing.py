#!/usr/bin/env python3
"""Knowledge tracing beside its peers, in one run, one thread each. Takes about
ten minutes.

  bench/peers/tracing.py [--answers FILE.csv] [--folds 1 2 ...] [--runs 3]
                         [--chunk 200] [--binary build/release/bin/evenlight]

Peers, from PyPI, in a virtual environment that is made at the first call
(build/peers): pyBKT 1.4.3 with its C++ part, and scikit-learn's logistic
regression. They get the same folds, training answers and chunks as `evenlight
evaluate tracing`. Prints a line per model and fold, the ratios, and the table
for bench/README.md.

  pybkt    forgets=True; else its defaults, but one start in place of five:
           that is five times as fast. `pybkt5` is the default.
  sklearn  the columns of our bestlr: question, kc, and by kc log(1 + wins) and
           log(1 + answers), each a mean over the question's kcs; the same two
           counts of the learner and of the question. lbfgs, C=1,
           max_iter=1000.

Times are of fitting, from answers in memory to parameters, the median of the
runs. Ours: `train_seconds`: counts, and for Best-LR makes features and chooses
the epoch. pyBKT's has its preparation in pandas;
`em_seconds` is its C++ alone. scikit-learn's is without making the columns.
`us_per_answer` is of predicting: ours one answer after the other with making
the features and moving the state (p50), theirs in one batch, scikit-learn's
without making the columns.
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "build" / "peers"
PYBKT = "pyBKT==1.4.3"
NUM_FOLDS = 5


def make_environment():
    """Makes the environment if it is not complete, and continues in it."""
    python = ENVIRONMENT / "bin" / "python"
    if pathlib.Path(sys.prefix) == ENVIRONMENT:
        return
    if not list(ENVIRONMENT.glob("lib/*/site-packages/pyBKT/fit/E_step*.so")):
        print(f"making {ENVIRONMENT}", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "--quiet",
               "--disable-pip-version-check"]
        requirements = pathlib.Path(__file__).with_name("requirements.txt")
        subprocess.run([*pip, "-r", requirements], check=True)
        subprocess.run([*pip, "--no-build-isolation", "--no-deps",
                        "--no-binary", "pyBKT", PYBKT], check=True)
        if not list(ENVIRONMENT.glob("lib/*/site-packages/pyBKT/fit/*.so")):
            sys.exit("pyBKT was built without its C++ part; it needs g++ and "
                     "Python's headers")
    # Before numpy is loaded: afterwards they are not read.
    for name in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{name}_NUM_THREADS"] = "1"
    os.execv(python, [python, "-W", "ignore", *sys.argv])


def read_answers(path, chunk):
    """The file as a table with a row per answer, and `history`: a learner's
    chunk."""
    import pandas as pd
    answers = pd.read_csv(path, dtype={"skill": str})
    answers = answers.sort_values(["user", "t"], kind="stable",
                                  ignore_index=True)
    part = answers.groupby("user").cumcount() // chunk
    answers["history"] = answers["user"].astype(str) + "/" + part.astype(str)
    answers["kcs"] = answers["skill"].str.split("_")
    return answers


def split(answers, fold):
    """Training and test answers; the validation fold is in neither."""
    of = answers["test_fold"]
    train = ~of.isin([fold, fold % NUM_FOLDS + 1])
    return answers[train], answers[of == fold]


def auc_of(answers, p_correct):
    from sklearn.metrics import roc_auc_score
    return roc_auc_score(answers["correct"], p_correct)


def by_kc(answers):
    """A row per answer and kc, under the names that pyBKT looks for."""
    import pandas as pd
    table = pd.DataFrame({"answer": answers.index,
                          "order_id": answers.index,
                          "user_id": answers["history"].values,
                          "skill_name": answers["kcs"].values,
                          "correct": answers["correct"].values})
    return table.explode("skill_name", ignore_index=True)


def run_pybkt(train, test, num_starts):
    from pyBKT.fit import EM_fit
    from pyBKT.models import Model
    em_seconds = 0
    fit_one = EM_fit.EM_fit

    def timed(*args, **kwargs):
        nonlocal em_seconds
        start = time.perf_counter()
        result = fit_one(*args, **kwargs)
        em_seconds += time.perf_counter() - start
        return result

    table = by_kc(train)
    model = Model(seed=1, num_fits=num_starts, parallel=False)
    EM_fit.EM_fit = timed
    start = time.perf_counter()
    model.fit(data=table, forgets=True)
    fit_seconds = time.perf_counter() - start
    EM_fit.EM_fit = fit_one

    start = time.perf_counter()
    predicted = model.predict(data=by_kc(test))
    predict_seconds = time.perf_counter() - start
    # The mean over the question's kcs, as ours.
    p_correct = predicted.groupby("answer")["correct_predictions"].mean()
    return {"auc": auc_of(test, p_correct.loc[test.index]),
            "fit_seconds": fit_seconds, "em_seconds": em_seconds,
            "us_per_answer": 1e6 * predict_seconds / len(test)}


class BestLrColumns:
    """Numbers the columns of questions and kcs as they are met."""

    def __init__(self):
        self.columns = {}

    def column(self, *key):
        return self.columns.setdefault(key, len(self.columns))

    def row(self, question, kcs, wins, answers):
        """(column, value) pairs; the counts are those before the answer."""
        from math import log1p
        cells = [(self.column("question", question), 1.0)]
        for kind, key in (("all", None), ("of question", question)):
            cells += [(self.column("wins", kind), log1p(wins[kind, key])),
                      (self.column("answers", kind), log1p(answers[kind, key]))]
        for kc in kcs:
            share = 1 / len(kcs)
            cells += [(self.column("kc", kc), share),
                      (self.column("wins", "of kc", kc),
                       share * log1p(wins["of kc", kc])),
                      (self.column("answers", "of kc", kc),
                       share * log1p(answers["of kc", kc]))]
        return cells


def best_lr_matrix(answers, columns, num_columns=None):
    from scipy.sparse import csr_matrix
    rows, cols, values = [], [], []
    history = None
    for number, answer in enumerate(
            answers[["history", "question", "kcs", "correct"]].itertuples()):
        if answer.history != history:
            history = answer.history
            wins, counts = collections.Counter(), collections.Counter()
        for column, value in columns.row(answer.question, answer.kcs, wins,
                                         counts):
            # Columns that training has not seen have no weight.
            if num_columns is None or column < num_columns:
                rows.append(number)
                cols.append(column)
                values.append(value)
        for key in [("all", None), ("of question", answer.question)] + [
                ("of kc", kc) for kc in answer.kcs]:
            counts[key] += 1
            wins[key] += answer.correct
    return csr_matrix((values, (rows, cols)),
                      (len(answers), num_columns or len(columns.columns)))


def run_sklearn(train_matrix, train, test_matrix, test):
    from sklearn.linear_model import LogisticRegression
    model = LogisticRegression(max_iter=1000)
    start = time.perf_counter()
    model.fit(train_matrix, train["correct"])
    fit_seconds = time.perf_counter() - start
    start = time.perf_counter()
    p_correct = model.predict_proba(test_matrix)[:, 1]
    predict_seconds = time.perf_counter() - start
    return {"auc": auc_of(test, p_correct), "fit_seconds": fit_seconds,
            "us_per_answer": 1e6 * predict_seconds / len(test),
            "iterations": int(model.n_iter_[0])}


def run_ours(options, fold):
    """A result for each of our models."""
    setting = "chunk200" if options.chunk == 200 else "full"
    run = subprocess.run(
        [options.binary, "evaluate", "tracing", "--answers", options.answers,
         "--models", "bkt,bestlr", "--folds", str(fold), "--setting", setting,
         "--threads", "1"], check=True, capture_output=True, text=True)
    results = {}
    for line in run.stdout.splitlines():
        words = dict(word.split("=", 1) for word in line.split() if "=" in word)
        if words.get("fold") == str(fold):
            results[words["model"]] = {
                "auc": float(words["auc"]),
                "fit_seconds": float(words["train_seconds"]),
                "us_per_answer": float(words["us_p50"])}
    return results


def run_fold(answers, options, fold):
    """Medians by model; the models take turns."""
    train, test = split(answers, fold)
    columns = BestLrColumns()
    train_matrix = best_lr_matrix(train, columns)
    test_matrix = best_lr_matrix(test, columns, train_matrix.shape[1])
    runs = collections.defaultdict(list)
    for _ in range(options.runs):
        for model, result in run_ours(options, fold).items():
            runs[model].append(result)
        runs["pybkt"].append(run_pybkt(train, test, 1))
        runs["pybkt5"].append(run_pybkt(train, test, 5))
        runs["sklearn"].append(
            run_sklearn(train_matrix, train, test_matrix, test))
    return {model: {name: statistics.median(r[name] for r in results)
                    for name in results[0]}
            for model, results in runs.items()}


def line(model, fold, result):
    figures = " ".join(f"{name}={value:.4f}" if isinstance(value, float)
                       else f"{name}={value}"
                       for name, value in result.items())
    return f"model={model} fold={fold} {figures}"


def machine():
    name = platform.processor() or platform.machine()
    for text in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            name = text.split(":", 1)[1].strip()
            break
    return f"{name}, {os.cpu_count()} cores"


def print_ratios(means):
    """How many times as fast as the peer, and the lead in AUC."""
    for ours, peer in (("bkt", "pybkt"), ("bkt", "pybkt5"),
                       ("bestlr", "sklearn")):
        mine, floor = means[ours], means[peer]
        ratio = floor["fit_seconds"] / mine["fit_seconds"]
        lead = mine["auc"] - floor["auc"]
        print(f"figure={ours}_fit_against_{peer} "
              f"value={mine['fit_seconds']:.4g} unit=s "
              f"floor={floor['fit_seconds']:.4g} ratio={ratio:.4g} "
              f"auc={mine['auc']:.4f} auc_lead={lead:.4f}")


def print_table(means):
    print("\n| model | AUC | fit, s | of which EM, s |\n|---|---|---|---|")
    for model, mean in means.items():
        em = f"{mean['em_seconds']:.2f}" if "em_seconds" in mean else ""
        print(f"| {model} | {mean['auc']:.4f} | {mean['fit_seconds']:.2f} | "
              f"{em} |")


def main():
    parser = argparse.ArgumentParser(
        description="Knowledge tracing beside its peers",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    data = ROOT.parent / "shared" / "data"
    parser.add_argument("--answers", default=os.path.join(
        os.environ.get("EVENLIGHT_DATA", data), "tracing/assist2009/answers.csv"))
    parser.add_argument("--binary",
                        default=ROOT / "build/release/bin/evenlight")
    parser.add_argument("--folds", type=int, nargs="+",
                        default=list(range(1, NUM_FOLDS + 1)))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--chunk", type=int, choices=(0, 200), default=200,
                        help="answers of a history; 0: all")
    options = parser.parse_args()
    make_environment()

    answers = read_answers(options.answers, options.chunk or 10**9)
    print(f"date={datetime.date.today()} "
          f"machine={json.dumps(machine())} answers={len(answers)} "
          f"folds={','.join(map(str, options.folds))} runs={options.runs}")
    of_model = collections.defaultdict(list)
    for fold in options.folds:
        for model, result in run_fold(answers, options, fold).items():
            of_model[model].append(result)
            print(line(model, fold, result), flush=True)
    means = {model: {name: statistics.mean(r[name] for r in results)
                     for name in results[0]}
             for model, results in of_model.items()}
    for model, mean in means.items():
        print(line(model, "mean", mean))
    print_ratios(means)
    print_table(means)


if __name__ == "__main__":
    main()
