#include "recommender/training/bkt_trainer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/parallel_for.h"

namespace evenlight {
namespace {

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

// One step of learning or forgetting, then an answer: their joint probability
// given the state before the step.
struct Step {
  double stay_known = 0;
  double forget = 0;
  double learn = 0;
  double stay_unknown = 0;
};

struct Steps {
  explicit Steps(const Params& p)
      : initial{p.init, 1 - p.init},
        emissions{Pair{p.slip, 1 - p.guess}, Pair{1 - p.slip, p.guess}} {
    for (size_t outcome = 0; outcome < emissions.size(); ++outcome) {
      const Pair& emission = emissions[outcome];
      steps[outcome] = {.stay_known = (1 - p.forget) * emission.known,
                        .forget = p.forget * emission.unknown,
                        .learn = p.learn * emission.known,
                        .stay_unknown = (1 - p.learn) * emission.unknown};
    }
  }

  Pair initial;
  std::array<Pair, 2> emissions;  // P(answer | state), wrong and right.
  std::array<Step, 2> steps;      // To a wrong and to a right answer.
};

// Answers that so many learners gave.
struct Sequence {
  absl::Span<const uint8_t> answers;  // Not empty.
  double num_right = 0;
  double count = 0;
};

// Two thirds of the sequences of a real data set are there more than once,
// short ones above all. They live as long as `answers`.
std::vector<Sequence> DistinctSequences(const KcAnswers& answers) {
  const auto all = absl::MakeConstSpan(answers.is_correct);
  std::vector<absl::Span<const uint8_t>> sorted;
  for (size_t s = 0; s + 1 < answers.begin.size(); ++s) {
    const int64_t begin = answers.begin[s];
    if (begin == answers.begin[s + 1]) continue;
    sorted.push_back(all.subspan(begin, answers.begin[s + 1] - begin));
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<Sequence> distinct;
  for (const absl::Span<const uint8_t> sequence : sorted) {
    if (distinct.empty() || distinct.back().answers != sequence) {
      distinct.push_back(
          {sequence, std::accumulate(sequence.begin(), sequence.end(), 0.0),
           0});
    }
    ++distinct.back().count;
  }
  return distinct;
}

// Expectations over one sequence. Keeps its memory between calls.
//
// Divisions and logarithms would be most of the cost, so that the recursions
// are not normalised at every answer, as is usual, but after every
// kAnswersPerScale. All sums of a sequence are then divided once, by its
// likelihood.
class ForwardBackward {
 public:
  void Add(const Steps& steps, const Sequence& sequence,
           Statistics& statistics) {
    const double log_likelihood = Forward(steps, sequence.answers);
    statistics.log_likelihood += sequence.count * log_likelihood;
    Backward(steps, sequence, statistics);
  }

 private:
  // The limits of Maximize() let no answer be less likely than 0.001: so many
  // are at least 1e-96.
  static constexpr size_t kAnswersPerScale = 32;
  static bool IsScaled(size_t t) { return t % kAnswersPerScale == 0; }

  // Sets joint_[t] to P(state at t, answers 0..t), times the scales until t.
  double Forward(const Steps& steps, absl::Span<const uint8_t> answers) {
    joint_.resize(answers.size());
    scales_.clear();
    double log_scales = 0;
    double known = steps.initial.known * steps.emissions[answers[0]].known;
    double unknown =
        steps.initial.unknown * steps.emissions[answers[0]].unknown;
    joint_[0] = {known, unknown};
    for (size_t t = 1; t < answers.size(); ++t) {
      const Step& step = steps.steps[answers[t]];
      const double before = known;
      known = step.stay_known * known + step.learn * unknown;
      unknown = step.forget * before + step.stay_unknown * unknown;
      if (IsScaled(t)) {
        const double scale = 1 / (known + unknown);
        known *= scale;
        unknown *= scale;
        scales_.push_back(scale);
        log_scales += std::log(scale);
      }
      joint_[t] = {known, unknown};
    }
    likelihood_ = known + unknown;
    return std::log(likelihood_) - log_scales;
  }

  void Backward(const Steps& steps, const Sequence& sequence,
                Statistics& statistics) const {
    const absl::Span<const uint8_t> answers = sequence.answers;
    const size_t last = answers.size() - 1;
    // Sums over answers: that it was known, known and right, learnt or
    // forgotten just before. All times the likelihood.
    double known = joint_[last].known;
    double known_right = answers[last] * known;
    double learnt = 0;
    double forgot = 0;
    double first_known = known;
    // P(answers after t | state at t), times the scales after t.
    Pair later = {1, 1};
    for (size_t t = last; t > 0; --t) {
      if (IsScaled(t)) {
        later.known *= scales_[t / kAnswersPerScale - 1];
        later.unknown *= scales_[t / kAnswersPerScale - 1];
      }
      const Step& step = steps.steps[answers[t]];
      const double learn = step.learn * later.known;
      const double forget = step.forget * later.unknown;
      learnt += joint_[t - 1].unknown * learn;
      forgot += joint_[t - 1].known * forget;
      later = {step.stay_known * later.known + forget,
               step.stay_unknown * later.unknown + learn};
      first_known = joint_[t - 1].known * later.known;
      known += first_known;
      known_right += answers[t - 1] * first_known;
    }
    const double share = sequence.count / likelihood_;
    const double size = sequence.count * static_cast<double>(answers.size());
    const double left_known = share * (known - joint_[last].known);
    known *= share;
    known_right *= share;
    statistics.init.Add(share * first_known, sequence.count);
    statistics.learn.Add(share * learnt, size - sequence.count - left_known);
    statistics.forget.Add(share * forgot, left_known);
    statistics.slip.Add(known - known_right, known);
    statistics.guess.Add(sequence.count * sequence.num_right - known_right,
                         size - known);
  }

  std::vector<Pair> joint_;
  std::vector<double> scales_;  // Of answers where IsScaled().
  double likelihood_ = 0;       // Of all answers, times all scales.
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
  std::vector<KcAnswers*> of_part;  // Kcs whose last sequence is still open.
  for (const TrackPart& part : parts) {
    for (const Interaction& interaction : part.interactions) {
      for (const KcKey key : interaction.kcs) {
        const KcRow row = model.FindKc(key);
        if (row == KcRow::kNone) continue;
        KcAnswers& kc = kcs[ToInt(row)];
        if (static_cast<int64_t>(kc.is_correct.size()) == kc.begin.back()) {
          of_part.push_back(&kc);
        }
        kc.is_correct.push_back(interaction.is_correct);
      }
    }
    for (KcAnswers* kc : of_part) {
      kc->begin.push_back(static_cast<int64_t>(kc->is_correct.size()));
    }
    of_part.clear();
  }
  return kcs;
}

BktParams FitBkt(const KcAnswers& answers, int max_iterations) {
  const std::vector<Sequence> sequences = DistinctSequences(answers);
  if (sequences.empty()) return BktParams();
  Params params;
  ForwardBackward forward_backward;
  double last = -std::numeric_limits<double>::infinity();
  for (int iteration = 0; iteration < max_iterations; ++iteration) {
    const Steps steps(params);
    Statistics statistics;
    for (const Sequence& sequence : sequences) {
      forward_backward.Add(steps, sequence, statistics);
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
