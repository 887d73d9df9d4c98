// The sentences, word by word: whoever changes one reads it here in both
// languages.

#include "recommender/ranking/explain.h"

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

struct Row {
  std::string name;
  ResourceId resource;
  Reason reason;
  int grade;
  std::string english;
  std::string chinese;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.name;
}

// Division is mastered and fading; fractions need it; decimals are begun.
std::shared_ptr<const ServingSnapshot> School() {
  KnowledgeComponent division = Kc("division");
  division.title = "Division";
  KnowledgeComponent fractions = Kc("fractions", {"division"});
  fractions.title = "Fractions";
  KnowledgeComponent decimals = Kc("decimals");
  decimals.title = "Decimals";
  return MakeSnapshot(
      {division, fractions, decimals, Kc("untitled")},
      {Question("div", {"division"}), Question("frac", {"fractions"}),
       Question("dec", {"decimals"}), Question("unt", {"untitled"}),
       Question("plain", {})});
}

class ExplainTable : public testing::TestWithParam<Row> {};

TEST_P(ExplainTable, SaysThisInBothLanguages) {
  const auto snapshot = School();
  LearnerState state;
  for (int i = 0; i < 6; ++i) {
    Apply(*snapshot,
          Answer(*snapshot, "div", true, kNow - absl::Hours(24 * 40)), state);
  }
  for (const ResourceId question : {"dec", "plain"}) {
    Apply(*snapshot, Answer(*snapshot, question, false, kNow - absl::Hours(48)),
          state);
  }
  const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
  const Row& row = GetParam();
  const ResourceIndex resource = snapshot->catalog->FindResource(row.resource);
  EXPECT_EQ(
      Explain(view, resource, row.reason, row.grade, ReasonLanguage::kEnglish),
      row.english);
  EXPECT_EQ(
      Explain(view, resource, row.reason, row.grade, ReasonLanguage::kChinese),
      row.chinese);
}

INSTANTIATE_TEST_SUITE_P(
    Golden, ExplainTable,
    testing::ValuesIn(std::vector<Row>{
        {"ReadyAfter", "frac", Reason::kNextStep, 0,
         "You are ready for Fractions: you have mastered Division.",
         "你已经掌握“Division”，可以学习“Fractions”了。"},
        {"ReadyFirst", "unt", Reason::kNextStep, 0,
         "You are ready for untitled: nothing else has to be mastered first.",
         "你可以学习“untitled”了：它不需要先掌握别的知识。"},
        {"Started", "dec", Reason::kNextStep, 0,
         "You have started Decimals and not mastered it yet: this is the next "
         "step.",
         "你已经开始学习“Decimals”，还没有完全掌握，这是下一步。"},
        {"ReviewDays", "div", Reason::kReview, 0,
         "Time to review Division: you last practised it 40 days ago.",
         "该复习“Division”了：你上次练习是 40 天前。"},
        {"OldMistake", "dec", Reason::kReview, 0,
         "You got this one wrong before: try it again to master Decimals.",
         "这道题你以前做错过，再做一次来掌握“Decimals”。"},
        {"OldMistakePlain", "plain", Reason::kReview, 0,
         "You got this one wrong before: try it again.",
         "这道题你以前做错过，再做一次吧。"},
        {"Similar", "dec", Reason::kSimilarLearners, 0,
         "Learners with a history like yours went on with this.",
         "与你学习经历相似的同学接着学了这个。"},
        {"PopularInGrade", "dec", Reason::kPopular, 5, "Popular in grade 5.",
         "在 5 年级很受欢迎。"},
        {"Popular", "dec", Reason::kPopular, 0, "Popular with other learners.",
         "很受其他同学欢迎。"},
        {"New", "dec", Reason::kNewResource, 0, "New in the catalog.",
         "资源库里新上的内容。"},
        {"NewLearner", "dec", Reason::kNewLearner, 0,
         "A good place to start: Decimals.", "可以从“Decimals”开始。"},
        {"NewLearnerPlain", "plain", Reason::kNewLearner, 0,
         "A good place to start.", "可以从这里开始。"},
        {"NotTried", "dec", Reason::kNotTried, 0,
         "You have not tried this yet.", "你还没有学过这个。"}}),
    [](const auto& row) { return row.param.name; });

// The model takes division for known before the first answer.
TEST(ExplainTest, APriorIsNotCalledMastery) {
  TracingParams params;
  params.kcs = {"division"};
  params.bkt = {{.p_init = 0.95f}};
  params.kc_p_correct = {0.9f};
  ModelSet models;
  models.tracing = TracingModel(std::move(params));
  const auto snapshot = MakeSnapshot(
      {Kc("division"), Kc("fractions", {"division"})},
      {Question("div", {"division"}), Question("frac", {"fractions"})},
      std::move(models));
  const LearnerState state;
  const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
  const auto say = [&](int resource, ReasonLanguage language) {
    return Explain(view, ResourceIndex{resource}, Reason::kNextStep, 0,
                   language);
  };
  EXPECT_EQ(say(1, ReasonLanguage::kEnglish),
            "You are ready for fractions: most learners know division by now.");
  EXPECT_EQ(say(1, ReasonLanguage::kChinese),
            "你可以学习“fractions”了：多数同学到这时已经会“division”。");
  EXPECT_EQ(say(0, ReasonLanguage::kEnglish),
            "You are ready for division: nothing else has to be mastered "
            "first.");
}

}  // namespace
}  // namespace evenlight
