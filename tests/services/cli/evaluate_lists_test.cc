#include "services/cli/evaluate_lists.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/lists_experiment.h"
#include "services/cli/served_model.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class EvaluateListsTest : public testing::Test {
 protected:
  EvaluateListsTest() {
    options_.answers_file = absl::StrCat(directory_.path(), "/answers.csv");
    options_.kcs_file = absl::StrCat(directory_.path(), "/kcs.csv");
    options_.num_learners = 20;
    options_.num_threads = 1;
    std::ofstream kcs(options_.kcs_file);
    kcs << "prerequisite,kc\n0,1\n1,2\n2,3\n3,2\n4,4\n0,never_answered\n";
    WriteAnswers("split");
  }

  void WriteAnswers(const std::string& split_column) {
    std::ofstream answers(options_.answers_file);
    answers << "learner,exercise_id,correct," << split_column << "\n";
    for (int row = 0; row < 300; ++row) {
      answers << "l" << row % 50 << "," << row % 6 << "," << row * 7 % 5 % 2
              << ","
              << (row % 10 < 7   ? "train"
                  : row % 10 < 8 ? "val"
                                 : "test")
              << "\n";
    }
  }

  int Run() {
    out_.str("");
    err_.str("");
    return EvaluateLists(options_, {out_, err_, false, false, {}});
  }

  TemporaryDirectory directory_;
  EvaluateListsOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(EvaluateListsTest, PrintsGraphListsAndSuccess) {
  ASSERT_EQ(Run(), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("figures=graph kcs=7 edges=6 self_loops=1 cycles=1 "
                        "kcs_in_cycles=2 groups=6 become_ready=7 "
                        "become_mastered=7 without_question=0"));
  EXPECT_THAT(out_.str(), HasSubstr("figures=lists lists=20 empty=0"));
  EXPECT_THAT(out_.str(), HasSubstr("figures=follow lists="));
  for (const char* model :
       {"mean", "questionmean", "biases", "prerequisites", "served"}) {
    EXPECT_THAT(out_.str(), HasSubstr(absl::StrCat(
                                "figures=success model=", model, " answers=")));
  }
  EXPECT_THAT(out_.str(), HasSubstr("figures=reliability model=served"));
  EXPECT_THAT(err_.str(), HasSubstr("2 kcs are prerequisites of one another "
                                    "and count as one group: 2, 3"));
  EXPECT_THAT(err_.str(), HasSubstr("neither order nor time"));
}

TEST_F(EvaluateListsTest, TheReportHasWhatIsPrinted) {
  options_.out_file = absl::StrCat(directory_.path(), "/report.json");
  ASSERT_EQ(Run(), kExitOk) << err_.str();
  std::ifstream in(options_.out_file);
  std::stringstream report;
  report << in.rdbuf();
  EXPECT_THAT(report.str(), HasSubstr("\"file\":\"answers.csv\""));
  EXPECT_THAT(report.str(), HasSubstr("\"kcs_file_sha256\":\""));
  EXPECT_THAT(report.str(), HasSubstr("\"figures\":\"graph\""));
  EXPECT_THAT(report.str(), HasSubstr("\"model\":\"prerequisites\""));
  EXPECT_THAT(report.str(), HasSubstr("\"reliability\":[{\"answers\":"));
}

TEST_F(EvaluateListsTest, TwoRunsPrintTheSame) {
  ASSERT_EQ(Run(), kExitOk);
  const std::string first = out_.str();
  options_.num_threads = 2;
  ASSERT_EQ(Run(), kExitOk);
  EXPECT_EQ(out_.str(), first);
}

TEST_F(EvaluateListsTest, AFileWithoutASplitIsRefused) {
  WriteAnswers("part");
  EXPECT_EQ(Run(), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("no column `split`"));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(EvaluateListsTest, AReportThatCannotBeWrittenIsToldFirst) {
  options_.out_file = absl::StrCat(directory_.path(), "/none/report.json");
  EXPECT_EQ(Run(), kExitError);
  EXPECT_EQ(out_.str(), "");
}

AnswerSet OneAnswer(const ResourceId& question, const KcId& kc) {
  AnswerSet answers;
  Answer& answer = answers.learners.emplace_back().answers.emplace_back();
  answer.question = question;
  answer.kcs = {kc};
  return answers;
}

std::vector<ResourceId> ResourcesOf(const Catalog& catalog) {
  std::vector<ResourceId> ids;
  for (const auto& resource : catalog.resources()) ids.push_back(resource->id);
  return ids;
}

KnowledgeComponent KcOf(const KcId& id) {
  KnowledgeComponent kc;
  kc.id = kc.title = id;
  return kc;
}

TEST(CatalogOfTest, AKcThatIsItselfTheExerciseCanBePractised) {
  const auto catalog = CatalogOf(OneAnswer("a", "a"), {KcOf("a"), KcOf("b")});
  EXPECT_THAT(ResourcesOf(*catalog), ElementsAre("a", "b"));
  EXPECT_EQ(catalog->num_kcs(), 2);
}

TEST(CatalogOfTest, AnyOtherKcHasOnlyItsQuestions) {
  const auto catalog = CatalogOf(OneAnswer("q", "a"), {KcOf("b")});
  EXPECT_THAT(ResourcesOf(*catalog), ElementsAre("q"));
  EXPECT_EQ(catalog->num_kcs(), 2);
}

TEST(FiguresOfGraphTest, SelfLoopsAreNoCyclesOfSeveral) {
  KnowledgeComponent a = KcOf("a");
  a.prerequisites = {"a", "b"};
  KnowledgeComponent b = KcOf("b");
  b.prerequisites = {"b"};
  const GraphFigures figures =
      FiguresOfGraph(*CatalogOf(OneAnswer("q", "a"), {a, b}));
  EXPECT_EQ(figures.num_edges, 3);
  EXPECT_EQ(figures.num_self_loops, 2);
  EXPECT_THAT(figures.cycles, SizeIs(0));
  EXPECT_EQ(figures.num_groups, 2);
}

}  // namespace
}  // namespace evenlight
