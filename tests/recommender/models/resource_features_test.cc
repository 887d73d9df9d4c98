#include "recommender/models/resource_features.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Resource Titled(const std::string& title) {
  Resource resource;
  resource.title = title;
  return resource;
}

std::vector<uint64_t> OfTitle(const std::string& title) {
  return ResourceFeatures(Titled(title));
}

// Of titles with one word each, as a set. Each has its script besides.
std::vector<uint64_t> OfWords(const std::vector<std::string>& words) {
  std::vector<uint64_t> all;
  for (const std::string& word : words) {
    const std::vector<uint64_t> of_word = OfTitle(word);
    EXPECT_THAT(of_word, SizeIs(2)) << word;
    all.insert(all.end(), of_word.begin(), of_word.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool Includes(const std::vector<uint64_t>& features,
              const std::vector<uint64_t>& others) {
  return std::includes(features.begin(), features.end(), others.begin(),
                       others.end());
}

TEST(ResourceFeaturesTest, AnEmptyResourceHasNone) {
  EXPECT_THAT(ResourceFeatures(Resource()), IsEmpty());
}

TEST(ResourceFeaturesTest, LettersMakeWordsWhateverTheirCase) {
  EXPECT_EQ(OfTitle("Algebra II: the Basics"),
            OfWords({"algebra", "ii", "the", "basics"}));
  EXPECT_EQ(OfTitle("ÉTÉ Физика ΦΩΣ ＡＩ"),
            OfWords({"été", "физика", "φωσ", "ai"}));
}

TEST(ResourceFeaturesTest, ChineseMakesPairsOfNeighbours) {
  EXPECT_EQ(OfTitle("数据结构"), OfWords({"数据", "据结", "结构"}));
  EXPECT_EQ(OfTitle("《诗》，美、力"), OfWords({"诗", "美", "力"}));
}

TEST(ResourceFeaturesTest, MixedScriptsAreToldApart) {
  const std::vector<uint64_t> mixed = OfTitle("C++语言设计2基础·上");
  EXPECT_THAT(mixed, SizeIs(7 + 1));
  EXPECT_TRUE(Includes(mixed, OfWords({"语言", "言设", "设计", "基础", "上"})));
  EXPECT_TRUE(Includes(mixed, OfTitle("c 2 上")));
  // Of a title in letters only the script is missing.
  EXPECT_FALSE(Includes(mixed, OfTitle("c 2")));
}

TEST(ResourceFeaturesTest, BrokenBytesSeparateWords) {
  EXPECT_EQ(OfTitle("one\xff\xfetwo"), OfWords({"one", "two"}));
  EXPECT_EQ(OfTitle("数据\xe6\x95"), OfWords({"数据"}));
  EXPECT_THAT(OfTitle("\xc0\x80\xed\xa0\x80\xf5"), IsEmpty());
}

TEST(ResourceFeaturesTest, RepeatsCountOnceAndTheOrderOfKcsDoesNotMatter) {
  Resource resource = Titled("same same");
  resource.kcs = {"b", "a", "b"};
  const std::vector<uint64_t> features = ResourceFeatures(resource);
  EXPECT_THAT(features, SizeIs(5));  // And that there are kcs; the script.
  EXPECT_TRUE(std::is_sorted(features.begin(), features.end()));
  resource.kcs = {"a", "b"};
  EXPECT_EQ(ResourceFeatures(resource), features);
}

TEST(ResourceFeaturesTest, TheSameTextElsewhereIsAnotherFeature) {
  std::vector<Resource> resources(6);
  resources[0].title = "x";
  resources[1].author = "x";
  resources[2].provider = "x";
  resources[3].subject = "x";
  resources[4].language = "x";
  resources[5].kcs = {"x"};
  size_t count = 0;
  std::set<uint64_t> all;
  for (const Resource& resource : resources) {
    const std::vector<uint64_t> features = ResourceFeatures(resource);
    count += features.size();
    all.insert(features.begin(), features.end());
  }
  EXPECT_EQ(count, 6 + 3u);  // The title's script; that there are others.
  EXPECT_EQ(all.size(), count);
}

TEST(ResourceFeaturesTest, AuthorsAreSharedOneByOne) {
  Resource pair;
  pair.author = "Li Ming、王芳; ";
  Resource one;
  one.author = "王芳";
  const std::vector<uint64_t> of_pair = ResourceFeatures(pair);
  EXPECT_THAT(of_pair, SizeIs(2));
  EXPECT_THAT(of_pair, testing::Contains(ResourceFeatures(one).front()));
}

TEST(ResourceFeaturesTest, SubjectsCountInEachGrade) {
  Resource resource;
  resource.subject = "math";
  resource.min_grade = 3;
  resource.max_grade = 5;
  EXPECT_THAT(ResourceFeatures(resource), SizeIs(2 + 3 + 3));
  Resource other = resource;
  other.min_grade = 5;
  other.max_grade = 0;  // To the last.
  std::vector<uint64_t> shared;
  const auto one = ResourceFeatures(resource);
  const auto two = ResourceFeatures(other);
  std::set_intersection(one.begin(), one.end(), two.begin(), two.end(),
                        std::back_inserter(shared));
  // The subject and that it is there; grade 5, alone and with it.
  EXPECT_THAT(shared, SizeIs(4));
}

TEST(ResourceFeaturesTest, ADescribedResourceOfAProviderHasAFeatureOfBoth) {
  Resource resource;
  resource.provider = "north";
  EXPECT_THAT(ResourceFeatures(resource), SizeIs(1));
  resource.subject = "math";
  EXPECT_THAT(ResourceFeatures(resource), SizeIs(1 + 3));
  resource.kcs = {"add"};
  const std::vector<uint64_t> north = ResourceFeatures(resource);
  EXPECT_THAT(north, SizeIs(1 + 3 + 3));
  resource.provider = "south";
  const std::vector<uint64_t> south = ResourceFeatures(resource);
  std::vector<uint64_t> shared;
  std::set_intersection(north.begin(), north.end(), south.begin(), south.end(),
                        std::back_inserter(shared));
  EXPECT_THAT(shared, SizeIs(4));
}

TEST(ResourceFeaturesTest, EachFeatureSaysItsSort) {
  Resource resource = Titled("fractions");
  resource.provider = "north";
  resource.kcs = {"add"};
  std::vector<FeatureSort> sorts;
  for (const ResourceFeature& feature : DescribeResource(resource)) {
    sorts.push_back(feature.sort);
  }
  EXPECT_THAT(sorts, testing::UnorderedElementsAre(
                         FeatureSort::kWord, FeatureSort::kScript,
                         FeatureSort::kProvider, FeatureSort::kProviderHas,
                         FeatureSort::kHas, FeatureSort::kKc));
}

TEST(ResourceFeaturesTest, AreBoundedHoweverLongTheTexts) {
  Resource resource;
  resource.kind = ResourceKind::kVideo;
  resource.subject = "math";
  resource.language = "zh";
  resource.provider = "north";
  resource.max_grade = 12;
  for (int word = 0; word < 1000; ++word) {
    absl::StrAppend(&resource.title, "w", word, " ");
    absl::StrAppend(&resource.author, "a", word, ",");
  }
  EXPECT_THAT(ResourceFeatures(resource), SizeIs(kMaxResourceFeatures - 2));
  resource.kcs = {"a", "b"};
  EXPECT_THAT(ResourceFeatures(resource), SizeIs(kMaxResourceFeatures + 2));
}

// Stored; do not change. Derived with Python's xxhash, xxh3_64, of "k:2",
// "s:math", "g:3", "x:3:math", "l:zh-cn", "p:north", "a:王芳", "c:add",
// "t:分数", "w:unspaced", "h:subject", "h:kcs", "q:subject:north" and
// "q:kcs:north".
TEST(ResourceFeaturesTest, FingerprintsStayAsTheyAreStored) {
  Resource resource;
  resource.kind = ResourceKind::kVideo;
  resource.title = "分数";
  resource.kcs = {"add"};
  resource.subject = "math";
  resource.min_grade = resource.max_grade = 3;
  resource.language = "zh-CN";
  resource.provider = "north";
  resource.author = "王芳";
  EXPECT_THAT(ResourceFeatures(resource),
              ElementsAre(2664029219615774281u, 5736938367870357726u,
                          6640129219851112138u, 7822965716799526008u,
                          8884570506566672158u, 9657790630744412915u,
                          11603689402391633926u, 11737196043128677887u,
                          11904495810266338337u, 13016943284841908157u,
                          14185923433988032984u, 17003367666140381533u,
                          17251112213640620951u, 17639789307383846625u));
}

}  // namespace
}  // namespace evenlight
