#include "recommender/training/bkt_trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "core/parallel_for.h"

namespace evenlight {
namespace {

constexpr int kMaxIterations = 100;
constexpr double kLeastChange = 1e-6;  // Of the likelihood, relative.

// BktParams in double.
struct Params {
  double init = 0.5;
  double learn = 0.2;
  double forget = 0.02;
  double slip = 0.1;
  double guess = 0.2;
};

// An expected number of times, and of chances for it.
struct Expected {
  double times = 0;
  double chances = 0;

  void Add(double time, double chance) {
    times += time;
    chances += chance;
  }
  // Their ratio with a prior of one observation worth `prior`.
  double Share(double prior, double min, double max) const {
    return std::clamp((times + prior) / (chances + 1), min, max);
  }
};

struct Statistics {
  Expected init, learn, forget, slip, guess;
  double log_likelihood = 0;
};

// A weight for each of the two hidden states.
struct Pair {
  double known = 0;
  double unknown = 0;
};

// P(answer | state).
Pair Emission(const Params& p, bool is_correct) {
  return is_correct ? Pair{1 - p.slip, p.guess} : Pair{p.slip, 1 - p.guess};
}

// Expectations over one learner's answers. Keeps its memory between calls.
class ForwardBackward {
 public:
  void Add(const Params& p, absl::Span<const uint8_t> answers,
           Statistics& statistics) {
    Forward(p, answers, statistics);
    Backward(p, answers, statistics);
  }

 private:
  // filtered_[t] is P(state | answers 0..t); scales_[t] P(answer t | earlier).
  void Forward(const Params& p, absl::Span<const uint8_t> answers,
               Statistics& statistics) {
    filtered_.resize(answers.size());
    scales_.resize(answers.size());
    double p_known = p.init;
    for (size_t t = 0; t < answers.size(); ++t) {
      const Pair emission = Emission(p, answers[t] != 0);
      const double known = p_known * emission.known;
      const double unknown = (1 - p_known) * emission.unknown;
      scales_[t] = known + unknown;
      filtered_[t] = {known / scales_[t], unknown / scales_[t]};
      statistics.log_likelihood += std::log(scales_[t]);
      p_known =
          filtered_[t].known * (1 - p.forget) + filtered_[t].unknown * p.learn;
    }
  }

  void Backward(const Params& p, absl::Span<const uint8_t> answers,
                Statistics& statistics) {
    Pair later = {1, 1};  // P(answers after t | state at t), scaled.
    for (size_t t = answers.size(); t-- > 0;) {
      AddAnswer(filtered_[t], later, answers[t] != 0, statistics);
      if (t == 0) {
        statistics.init.Add(PosteriorKnown(filtered_[0], later), 1);
        return;
      }
      const Pair emission = Emission(p, answers[t] != 0);
      const Pair next = {emission.known * later.known / scales_[t],
                         emission.unknown * later.unknown / scales_[t]};
      AddStep(p, filtered_[t - 1], next, statistics);
      later = {(1 - p.forget) * next.known + p.forget * next.unknown,
               p.learn * next.known + (1 - p.learn) * next.unknown};
    }
  }

  static double PosteriorKnown(const Pair& filtered, const Pair& later) {
    const double known = filtered.known * later.known;
    return known / (known + filtered.unknown * later.unknown);
  }

  static void AddAnswer(const Pair& filtered, const Pair& later,
                        bool is_correct, Statistics& statistics) {
    const double known = PosteriorKnown(filtered, later);
    statistics.slip.Add(is_correct ? 0 : known, known);
    statistics.guess.Add(is_correct ? 1 - known : 0, 1 - known);
  }

  // The step from the state before, `filtered`, to one with weight `next`.
  static void AddStep(const Params& p, const Pair& filtered, const Pair& next,
                      Statistics& statistics) {
    const double learnt = filtered.unknown * p.learn * next.known;
    const double stayed_unknown =
        filtered.unknown * (1 - p.learn) * next.unknown;
    const double forgot = filtered.known * p.forget * next.unknown;
    const double stayed_known = filtered.known * (1 - p.forget) * next.known;
    const double sum = learnt + stayed_unknown + forgot + stayed_known;
    statistics.learn.Add(learnt / sum, (learnt + stayed_unknown) / sum);
    statistics.forget.Add(forgot / sum, (forgot + stayed_known) / sum);
  }

  std::vector<Pair> filtered_;
  std::vector<double> scales_;
};

// The maximum a posteriori given the expectations. The priors are the means
// that teachers expect; the lower limits keep every answer possible.
Params Maximize(const Statistics& statistics) {
  return {.init = statistics.init.Share(0.5, 0.001, 0.999),
          .learn = statistics.learn.Share(0.1, 0.001, 0.999),
          .forget = statistics.forget.Share(0.02, 0.0001, 0.5),
          .slip = statistics.slip.Share(0.1, 0.001, 0.5),
          .guess = statistics.guess.Share(0.2, 0.001, 0.5)};
}

}  // namespace

std::vector<KcAnswers> GroupByKc(const TracingModel& model,
                                 absl::Span<const TrackPart> parts) {
  std::vector<KcAnswers> kcs(model.params().kcs.size());
  for (const TrackPart& part : parts) {
    absl::flat_hash_map<KcRow, std::vector<uint8_t>> of_learner;
    for (const Interaction& interaction : part.interactions) {
      for (const KcKey key : interaction.kcs) {
        const KcRow row = model.FindKc(key);
        if (row == KcRow::kNone) continue;
        of_learner[row].push_back(interaction.is_correct);
      }
    }
    for (const auto& [row, answers] : of_learner) {
      KcAnswers& kc = kcs[ToInt(row)];
      kc.is_correct.insert(kc.is_correct.end(), answers.begin(), answers.end());
      kc.begin.push_back(static_cast<int64_t>(kc.is_correct.size()));
    }
  }
  return kcs;
}

BktParams FitBkt(const KcAnswers& answers) {
  if (answers.is_correct.empty()) return BktParams();
  const auto all = absl::MakeConstSpan(answers.is_correct);
  Params params;
  ForwardBackward forward_backward;
  double last = -std::numeric_limits<double>::infinity();
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    Statistics statistics;
    for (size_t s = 0; s + 1 < answers.begin.size(); ++s) {
      const int64_t begin = answers.begin[s];
      forward_backward.Add(
          params, all.subspan(begin, answers.begin[s + 1] - begin), statistics);
    }
    params = Maximize(statistics);
    const double now = statistics.log_likelihood;
    if (std::abs(now - last) < kLeastChange * std::abs(now)) break;
    last = now;
  }
  return {static_cast<float>(params.init), static_cast<float>(params.learn),
          static_cast<float>(params.forget), static_cast<float>(params.slip),
          static_cast<float>(params.guess)};
}

std::vector<BktParams> TrainBkt(absl::Span<const KcAnswers> kcs,
                                int num_threads) {
  std::vector<BktParams> params(kcs.size());
  ParallelFor(num_threads, static_cast<int64_t>(kcs.size()), 1,
              [&](int64_t begin, int64_t end) {
                for (int64_t kc = begin; kc < end; ++kc) {
                  params[kc] = FitBkt(kcs[kc]);
                }
              });
  return params;
}

}  // namespace evenlight
