// The sentences, word by word, in both languages.

#include "recommender/class_plan/class_sentences.h"

#include "gtest/gtest.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

ClassItem Item(ResourceIndex resource, int32_t num_learners_fit,
               ItemUse use = ItemUse::kUnspecified) {
  ClassItem item;
  item.resource = resource;
  item.num_learners_fit = num_learners_fit;
  item.use = use;
  return item;
}

TEST(ClassSentencesTest, ReadAsTheyAreMeant) {
  KnowledgeComponent kc = Kc("f");
  kc.title = "Fractions";
  Resource video = Video("v", {"f"});
  video.title = "Halves";
  const auto snapshot = MakeSnapshot({kc}, {video});
  const Catalog& catalog = *snapshot->catalog;
  const ResourceIndex r{0};
  const auto en = ReasonLanguage::kEnglish;
  const auto zh = ReasonLanguage::kChinese;
  EXPECT_EQ(ExplainItem(catalog, Item(r, 1), true, "", en),
            "Helps one learner with Fractions.");
  EXPECT_EQ(ExplainItem(catalog, Item(r, 4), true, "", en),
            "Helps 4 learners with Fractions.");
  EXPECT_EQ(ExplainItem(catalog, Item(r, 4), true, "", zh),
            "能帮助 4 名学生学习“Fractions”。");
  EXPECT_EQ(ExplainGroup(catalog, r, 1, true, en),
            "One learner gains most from Fractions.");
  EXPECT_EQ(ExplainGroup(catalog, r, 3, true, en),
            "These 3 learners gain most from Fractions.");
  EXPECT_EQ(ExplainGroup(catalog, r, 3, true, zh),
            "这 3 名学生学习“Fractions”收获最大。");
  EXPECT_EQ(ExplainUnserved(catalog, r, true, en),
            "The list does not fit; Halves would help more.");
  EXPECT_EQ(ExplainUnserved(catalog, r, true, zh),
            "清单上的内容不合适，更适合学习“Halves”。");
  EXPECT_EQ(ExplainUnserved(catalog, ResourceIndex::kNone, true, en),
            "Nothing in the catalog fits at the moment.");
  EXPECT_EQ(ExplainUnserved(catalog, ResourceIndex::kNone, true, zh),
            "资源库里目前没有合适的内容。");
}

TEST(ClassSentencesTest, ClaimNoHelpWithoutAGain) {
  KnowledgeComponent kc = Kc("f");
  kc.title = "Fractions";
  const auto snapshot = MakeSnapshot({kc}, {Video("v", {"f"})});
  const Catalog& catalog = *snapshot->catalog;
  const ResourceIndex r{0};
  const auto en = ReasonLanguage::kEnglish;
  const auto zh = ReasonLanguage::kChinese;
  EXPECT_EQ(ExplainItem(catalog, Item(r, 1), false, "", en),
            "Suits one learner; no clear gain is expected.");
  EXPECT_EQ(ExplainItem(catalog, Item(r, 4), false, "", en),
            "Suits 4 learners; no clear gain is expected.");
  EXPECT_EQ(ExplainItem(catalog, Item(r, 4), false, "", zh),
            "适合 4 名学生，但预计没有明显提高。");
  EXPECT_EQ(ExplainGroup(catalog, r, 1, false, en),
            "Fractions suits one learner; no clear gain is expected.");
  EXPECT_EQ(ExplainGroup(catalog, r, 3, false, en),
            "Fractions suits these 3 learners; no clear gain is expected.");
  EXPECT_EQ(ExplainGroup(catalog, r, 3, false, zh),
            "“Fractions”适合这 3 名学生，但预计没有明显提高。");
  EXPECT_EQ(ExplainUnserved(catalog, r, false, en),
            "Nothing promises a clear gain at the moment; v could be tried.");
  EXPECT_EQ(ExplainUnserved(catalog, r, false, zh),
            "目前没有能明显提高的内容，可以试试“v”。");
}

}  // namespace
}  // namespace evenlight
