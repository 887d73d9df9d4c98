#include "recommender/training/feature_vocabulary.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::Gt;
using testing::Lt;

TEST(FeatureVocabularyTest, HoldsWhatAtLeastTwoResourcesShare) {
  constexpr FeatureSort kSort = FeatureSort::kWord;
  const std::vector<std::vector<ResourceFeature>> features_of = {
      {{2, kSort}, {5, kSort}, {9, kSort}}, {}, {{5, kSort}, {9, kSort}}};
  const FeatureVocabulary vocabulary = ShareFeatures(features_of);
  EXPECT_THAT(vocabulary.fingerprints, ElementsAre(5, 9));
  EXPECT_EQ(vocabulary.table.num_features(), 2);
  EXPECT_THAT(vocabulary.table.Of(0), ElementsAre(0, 1));
  EXPECT_THAT(vocabulary.table.Of(1), ElementsAre());
  EXPECT_THAT(vocabulary.table.Of(2), ElementsAre(0, 1));
}

TEST(FeatureVocabularyTest, ProvidersAreTrustedMoreThanWordsAndKcsLess) {
  const std::vector<ResourceFeature> features = {{1, FeatureSort::kWord},
                                                 {2, FeatureSort::kProvider},
                                                 {3, FeatureSort::kKc},
                                                 {4, FeatureSort::kProviderHas},
                                                 {5, FeatureSort::kAuthor}};
  const std::vector<std::vector<ResourceFeature>> features_of = {features,
                                                                 features};
  const std::vector<float> doubts = ShareFeatures(features_of).table.doubts;
  ASSERT_EQ(doubts.size(), 5);
  const float word = doubts[0];
  EXPECT_THAT(doubts,
              ElementsAre(word, Lt(word), Gt(word), Lt(word), Gt(word)));
}

}  // namespace
}  // namespace evenlight
