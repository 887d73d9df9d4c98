// What the 2GRU residual costs: one answer predicted and folded in, and
// training per answer, each beside the plain matrix products of the same sizes.

#include <Eigen/Core>
#include <random>
#include <vector>

#include "benchmark/benchmark.h"
#include "core/parallel_for.h"
#include "recommender/models/residual.h"
#include "recommender/training/residual_trainer.h"

namespace evenlight {
namespace {

constexpr int kNumKcs = 106;  // About as assist2009 has.
constexpr int kNumQuestions = 16000;
constexpr int kAnswersPerLearner = 200;

ResidualShape BenchShape(int num_units) {
  ResidualShape shape;
  shape.num_kcs = kNumKcs;
  shape.num_questions = kNumQuestions;
  shape.num_units = num_units;
  shape.num_features = 53;
  return shape;
}

ResidualWeights BenchWeights(int num_units) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.1f);
  ResidualWeights weights;
  weights.shape = BenchShape(num_units);
  weights.values.resize(NumValues(weights.shape));
  for (float& value : weights.values) value = normal(random);
  weights.feature_mean.assign(weights.shape.num_features, 0.1f);
  weights.feature_scale.assign(weights.shape.num_features, 0.5f);
  return weights;
}

// Ten answers in a row on one kc, each to another question.
std::vector<LrhExample> BenchExamples(int count) {
  std::mt19937 random(2);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<LrhExample> examples(count);
  for (int row = 0; row < count; ++row) {
    LrhExample& example = examples[row];
    example.part = row / kAnswersPerLearner;
    example.is_correct = uniform(random) < 0.65f;
    example.input.question = static_cast<QuestionRow>(
        static_cast<int>(uniform(random) * (kNumQuestions - 1)));
    example.input.kcs.push_back(
        {static_cast<KcRow>(row / 10 * 7 % kNumKcs), {}});
    for (float& value : example.input.shared) value = uniform(random);
  }
  return examples;
}

void BM_PredictAndUpdate(benchmark::State& bench) {
  const ResidualWeights weights =
      BenchWeights(static_cast<int>(bench.range(0)));
  const std::vector<LrhExample> examples = BenchExamples(1000);
  std::vector<float> hidden(weights.num_units(), 0);
  std::vector<float> of_kc(weights.num_units(), 0);
  float* const state = of_kc.data();
  size_t row = 0;
  for (auto _ : bench) {
    const LrhExample& example = examples[row++ % examples.size()];
    benchmark::DoNotOptimize(
        ResidualLogOdds(weights, example.input, hidden, of_kc));
    UpdateResidual(weights, example.input, example.is_correct,
                   absl::MakeSpan(hidden), {&state, 1});
  }
  bench.SetItemsProcessed(bench.iterations());
  bench.counters["multiply_adds"] =
      benchmark::Counter(static_cast<double>(MultiplyAdds(weights.shape)) *
                             static_cast<double>(bench.iterations()),
                         benchmark::Counter::kIsRate);
}
BENCHMARK(BM_PredictAndUpdate)->Arg(32)->Arg(64);

// The rival: nothing but the matrix-vector products of one answer.
void BM_ProductsOnly(benchmark::State& bench) {
  const ResidualWeights weights =
      BenchWeights(static_cast<int>(bench.range(0)));
  const Eigen::VectorXf input = Eigen::VectorXf::Constant(1000, 0.1f);
  Eigen::VectorXf output(1000);
  for (auto _ : bench) {
    for (const ResidualBlock block :
         {ResidualBlock::kHidden, ResidualBlock::kInput,
          ResidualBlock::kGruInput, ResidualBlock::kGruState,
          ResidualBlock::kKcGruInput, ResidualBlock::kKcGruState}) {
      const ResidualBlockView view = BlockOf(weights.shape, block);
      const Eigen::Map<const Eigen::MatrixXf> matrix(
          &weights.values[view.offset], view.rows, view.cols);
      output.head(view.rows).noalias() = matrix * input.head(view.cols);
      benchmark::DoNotOptimize(output.data());
    }
  }
  bench.SetItemsProcessed(bench.iterations());
}
BENCHMARK(BM_ProductsOnly)->Arg(32)->Arg(64);

// An epoch over 200 learners, 200 answers each; items are answers.
void BM_Train(benchmark::State& bench) {
  const std::vector<LrhExample> examples = BenchExamples(40'000);
  ResidualTrainOptions options;
  options.shape = BenchShape(static_cast<int>(bench.range(0)));
  options.num_threads = static_cast<int>(bench.range(1));
  options.max_epochs = 1;
  for (auto _ : bench) {
    benchmark::DoNotOptimize(TrainResidual({examples, {}}, {}, options));
  }
  const auto answers = static_cast<double>(examples.size()) *
                       static_cast<double>(bench.iterations());
  bench.SetItemsProcessed(static_cast<int64_t>(answers));
  // Forwards, and twice as many backwards.
  bench.counters["flops"] = benchmark::Counter(
      6 * static_cast<double>(MultiplyAdds(options.shape)) * answers,
      benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Train)
    ->ArgsProduct({{32, 64}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace evenlight

BENCHMARK_MAIN();
