// FIGURES 16: over 1,000 simulated logs, how often the 95 % interval of each
// estimator holds the true value, and whether its mean is that value. Truths
// are exact sums over all that can happen, not simulated.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/evaluation/off_policy.h"
#include "recommender/evaluation/slate_estimates.h"

namespace evenlight {
namespace {

constexpr int kNumReplicates = 1000;
constexpr int kNumLearners = 250;
constexpr int kListsPerLearner = 4;

using Random = std::mt19937_64;

double Uniform(Random& random) {
  return static_cast<double>(random() >> 11) * 0x1.0p-53;
}

// An index by its probability.
template <typename Probabilities>
int Draw(Random& random, const Probabilities& probabilities) {
  double left = Uniform(random);
  for (int index = 0; index + 1 < static_cast<int>(probabilities.size());
       ++index) {
    left -= probabilities[index];
    if (left < 0) return index;
  }
  return static_cast<int>(probabilities.size()) - 1;
}

// What 1,000 estimates say about a known truth.
class Tally {
 public:
  void Add(const PolicyEstimate& estimate, double truth) {
    estimator_ = estimate.estimator;
    const double miss = estimate.value - truth;
    sum_ += miss;
    sum_of_squares_ += miss * miss;
    ++count_;
    num_covered_ += estimate.low <= truth && truth <= estimate.high ? 1 : 0;
  }

  double coverage() const { return num_covered_ / count_; }
  // Mean miss, in standard errors of that mean.
  double bias_in_errors() const {
    const double mean = sum_ / count_;
    const double variance = sum_of_squares_ / count_ - mean * mean;
    return mean / std::sqrt(variance / count_);
  }
  double deviation() const { return std::sqrt(sum_of_squares_ / count_); }

  void Print(const char* world) const {
    std::printf("%s %s: coverage %.3f, bias %+.5f (%+.1f errors), rmse %.5f\n",
                world, Name(estimator_), coverage(), sum_ / count_,
                bias_in_errors(), deviation());
  }

 private:
  Estimator estimator_ = Estimator::kIps;
  double sum_ = 0;
  double sum_of_squares_ = 0;
  double count_ = 0;
  double num_covered_ = 0;
};

void ExpectHonest(const Tally& tally) {
  EXPECT_GE(tally.coverage(), .93);
  EXPECT_LE(tally.coverage(), .97);
  EXPECT_LT(std::abs(tally.bias_in_errors()), 4);
}

// Slots of five actions in four contexts. The logging policy and the target are
// softmax of the same scores at other temperatures; rewards have little to do
// with scores, and learners differ: what one takes up they all but always do.
class SlotWorld {
 public:
  static constexpr int kNumContexts = 4;
  static constexpr int kNumActions = 5;
  enum class Model { kRight, kWrong };

  SlotWorld() {
    Random random(11);
    for (int context = 0; context < kNumContexts; ++context) {
      std::array<double, kNumActions> scores;
      for (int action = 0; action < kNumActions; ++action) {
        scores[action] = Uniform(random);
        p_reward_[context][action] = .15 + .7 * Uniform(random);
      }
      logged_[context] = Softmax(scores, .5);
      target_[context] = Softmax(scores, .2);
    }
  }

  double Truth() const {
    double truth = 0;
    for (int context = 0; context < kNumContexts; ++context) {
      for (int action = 0; action < kNumActions; ++action) {
        truth += target_[context][action] * p_reward_[context][action];
      }
    }
    return truth / kNumContexts;
  }

  std::vector<LoggedSlot> Log(Random& random, Model model) const {
    std::vector<LoggedSlot> slots;
    for (int learner = 0; learner < kNumLearners; ++learner) {
      // Learners are eager or not, half each: the truth stays what it is.
      const double eagerness = Uniform(random) < .5 ? .12 : -.12;
      for (int list = 0; list < kListsPerLearner; ++list) {
        const int context = static_cast<int>(random() % kNumContexts);
        LoggedSlot& slot = slots.emplace_back();
        slot.learner = learner;
        slot.chosen = Draw(random, logged_[context]);
        slot.reward =
            Uniform(random) < p_reward_[context][slot.chosen] + eagerness;
        for (int action = 0; action < kNumActions; ++action) {
          const double p = p_reward_[context][action];
          slot.actions.push_back({logged_[context][action],
                                  target_[context][action],
                                  model == Model::kRight ? p
                                  : action % 2 == 0      ? 1.5 - p
                                                         : -.3});
        }
      }
    }
    return slots;
  }

 private:
  using Row = std::array<double, kNumActions>;

  static Row Softmax(const Row& scores, double temperature) {
    Row probabilities;
    double sum = 0;
    for (int action = 0; action < kNumActions; ++action) {
      sum += probabilities[action] = std::exp(scores[action] / temperature);
    }
    for (double& p : probabilities) p /= sum;
    return probabilities;
  }

  std::array<Row, kNumContexts> p_reward_;
  std::array<Row, kNumContexts> logged_;
  std::array<Row, kNumContexts> target_;
};

// By the order of EstimatePolicy().
std::array<Tally, 4> TallySlots(SlotWorld::Model model, double max_weight) {
  const SlotWorld world;
  const double truth = world.Truth();
  std::array<Tally, 4> tallies;
  for (int replicate = 0; replicate < kNumReplicates; ++replicate) {
    Random random(1000 + replicate);
    const auto estimates =
        EstimatePolicy(world.Log(random, model), {.max_weight = max_weight});
    EXPECT_TRUE(estimates.ok()) << estimates.status();
    if (!estimates.ok()) break;
    for (size_t row = 0; row < 4; ++row) {
      tallies[row].Add((*estimates)[row], truth);
    }
  }
  for (const Tally& tally : tallies) {
    tally.Print(model == SlotWorld::Model::kRight ? "slot, right model,"
                                                  : "slot, wrong model,");
  }
  return tallies;
}

TEST(PolicyCoverageTest, SlotIntervalsCoverTheTruth) {
  const auto [ips, snips, clipped, doubly_robust] =
      TallySlots(SlotWorld::Model::kRight, 1.2);
  ExpectHonest(ips);
  ExpectHonest(doubly_robust);
  // Not claimed for each log, but near enough at this size.
  ExpectHonest(snips);
  EXPECT_LT(doubly_robust.deviation(), ips.deviation());
  // Clipped IPS is biased, and downwards: this is why it claims nothing.
  EXPECT_LT(clipped.bias_in_errors(), -20);
  EXPECT_LT(clipped.coverage(), .9);
}

TEST(PolicyCoverageTest, DoublyRobustWithAWrongModelStillCoversTheTruth) {
  const auto tallies = TallySlots(SlotWorld::Model::kWrong, 10);
  ExpectHonest(tallies[3]);
  EXPECT_GT(tallies[3].deviation(), tallies[0].deviation());
}

// Lists of three places with four items each, all drawn alike and apart from
// each other: a fully randomised log. The target prefers some items, and at
// each place the more the higher the item above stands.
class SlateWorld {
 public:
  static constexpr int kNumPlaces = 3;
  static constexpr int kNumItems = 4;
  using Items = std::array<int, kNumPlaces>;

  // How the reward of a place depends on other places.
  enum class Rewards { kApart, kOnItemsAbove, kOnItemsBelow };

  SlateWorld(Rewards rewards, bool target_looks_above)
      : rewards_(rewards), target_looks_above_(target_looks_above) {
    Random random(5);
    for (auto& row : appeal_) {
      for (double& appeal : row) appeal = .1 + .6 * Uniform(random);
    }
    for (auto& row : taste_) {
      for (double& taste : row) taste = .4 + Uniform(random);
    }
  }

  double Truth() const {
    double truth = 0;
    for (int list = 0; list < kNumItems * kNumItems * kNumItems; ++list) {
      const Items items = {list / 16, list / 4 % 4, list % 4};
      double p = 1;
      double reward = 0;
      for (int place = 0; place < kNumPlaces; ++place) {
        p *= Target(place, items);
        reward += PReward(place, items);
      }
      truth += p * reward;
    }
    return truth;
  }

  std::vector<LoggedSlate> Log(Random& random) const {
    std::vector<LoggedSlate> slates;
    for (int row = 0; row < kNumLearners * kListsPerLearner; ++row) {
      Items items;
      for (int& item : items) item = static_cast<int>(random() % kNumItems);
      LoggedSlate& slate = slates.emplace_back();
      slate.learner = row / kListsPerLearner;
      for (int place = 0; place < kNumPlaces; ++place) {
        slate.places.push_back(
            {1.0 / kNumItems, Target(place, items),
             Uniform(random) < PReward(place, items) ? 1. : 0.});
      }
    }
    return slates;
  }

 private:
  double Target(int place, const Items& items) const {
    double sum = 0;
    for (int item = 0; item < kNumItems; ++item) {
      sum += Taste(place, item, items);
    }
    return Taste(place, items[place], items) / sum;
  }

  double Taste(int place, int item, const Items& items) const {
    const int above = place > 0 && target_looks_above_ ? items[place - 1] : 0;
    return taste_[place][(item + above) % kNumItems];
  }

  // What the target prefers, above or below, takes from this one.
  double PReward(int place, const Items& items) const {
    const double own = appeal_[place][items[place]];
    const int other = rewards_ == Rewards::kOnItemsAbove   ? place - 1
                      : rewards_ == Rewards::kOnItemsBelow ? place + 1
                                                           : -1;
    if (other < 0 || other >= kNumPlaces) return own;
    return own * (1.4 - taste_[other][items[other]]);
  }

  const Rewards rewards_;
  const bool target_looks_above_;
  std::array<std::array<double, kNumItems>, kNumPlaces> appeal_;
  std::array<std::array<double, kNumItems>, kNumPlaces> taste_;
};

// By the order of EstimateSlates().
std::array<Tally, 3> TallySlates(const SlateWorld& world, const char* name) {
  const double truth = world.Truth();
  std::array<Tally, 3> tallies;
  for (int replicate = 0; replicate < kNumReplicates; ++replicate) {
    Random random(2000 + replicate);
    const auto estimates = EstimateSlates(world.Log(random));
    EXPECT_TRUE(estimates.ok()) << estimates.status();
    if (!estimates.ok()) break;
    for (size_t row = 0; row < 3; ++row) {
      tallies[row].Add((*estimates)[row], truth);
    }
  }
  for (const Tally& tally : tallies) tally.Print(name);
  return tallies;
}

TEST(PolicyCoverageTest, AllSlateIntervalsCoverTheTruthOfPlacesApart) {
  const auto [ips, interaction, additive] = TallySlates(
      SlateWorld(SlateWorld::Rewards::kApart, false), "slate, places apart,");
  ExpectHonest(ips);
  ExpectHonest(interaction);
  ExpectHonest(additive);
  EXPECT_LT(interaction.deviation(), ips.deviation());
  EXPECT_LT(additive.deviation(), ips.deviation());
}

TEST(PolicyCoverageTest, RewardInteractionCoversWhatItemsAboveDo) {
  const auto [ips, interaction, additive] =
      TallySlates(SlateWorld(SlateWorld::Rewards::kOnItemsAbove, true),
                  "slate, items above,");
  ExpectHonest(ips);
  ExpectHonest(interaction);
  EXPECT_LT(interaction.deviation(), ips.deviation());
}

// What its assumption is worth: where it does not hold, only IPS is right.
TEST(PolicyCoverageTest, RewardInteractionIsBiasedByWhatItemsBelowDo) {
  const auto [ips, interaction, additive] =
      TallySlates(SlateWorld(SlateWorld::Rewards::kOnItemsBelow, false),
                  "slate, items below,");
  ExpectHonest(ips);
  EXPECT_GT(std::abs(interaction.bias_in_errors()), 10);
}

}  // namespace
}  // namespace evenlight
