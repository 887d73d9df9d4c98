#include "recommender/training/bkt_trainer.h"

#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

// Answers of learners who follow `truth`.
KcAnswers Simulate(const BktParams& truth, int num_learners, int length,
                   uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto happens = [&](float p) {
    return std::uniform_real_distribution<float>(0, 1)(random) < p;
  };
  KcAnswers answers;
  for (int learner = 0; learner < num_learners; ++learner) {
    bool knows = happens(truth.p_init);
    for (int t = 0; t < length; ++t) {
      answers.is_correct.push_back(
          happens(knows ? 1 - truth.p_slip : truth.p_guess));
      knows = knows ? !happens(truth.p_forget) : happens(truth.p_learn);
    }
    answers.begin.push_back(static_cast<int64_t>(answers.is_correct.size()));
  }
  return answers;
}

// By the forward recursion of models/bkt.h, which shares no code with EM.
double LogLikelihood(const BktParams& params, const KcAnswers& answers) {
  double sum = 0;
  for (size_t s = 0; s + 1 < answers.begin.size(); ++s) {
    float p_known = params.p_init;
    for (int64_t t = answers.begin[s]; t < answers.begin[s + 1]; ++t) {
      const bool is_correct = answers.is_correct[t] != 0;
      const double p = PredictCorrect(params, p_known);
      sum += std::log(is_correct ? p : 1 - p);
      p_known = UpdateKnown(params, p_known, is_correct);
    }
  }
  return sum;
}

TEST(FitBktTest, RecoversTheParametersThatMadeTheAnswers) {
  const BktParams truth = {0.4f, 0.2f, 0.02f, 0.08f, 0.25f};
  const BktParams fit = FitBkt(Simulate(truth, 2000, 15, 1));
  EXPECT_NEAR(fit.p_init, truth.p_init, 0.06);
  EXPECT_NEAR(fit.p_learn, truth.p_learn, 0.05);
  EXPECT_NEAR(fit.p_forget, truth.p_forget, 0.02);
  EXPECT_NEAR(fit.p_slip, truth.p_slip, 0.03);
  EXPECT_NEAR(fit.p_guess, truth.p_guess, 0.05);
}

TEST(FitBktTest, ExplainsTheAnswersBetterThanTheParametersThatMadeThem) {
  const BktParams truth = {0.2f, 0.1f, 0.05f, 0.15f, 0.2f};
  const KcAnswers answers = Simulate(truth, 500, 20, 2);
  // One nat of slack for the priors and the stop rule.
  EXPECT_GT(LogLikelihood(FitBkt(answers), answers),
            LogLikelihood(truth, answers) - 1);
}

TEST(FitBktTest, NoNearbyParametersAreMuchBetter) {
  const BktParams truth = {0.3f, 0.15f, 0.03f, 0.1f, 0.2f};
  const KcAnswers answers = Simulate(truth, 1000, 15, 3);
  const BktParams fit = FitBkt(answers);
  const double best = LogLikelihood(fit, answers);
  for (float BktParams::*field :
       {&BktParams::p_init, &BktParams::p_learn, &BktParams::p_forget,
        &BktParams::p_slip, &BktParams::p_guess}) {
    for (const float step : {-0.02f, 0.02f}) {
      BktParams nearby = fit;
      nearby.*field = std::max(0.0f, nearby.*field + step);
      // EM stops before the very top, and the priors pull a little.
      EXPECT_GT(best + 0.5, LogLikelihood(nearby, answers)) << step;
    }
  }
}

// What EM climbs: the log-likelihood and the priors, each worth one answer.
double LogPosterior(const BktParams& p, const KcAnswers& answers) {
  double sum = LogLikelihood(p, answers);
  const std::vector<std::pair<double, double>> priors = {{p.p_init, 0.5},
                                                         {p.p_learn, 0.1},
                                                         {p.p_forget, 0.02},
                                                         {p.p_slip, 0.1},
                                                         {p.p_guess, 0.2}};
  for (const auto& [value, prior] : priors) {
    sum += prior * std::log(value) + (1 - prior) * std::log(1 - value);
  }
  return sum;
}

// Answers of no structure at all, and sequences of many lengths.
KcAnswers RandomAnswers(int num_learners, int max_length, uint64_t seed) {
  std::mt19937_64 random(seed);
  KcAnswers answers;
  for (int learner = 0; learner < num_learners; ++learner) {
    const auto length = 1 + random() % static_cast<uint64_t>(max_length);
    for (uint64_t t = 0; t < length; ++t) {
      answers.is_correct.push_back(random() % 3 > 0);
    }
    answers.begin.push_back(static_cast<int64_t>(answers.is_correct.size()));
  }
  return answers;
}

TEST(FitBktTest, NoIterationMakesTheAnswersLessLikely) {
  for (const int max_length : {1, 4, 40, 300}) {
    for (uint64_t seed = 0; seed < 8; ++seed) {
      const KcAnswers answers = RandomAnswers(20, max_length, seed);
      double last = LogPosterior(FitBkt(answers, 1), answers);
      for (int num_iterations = 2; num_iterations < 25; ++num_iterations) {
        const double now =
            LogPosterior(FitBkt(answers, num_iterations), answers);
        // The parameters are rounded to float.
        EXPECT_GE(now, last - 1e-4)
            << max_length << " " << seed << " " << num_iterations;
        last = now;
      }
    }
  }
}

TEST(FitBktTest, PriorsDecideWhatNoAnswerTells) {
  KcAnswers one;
  one.is_correct = {1};
  one.begin = {0, 1};
  const BktParams fit = FitBkt(one);
  EXPECT_FLOAT_EQ(fit.p_learn, 0.1f);
  EXPECT_FLOAT_EQ(fit.p_forget, 0.02f);
  // The answer speaks for knowing it before, and for guessing it.
  EXPECT_GT(fit.p_init, 0.5f);
  EXPECT_GT(fit.p_guess, 0.2f);
  EXPECT_LT(fit.p_slip, 0.1f);
}

TEST(FitBktTest, ForgettingIsFoundOnlyWhereItHappens) {
  const auto repeat = [](std::vector<uint8_t> sequence) {
    KcAnswers answers;
    for (int learner = 0; learner < 100; ++learner) {
      answers.is_correct.insert(answers.is_correct.end(), sequence.begin(),
                                sequence.end());
      answers.begin.push_back(static_cast<int64_t>(answers.is_correct.size()));
    }
    return answers;
  };
  EXPECT_LT(FitBkt(repeat({0, 0, 0, 0, 1, 1, 1, 1})).p_forget, 0.01f);
  EXPECT_GT(FitBkt(repeat({1, 1, 1, 1, 0, 0, 0, 0})).p_forget, 0.1f);
}

TEST(FitBktTest, TheOrderOfLearnersChangesNothing) {
  const KcAnswers answers = RandomAnswers(50, 20, 1);
  KcAnswers reversed;
  for (size_t s = answers.begin.size() - 1; s-- > 0;) {
    reversed.is_correct.insert(
        reversed.is_correct.end(),
        answers.is_correct.begin() + answers.begin[s],
        answers.is_correct.begin() + answers.begin[s + 1]);
    reversed.begin.push_back(static_cast<int64_t>(reversed.is_correct.size()));
  }
  const BktParams fit = FitBkt(answers);
  const BktParams of_reversed = FitBkt(reversed);
  EXPECT_EQ(fit.p_init, of_reversed.p_init);
  EXPECT_EQ(fit.p_learn, of_reversed.p_learn);
  EXPECT_EQ(fit.p_slip, of_reversed.p_slip);
}

// The likelihood of so many answers is far below the least double.
TEST(FitBktTest, AVeryLongSequenceIsSane) {
  const KcAnswers answers =
      Simulate({0.2f, 0.1f, 0.05f, 0.1f, 0.2f}, 1, 20000, 1);
  const BktParams fit = FitBkt(answers);
  EXPECT_NEAR(fit.p_learn, 0.1, 0.02);
  EXPECT_NEAR(fit.p_forget, 0.05, 0.02);
  EXPECT_NEAR(fit.p_slip, 0.1, 0.02);
  EXPECT_NEAR(fit.p_guess, 0.2, 0.03);
}

TEST(FitBktTest, LearnersWithoutAnswersChangeNothing) {
  KcAnswers answers = RandomAnswers(20, 5, 1);
  const BktParams fit = FitBkt(answers);
  answers.begin.push_back(answers.begin.back());
  answers.begin.insert(answers.begin.begin(), 0);
  EXPECT_EQ(FitBkt(answers).p_init, fit.p_init);
  KcAnswers empty;
  empty.begin = {0, 0, 0};
  EXPECT_EQ(FitBkt(empty).p_init, BktParams().p_init);
}

TEST(FitBktTest, NoAnswersGiveTheDefaults) {
  const BktParams fit = FitBkt(KcAnswers());
  EXPECT_EQ(fit.p_init, BktParams().p_init);
  EXPECT_EQ(fit.p_guess, BktParams().p_guess);
}

TEST(FitBktTest, OneSidedAnswersStayWithinTheLimits) {
  for (const uint8_t outcome : {uint8_t{0}, uint8_t{1}}) {
    KcAnswers answers;
    answers.is_correct.assign(50, outcome);
    answers.begin = {0, 20, 50};
    const BktParams fit = FitBkt(answers);
    for (const float p : {fit.p_init, fit.p_learn}) {
      EXPECT_GE(p, 0.001f);
      EXPECT_LE(p, 0.999f);
    }
    for (const float p : {fit.p_forget, fit.p_slip, fit.p_guess}) {
      EXPECT_GT(p, 0);
      EXPECT_LE(p, 0.5f);
    }
  }
}

TEST(TrainBktTest, IsEqualForAnyNumberOfThreads) {
  std::vector<KcAnswers> kcs;
  for (uint64_t seed = 0; seed < 12; ++seed) {
    kcs.push_back(Simulate(BktParams(), 30, 10, seed));
  }
  const std::vector<BktParams> one = TrainBkt(kcs, 1);
  const std::vector<BktParams> three = TrainBkt(kcs, 3);
  for (size_t kc = 0; kc < kcs.size(); ++kc) {
    EXPECT_EQ(one[kc].p_init, three[kc].p_init);
    EXPECT_EQ(one[kc].p_learn, three[kc].p_learn);
    EXPECT_EQ(one[kc].p_guess, three[kc].p_guess);
  }
}

TEST(GroupByKcTest, AnAnswerCountsForEachOfItsKcsLearnerByLearner) {
  TracingParams params;
  params.kcs = {"a", "b"};
  params.bkt.resize(2);
  params.kc_p_correct = {.5f, .5f};
  const TracingModel model(params);

  const auto answer = [](bool is_correct, std::vector<const char*> kcs) {
    Interaction interaction;
    interaction.verb = Verb::kAnswered;
    interaction.is_correct = is_correct;
    for (const char* kc : kcs) interaction.kcs.push_back(KcKeyOf(kc));
    return interaction;
  };
  const std::vector<Interaction> first = {answer(true, {"a", "b"}),
                                          answer(false, {"a"}),
                                          answer(true, {"unknown"})};
  const std::vector<Interaction> second = {answer(false, {"b"})};
  const std::vector<KcAnswers> kcs =
      GroupByKc(model, {TrackPart{first, 0}, TrackPart{second, 0}});
  EXPECT_EQ(kcs[0].begin, (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(kcs[0].is_correct, (std::vector<uint8_t>{1, 0}));
  EXPECT_EQ(kcs[1].begin, (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(kcs[1].is_correct, (std::vector<uint8_t>{1, 0}));
}

}  // namespace
}  // namespace evenlight
