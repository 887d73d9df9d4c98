#!/usr/bin/env python3
"""Factorisation and retrieval beside their peers, in one run.

  bench/peers/factorisation.py [--parts gowalla avx2 ...] [--large]
                               [--resources DIR] [--rounds 5] [--epochs 8]
                               [--threads 2] [--binaries build/release/bin]

Peers, from PyPI, in a virtual environment that is made at the first call
(build/factorisation_peers): implicit's ALS and faiss's flat index. They get the
same files and threads; ours and the peer's runs take turns, in rounds. The
parts, at d = 64 and 128 where nothing else is said:

  gowalla    seconds per epoch against implicit, conjugate gradient of 3 steps
  avx2       the same with Highway's AVX2, without AVX-512; d = 64
  threads    ours with one thread against two
  cholesky   ours against our exact solver and, once, implicit's
  fold_in    of a learner with 100 events
  retrieval  exact top-100 of 10^6 x 64 on one thread against IndexFlatIP
  quality    implicit's Recall@20 and NDCG@20 on Gowalla, d = 64
  large      as gowalla, 400,000 x 100,000 with 20 M interactions, from single
             and from half precision; only with --large

An epoch's time is what each side itself measures, without reading, transposing
and metrics: of a round the median of its epochs, of a figure the median of the
rounds. `ratio` is how many times as fast as the floor ours is, `ratio_low` and
`ratio_high` those of single rounds. A round during which other programs took
more than a fifth of a core is repeated, up to twice as many rounds as asked;
then the quietest count. `others` says how many cores they took in the
worst round that counts, `load` is the machine's at the end.

How far from the limit: `gflops` counts useful operations, `sgemm` is OpenBLAS's
product on the same threads; `gathered` are the rows of factors, each once per
half-epoch, and `read` is what the memory streams, both in GB/s.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "build" / "factorisation_peers"
LARGE = "400000,100000,20000000,1"
QUIET = 0.2  # Cores that others may take.

# From this many queries x dimension on, faiss multiplies matrices. Its default,
# 128,000, is for many threads; with one a batch of 32 would take seven times as
# long. 800 is what its authors found for one thread (its pull request 5109).
FAISS_PRODUCT_FROM = 800

# With an unobserved weight w of 0.01, alpha = 1 / w is the same objective, but
# for the frequency scaling of the regularization, which implicit has not. Both
# and the epochs are the best of a grid on gowalla/with_validation.
ALPHA, REGULARIZATION, QUALITY_EPOCHS = 100, 120, 4


def make_environment():
    """Makes the environment if it is not complete, and continues in it."""
    python = ENVIRONMENT / "bin" / "python"
    if pathlib.Path(sys.prefix) == ENVIRONMENT:
        return
    requirements = pathlib.Path(__file__).with_name(
        "factorisation_requirements.txt")
    made_of = ENVIRONMENT / requirements.name
    if not made_of.exists() or made_of.read_text() != requirements.read_text():
        print(f"making {ENVIRONMENT}", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet",
                        "--disable-pip-version-check", "--only-binary", ":all:",
                        "-r", requirements], check=True)
        made_of.write_text(requirements.read_text())
    # Before numpy is loaded: afterwards they are not read. implicit's own
    # threads are its num_threads; BLAS threads under them would be too many.
    for name in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{name}_NUM_THREADS"] = "1"
    os.execv(python, [python, *sys.argv])


# --- What the machine does meanwhile -----------------------------------------

def busy_seconds():
    """Of all cores since boot, stolen time too; and of us and our children."""
    ticks = list(map(int, pathlib.Path("/proc/stat").read_text()
                     .splitlines()[0].split()[1:]))
    # user, nice, system, idle, iowait, irq, softirq, steal
    total = sum(ticks[:3] + ticks[5:8]) / os.sysconf("SC_CLK_TCK")
    return total, sum(os.times()[:4])


def watched(work):
    """What `work` returns, and how many cores others took meanwhile."""
    total, mine = busy_seconds()
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    total_after, mine_after = busy_seconds()
    others = (total_after - total - (mine_after - mine)) / seconds
    return result, max(0.0, others)


def wait_for_quiet():
    """Ten seconds at most."""
    for _ in range(10):
        if watched(lambda: time.sleep(1))[1] <= QUIET:
            return


def interleave(sides, options):
    """Lists of results by side, the sides taking turns; and how many cores
    others took in the worst round. `sides` are functions without arguments."""
    def one_round():
        return {name: side() for name, side in sides.items()}

    rounds = []
    for _ in range(2 * options.rounds):
        wait_for_quiet()
        rounds.append(watched(one_round))
        quiet = [others for _, others in rounds if others <= QUIET]
        if len(quiet) == options.rounds:
            break
    rounds = sorted(rounds, key=lambda entry: entry[1])[:options.rounds]
    return ({name: [result[name] for result, _ in rounds] for name in sides},
            rounds[-1][1])


# --- What is printed ---------------------------------------------------------

def words_of(values):
    return " ".join(f"{name}={value:.4g}" if isinstance(value, float)
                    else f"{name}={value}" for name, value in values.items())


def print_figure(figure, value, unit, **more):
    print(words_of({"figure": figure, "value": float(value), "unit": unit,
                    **more}), flush=True)


def print_against(figure, unit, ours, floors, others, **more):
    """One value a round of ours and of the floor; less is better."""
    ratios = [floor / value for value, floor in zip(ours, floors)]
    value, floor = statistics.median(ours), statistics.median(floors)
    print_figure(figure, value, unit, floor=floor, ratio=floor / value,
                 ratio_low=min(ratios), ratio_high=max(ratios),
                 rounds=len(ours), others=others, load=os.getloadavg()[0],
                 **more)


def machine():
    name = platform.processor() or platform.machine()
    for text in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            name = text.split(":", 1)[1].strip()
            break
    return f"{name}, {os.cpu_count()} cores"


# --- The data ----------------------------------------------------------------

def read_text(path, shape=None):
    """A matrix of ones from a file with a learner, then resources, a line."""
    import numpy as np
    from scipy.sparse import csr_matrix
    rows = [np.array(text.split(), dtype=np.int32)
            for text in path.read_text().splitlines()]
    learners = np.concatenate([np.repeat(row[:1], len(row) - 1)
                               for row in rows])
    resources = np.concatenate([row[1:] for row in rows])
    ones = np.ones(len(resources), dtype=np.float32)
    return csr_matrix((ones, (learners, resources)), shape)


def read_csr(path):
    """What factorisation_bench --write wrote."""
    import numpy as np
    from scipy.sparse import csr_matrix
    learners, resources, interactions = map(
        int, np.fromfile(path, dtype=np.int64, count=3))
    begin = np.fromfile(path, dtype=np.int64, count=learners + 1, offset=24)
    columns = np.fromfile(path, dtype=np.int32, count=interactions,
                          offset=24 + 8 * (learners + 1))
    ones = np.ones(interactions, dtype=np.float32)
    return csr_matrix((ones, columns, begin.astype(np.int32)),
                      (learners, resources))


# --- Training ----------------------------------------------------------------

def run_ours(options, *flags):
    """The numbers that factorisation_bench prints; of epochs, the last."""
    run = subprocess.run(
        [options.binaries / "factorisation_bench", *map(str, flags)],
        check=True, capture_output=True, text=True)
    words = dict(word.split("=", 1) for word in run.stdout.split())
    return {name: value if name == "target" else float(value)
            for name, value in words.items()}


def implicit_epoch_seconds(matrix, dimension, epochs, threads, cholesky=False):
    from implicit.als import AlternatingLeastSquares
    seconds = []
    model = AlternatingLeastSquares(
        factors=dimension, regularization=REGULARIZATION, alpha=ALPHA,
        use_cg=not cholesky, iterations=epochs, num_threads=threads,
        random_state=1)
    model.cg_steps = 3
    model.fit(matrix, show_progress=False,
              callback=lambda epoch, took, loss: seconds.append(took))
    return statistics.median(seconds)


def sgemm_gflops(threads):
    import numpy as np
    from threadpoolctl import threadpool_limits
    size = 2048
    matrix = np.random.default_rng(1).random((size, size), dtype=np.float32)
    best = float("inf")
    with threadpool_limits(threads, user_api="blas"):
        for _ in range(8):
            start = time.perf_counter()
            matrix @ matrix
            best = min(best, time.perf_counter() - start)
    return 2e-9 * size**3 / best


def limits(options):
    """Of the machine, on our threads: the best of a few runs."""
    wait_for_quiet()
    flags = [*options.gowalla, "--epochs", 0, "--floors", "--threads",
             options.threads]
    runs = [run_ours(options, *flags) for _ in range(3)]
    return {"sgemm": max(sgemm_gflops(options.threads) for _ in range(3)),
            "read": max(run["read_gb_s"] for run in runs),
            "plain_product": max(run["product_gflops"] for run in runs)}


def print_epochs(figures, options, matrix, epochs, dimensions=(64, 128)):
    """Seconds per epoch against implicit's; `figures`: ours, by name our
    flags."""
    for dimension in dimensions:
        def ours(flags):
            return lambda: run_ours(
                options, *flags, "--dimension", dimension, "--epochs", epochs,
                "--threads", options.threads)

        sides = {name: ours(flags) for name, flags in figures.items()}
        sides["implicit"] = lambda: implicit_epoch_seconds(
            matrix, dimension, epochs, options.threads)
        results, others = interleave(sides, options)
        for figure in figures:
            runs = results[figure]
            gflops, gathered = (statistics.median(run[name] for run in runs)
                                for name in ("useful_gflops", "gathered_gb_s"))
            print_against(
                f"{figure}_d{dimension}", "s",
                [run["median_epoch_s"] for run in runs], results["implicit"],
                others, peer="implicit_cg3", threads=options.threads,
                target=runs[0]["target"], gflops=gflops,
                of_sgemm=gflops / options.limits["sgemm"], gathered=gathered,
                of_read=gathered / options.limits["read"])


def part_gowalla(options):
    print_epochs({"epoch_gowalla": options.gowalla}, options, options.train,
                 options.epochs)


def part_avx2(options):
    print_epochs({"epoch_gowalla_avx2": [*options.gowalla, "--target", "avx2"]},
                 options, options.train, options.epochs, [64])


def part_large(options):
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        path = pathlib.Path(folder) / "large.csr"
        run_ours(options, "--generate", LARGE, "--write", path, "--epochs", 0)
        matrix = read_csr(path)
        print(f"large: learners={matrix.shape[0]} resources={matrix.shape[1]} "
              f"interactions={matrix.nnz}")
        print_epochs({"epoch_large": ["--csr", path],
                      "epoch_large_half": ["--csr", path, "--half"]}, options,
                     matrix, min(options.epochs, 3))


def part_threads(options):
    def with_threads(threads):
        return lambda: run_ours(
            options, *options.gowalla, "--dimension", dimension, "--epochs",
            options.epochs, "--threads", threads)["median_epoch_s"]

    for dimension in (64, 128):
        results, others = interleave(
            {"one": with_threads(1), "two": with_threads(2)}, options)
        print_against(f"threads_1_to_2_d{dimension}", "s", results["two"],
                      results["one"], others)


def part_cholesky(options):
    for dimension in (64, 128):
        def ours():
            return run_ours(options, *options.gowalla, "--dimension", dimension,
                            "--epochs", options.epochs, "--threads",
                            options.threads, "--cholesky")

        wait_for_quiet()
        run, others = watched(ours)
        print_against(f"epoch_against_own_cholesky_d{dimension}", "s",
                      [run["median_epoch_s"]], [run["cholesky_epoch_s"]],
                      others)
        peer, others = watched(lambda: implicit_epoch_seconds(
            options.train, dimension, 2, options.threads, cholesky=True))
        print_against(f"epoch_against_implicit_cholesky_d{dimension}", "s",
                      [run["median_epoch_s"]], [peer], others)


def part_fold_in(options):
    for dimension in (64, 128):
        results, others = interleave({"ours": lambda: run_ours(
            options, *options.gowalla, "--dimension", dimension, "--epochs", 3,
            "--threads", options.threads)["fold_in_us"]}, options)
        print_figure(f"fold_in_100_events_d{dimension}",
                     statistics.median(results["ours"]), "us",
                     others=others, load=os.getloadavg()[0])


# --- Retrieval ---------------------------------------------------------------

def write_matrix(path, matrix):
    """int32 rows and columns, then float32 row by row."""
    import numpy as np
    with open(path, "wb") as file:
        np.array(matrix.shape, dtype=np.int32).tofile(file)
        matrix.astype(np.float32).tofile(file)


def factors_like(rows, dimension, seed):
    """In the eigenbasis: columns fall off, and lengths of rows differ."""
    import numpy as np
    random = np.random.default_rng(seed)
    factors = random.standard_normal((rows, dimension), dtype=np.float32)
    factors *= np.arange(1, dimension + 1, dtype=np.float32) ** -0.5
    return factors * random.lognormal(0, 0.5, (rows, 1)).astype(np.float32)


def faiss_ms(index, queries, batch):
    start = time.perf_counter()
    for begin in range(0, len(queries), batch):
        index.search(queries[begin:begin + batch], 100)
    return 1e3 * (time.perf_counter() - start) / len(queries)


def part_retrieval(options):
    import faiss
    program = options.binaries / "retrieval_bench"
    if not program.exists():
        print(f"figure=retrieval error='{program} is not built'")
        return
    faiss.omp_set_num_threads(1)
    faiss.cvar.distance_compute_blas_threshold = FAISS_PRODUCT_FROM
    factors, queries = factors_like(10**6, 64, 1), factors_like(32, 64, 2)
    index = faiss.IndexFlatIP(64)
    index.add(factors)
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        files = [pathlib.Path(folder) / name for name in ("factors", "queries")]
        write_matrix(files[0], factors)
        write_matrix(files[1], queries)
        del factors

        def ours():
            """A line for each way to scan."""
            run = subprocess.run(
                [program, "--factors", files[0], "--queries", files[1]],
                check=True, capture_output=True, text=True)
            lines = [dict(word.split("=", 1) for word in text.split())
                     for text in run.stdout.splitlines()]
            return {line.pop("way"): line for line in lines if "way" in line}

        results, others = interleave({
            "ours": ours,
            "batch": lambda: faiss_ms(index, queries, 32),
            "single": lambda: faiss_ms(index, queries, 1)}, options)
    for way in results["ours"][0]:
        runs = [run[way] for run in results["ours"]]
        peer = way.split("_")[0]
        print_against(
            f"top100_{way}", "ms", [float(run["ms_per_query"]) for run in runs],
            results[peer], others, peer=f"faiss_flat_{peer}",
            recall=min(float(run["recall"]) for run in runs),
            **{name: statistics.median(float(run[name]) for run in runs)
               for name in ("gb_per_s", "memory_gb_per_s")})


# --- Quality -----------------------------------------------------------------

def recall_and_ndcg(learners, resources, seen, test, k=20):
    """LightGCN's: means over learners with test resources, all resources ranked
    but those seen; the ideal gain is of at most k."""
    import numpy as np
    gains = 1 / np.log2(np.arange(k) + 2)
    ideal = np.concatenate([[0], np.cumsum(gains)])
    asked = np.flatnonzero(np.diff(test.indptr))
    recall = ndcg = 0.0
    for begin in range(0, len(asked), 256):
        rows = asked[begin:begin + 256]
        scores = learners[rows] @ resources.T
        mask = seen[rows].tocoo()
        scores[mask.row, mask.col] = -np.inf
        top = np.argpartition(-scores, k, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(scores, top, 1), axis=1)
        top = np.take_along_axis(top, order, 1)
        for learner, ranking in zip(rows, top):
            relevant = test.indices[test.indptr[learner]:
                                    test.indptr[learner + 1]]
            hits = np.isin(ranking, relevant)
            recall += hits.sum() / len(relevant)
            ndcg += (gains @ hits) / ideal[min(k, len(relevant))]
    return recall / len(asked), ndcg / len(asked)


def part_quality(options):
    from implicit.als import AlternatingLeastSquares
    test = read_text(options.resources / "test.txt", options.train.shape)
    model = AlternatingLeastSquares(
        factors=64, regularization=REGULARIZATION, alpha=ALPHA,
        iterations=QUALITY_EPOCHS, num_threads=options.threads, random_state=1)
    model.fit(options.train, show_progress=False)
    recall, ndcg = recall_and_ndcg(model.user_factors, model.item_factors,
                                   options.train, test)
    print_figure("implicit_recall20_gowalla_d64", recall, "1", ndcg20=ndcg,
                 alpha=ALPHA, regularization=REGULARIZATION,
                 epochs=QUALITY_EPOCHS)


PARTS = {"gowalla": part_gowalla, "avx2": part_avx2, "threads": part_threads,
         "cholesky": part_cholesky, "fold_in": part_fold_in,
         "retrieval": part_retrieval, "quality": part_quality}


def main():
    parser = argparse.ArgumentParser(
        description="Factorisation and retrieval beside their peers",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    data = pathlib.Path(os.environ.get("EVENLIGHT_DATA",
                                       ROOT.parent / "shared" / "data"))
    parser.add_argument("--resources", type=pathlib.Path,
                        default=data / "resources" / "gowalla")
    parser.add_argument("--binaries", type=pathlib.Path,
                        default=ROOT / "build" / "release" / "bin")
    parser.add_argument("--parts", nargs="*", choices=PARTS,
                        default=list(PARTS))
    parser.add_argument("--large", action="store_true",
                        help="the part `large` too, which takes long")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    make_environment()

    options.gowalla = ["--train", options.resources / "train.txt"]
    options.train = read_text(options.resources / "train.txt")
    options.limits = limits(options)
    print(f"date={datetime.date.today()} machine={json.dumps(machine())} "
          f"threads={options.threads} rounds={options.rounds} "
          f"{words_of(options.limits)}", flush=True)
    for part in options.parts:
        PARTS[part](options)
    if options.large:
        part_large(options)


if __name__ == "__main__":
    main()
