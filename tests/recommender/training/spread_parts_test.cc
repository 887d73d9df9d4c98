#include "recommender/training/spread_parts.h"

#include <cstdlib>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

// Parts of 1 to 9 answers each, all out of one track.
class SpreadPartsTest : public testing::Test {
 protected:
  SpreadPartsTest() : track_(9) {
    for (Interaction& answer : track_) answer.verb = Verb::kAnswered;
    for (int32_t learner = 0; learner < 200; ++learner) {
      const auto size = static_cast<size_t>(learner * 7 % 9 + 1);
      parts_.push_back({.interactions = absl::MakeConstSpan(track_).first(size),
                        .learner = learner});
    }
  }

  std::vector<Interaction> track_;
  std::vector<TrackPart> parts_;
};

TEST_F(SpreadPartsTest, AllAreKeptIfTheyHaveNoMore) {
  const int64_t num_answers = CountAnswers(parts_);
  EXPECT_EQ(SpreadParts(parts_, num_answers).size(), parts_.size());
  EXPECT_LT(SpreadParts(parts_, num_answers - 5).size(), parts_.size());
  EXPECT_TRUE(SpreadParts({}, 10).empty());
}

TEST_F(SpreadPartsTest, WholePartsOfAboutSoManyAnswersAreKeptInOrder) {
  for (const int64_t max_answers : {10, 50, 333, 700, 900}) {
    const std::vector<TrackPart> kept = SpreadParts(parts_, max_answers);
    EXPECT_LE(std::abs(CountAnswers(kept) - max_answers), 9);
    for (size_t row = 0; row < kept.size(); ++row) {
      EXPECT_EQ(kept[row].interactions.size(),
                parts_[kept[row].learner].interactions.size());
      if (row > 0) {
        EXPECT_GT(kept[row].learner, kept[row - 1].learner);
      }
    }
  }
}

TEST_F(SpreadPartsTest, EachHalfGivesItsShare) {
  const std::vector<TrackPart> kept = SpreadParts(parts_, 300);
  int64_t of_first_half = 0;
  for (const TrackPart& part : kept) {
    if (part.learner < 100) of_first_half += CountAnswers(part);
  }
  EXPECT_LE(std::abs(of_first_half - 150), 10);
}

}  // namespace
}  // namespace evenlight
