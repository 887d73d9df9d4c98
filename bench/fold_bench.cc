// What one answer costs on its way into a learner's state: the features before
// it, LR-H's score, the fold; and the state's bytes.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "recommender/models/lrh.h"
#include "recommender/state/features.h"
#include "recommender/state/fold.h"
#include "recommender/state/state_io.h"

namespace evenlight {
namespace {

constexpr int kNumQuestions = 15000;  // As many as assist2009 has, about.
constexpr int kNumKcs = 120;

TracingModel BenchModel() {
  TracingParams params;
  for (int kc = 0; kc < kNumKcs; ++kc) {
    params.kcs.push_back(absl::StrCat("k", kc));
  }
  for (int question = 0; question < kNumQuestions; ++question) {
    params.questions.push_back(absl::StrCat("q", question));
  }
  params.bkt.resize(kNumKcs);
  params.kc_p_correct.assign(kNumKcs, 0.6f);
  params.question_p_correct.assign(kNumQuestions, 0.7f);
  params.lrh.kcs.assign(kNumKcs, 0.1f);
  params.lrh.questions.assign(kNumQuestions, 0.2f);
  params.lrh.slopes.assign(kNumKcs * kNumLrhSlopes, 0.01f);
  params.lrh.shared.fill(0.02f);
  return TracingModel(params);
}

// Answers to ever new questions, ten to a kc, a minute apart.
std::vector<Interaction> BenchTrack(int num_answers) {
  std::vector<Interaction> track(num_answers);
  for (int n = 0; n < num_answers; ++n) {
    Interaction& answer = track[n];
    answer.position = {absl::FromUnixSeconds(1700000000 + 60 * n),
                       absl::StrCat("event-0123456789abcdef-", n)};
    answer.verb = Verb::kAnswered;
    answer.question = answer.resource =
        ResourceKeyOf(absl::StrCat("q", n * 7 % kNumQuestions));
    answer.kcs = {KcKeyOf(absl::StrCat("k", n / 10 % kNumKcs))};
    answer.is_correct = n % 3 > 0;
  }
  return track;
}

// The features, score and fold of the answers that follow `num_past` ones. The
// state is set back every kBatch answers; that copy is part of the figure.
void BM_AnswerAfter(benchmark::State& bench) {
  constexpr int kBatch = 32;
  const int num_past = static_cast<int>(bench.range(0));
  const TracingModel model = BenchModel();
  const auto track = BenchTrack(num_past + kBatch);
  const auto all = absl::MakeConstSpan(track);
  LearnerState past;
  Fold(model, all.first(num_past), past);
  LearnerState state;
  for (auto _ : bench) {
    state = past;
    for (const Interaction& answer : all.subspan(num_past)) {
      const LrhInput input = Features(model, state, answer.question, answer.kcs,
                                      answer.position.time);
      benchmark::DoNotOptimize(LogOdds(model.params().lrh, input));
      Fold(model, answer, state);
    }
  }
  bench.SetItemsProcessed(bench.iterations() * kBatch);
}
BENCHMARK(BM_AnswerAfter)->Arg(10)->Arg(100)->Arg(1000);

// One part of it at a time, for an answer after `num_past` ones.
void BM_Features(benchmark::State& bench) {
  const int num_past = static_cast<int>(bench.range(0));
  const TracingModel model = BenchModel();
  const auto track = BenchTrack(num_past + 1);
  LearnerState state;
  Fold(model, absl::MakeConstSpan(track).first(num_past), state);
  const Interaction& next = track.back();
  for (auto _ : bench) {
    benchmark::DoNotOptimize(
        Features(model, state, next.question, next.kcs, next.position.time));
  }
  bench.SetItemsProcessed(bench.iterations());
}
BENCHMARK(BM_Features)->Arg(10)->Arg(100)->Arg(1000);

void BM_LogOdds(benchmark::State& bench) {
  const TracingModel model = BenchModel();
  const auto track = BenchTrack(101);
  LearnerState state;
  Fold(model, absl::MakeConstSpan(track).first(100), state);
  const Interaction& next = track.back();
  const LrhInput input =
      Features(model, state, next.question, next.kcs, next.position.time);
  for (auto _ : bench) {
    benchmark::DoNotOptimize(LogOdds(model.params().lrh, input));
  }
  bench.SetItemsProcessed(bench.iterations());
}
BENCHMARK(BM_LogOdds);

void BM_EncodeState(benchmark::State& bench) {
  const TracingModel model = BenchModel();
  LearnerState state;
  Fold(model, BenchTrack(static_cast<int>(bench.range(0))), state);
  size_t num_bytes = 0;
  for (auto _ : bench) num_bytes = EncodeState(state).size();
  bench.SetItemsProcessed(bench.iterations());
  bench.counters["bytes"] = static_cast<double>(num_bytes);
}
BENCHMARK(BM_EncodeState)->Arg(10)->Arg(100)->Arg(1000);

void BM_DecodeState(benchmark::State& bench) {
  const TracingModel model = BenchModel();
  LearnerState state;
  Fold(model, BenchTrack(static_cast<int>(bench.range(0))), state);
  const std::string bytes = EncodeState(state);
  for (auto _ : bench) benchmark::DoNotOptimize(DecodeState(bytes));
  bench.SetItemsProcessed(bench.iterations());
}
BENCHMARK(BM_DecodeState)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace evenlight

BENCHMARK_MAIN();
