#include "recommender/training/train_stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::Ge;
using testing::Pair;

TEST(TrainStagesTest, EachBeginsAtZeroAndEndsAtOneBeforeTheNext) {
  std::vector<std::pair<std::string, double>> seen;
  TrainStages stages([&](absl::string_view stage, double done) {
    seen.emplace_back(stage, done);
  });
  stages.Start("dataset");
  stages.Progress(0.5);
  stages.Start("train");
  stages.Stop();
  stages.Stop();
  EXPECT_THAT(seen, ElementsAre(Pair("dataset", 0), Pair("dataset", 0.5),
                                Pair("dataset", 1), Pair("train", 0),
                                Pair("train", 1)));
  EXPECT_THAT(stages.seconds(),
              ElementsAre(Pair("dataset", Ge(0)), Pair("train", Ge(0))));
}

TEST(TrainStagesTest, NobodyNeedsToLookOn) {
  TrainStages stages(nullptr);
  stages.Start("dataset");
  stages.Stop();
  EXPECT_THAT(stages.seconds(), ElementsAre(Pair("dataset", Ge(0))));
}

}  // namespace
}  // namespace evenlight
