#include "services/cli/import.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/fake_client.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ImportTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() /
                 absl::StrCat("evenlight-import-", getpid());
    std::filesystem::create_directories(directory_);
    options_.tenant = "t1";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // Writes the file that options_ then name.
  void File(const std::string& text) {
    options_.file = (directory_ / "file").string();
    Write(options_.file, text);
  }

  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  static std::string Text(const std::string& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  std::string Refused() { return Text(options_.file + ".refused.csv"); }

  std::filesystem::path directory_;
  ImportOptions options_;
  FakeClient server_;
  std::ostringstream out_;
  std::ostringstream err_;
  std::vector<absl::Duration> slept_;
  Console console_ = {
      .out = out_, .err = err_, .sleep = [this](absl::Duration d) {
        slept_.push_back(d);
      }};
};

TEST_F(ImportTest, AnswersMakeTheirCatalogEntriesAndEvents) {
  File("user,question,skill,correct\nl1,q1,k1,1\nl2,q2,k1;k2,0\n");
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("accepted=2 duplicate=0 refused=0"));
  EXPECT_THAT(out_.str(), HasSubstr("ordered=no"));
  EXPECT_THAT(server_.kcs, SizeIs(2));
  ASSERT_THAT(server_.resources, SizeIs(2));
  EXPECT_TRUE(server_.resources["resources/q1"].imported());
  ASSERT_THAT(server_.events, SizeIs(2));
  EXPECT_TRUE(server_.events.begin()->second.time_is_order());
}

TEST_F(ImportTest, ASecondImportChangesNothing) {
  File("user,skill,correct\nl1,k1,1\nl1,k1,0\n");
  ASSERT_EQ(ImportAnswers(options_, &server_, console_), kExitOk);
  const auto events = server_.events.size();
  out_.str("");
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("accepted=0 duplicate=2 refused=0"));
  EXPECT_EQ(server_.events.size(), events);
}

TEST_F(ImportTest, ABrokenLineIsWrittenToAFileAndTheRestIsKept) {
  File("user,skill,correct\nl1,k1,1\nl1,\"k1,0\nl1,k2,0\n");
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitRefused);
  EXPECT_THAT(out_.str(), HasSubstr("accepted=2 duplicate=0 refused=1"));
  EXPECT_EQ(Refused(),
            "line,reason,row\n3,\"quotes do not match\",\"l1,\"\"k1,0\"\n");
}

TEST_F(ImportTest, NoCreateRefusesWhatTheCatalogLacks) {
  v1::Resource known;
  known.set_name("resources/k1");
  server_.resources["resources/k1"] = known;
  File("user,skill,correct\nl1,k1,1\nl1,k2,0\n");
  options_.is_create = false;
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitRefused);
  EXPECT_THAT(out_.str(), HasSubstr("accepted=1 duplicate=0 refused=1"));
  EXPECT_THAT(Refused(), HasSubstr("resources/k2 does not exist"));
  EXPECT_THAT(server_.resources, SizeIs(1));
}

TEST_F(ImportTest, AFileWithoutRefusedRowsLeavesNoOldRefusedFile) {
  File("user,skill,correct\nl1,k1,1\n");
  Write(options_.file + ".refused.csv", "line,reason,row\n2,why,what\n");
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitOk);
  EXPECT_FALSE(std::filesystem::exists(options_.file + ".refused.csv"));
}

TEST_F(ImportTest, AFileThatNoImportWroteIsKept) {
  File("user,skill,correct\nl1,k1,1\n");
  Write(options_.file + ".refused.csv", "mine");
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitOk);
  EXPECT_EQ(Refused(), "mine");
}

TEST_F(ImportTest, AFileThatTheUserNamedIsNeverDeleted) {
  File("user,skill,correct\nl1,k1,1\n");
  options_.refused_file = (directory_ / "named").string();
  Write(options_.refused_file, "line,reason,row\n2,why,what\n");
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitOk);
  EXPECT_EQ(Text(options_.refused_file), "line,reason,row\n2,why,what\n");
}

TEST_F(ImportTest, AnImportThatFailsEarlyKeepsTheLastRefusedFile) {
  File("user,skill,correct\nl1,k1,1\n");
  Write(options_.file + ".refused.csv", "line,reason,row\n2,why,what\n");
  server_.failures.assign(20, absl::UnavailableError("gone"));
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitError);
  EXPECT_EQ(Refused(), "line,reason,row\n2,why,what\n");
}

TEST_F(ImportTest, TheInputCannotBeWhereRefusedRowsGo) {
  const std::string text = "user,skill,correct\nl1,k1,1\nl1,k1,2\n";
  File(text);
  const std::string link = (directory_ / "link").string();
  std::filesystem::create_symlink(options_.file, link);
  for (const std::string& name :
       {options_.file, link, (directory_ / "." / "file").string(),
        std::filesystem::relative(options_.file).string()}) {
    err_.str("");
    options_.refused_file = name;
    EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitUsage);
    EXPECT_THAT(err_.str(), HasSubstr("--refused names the input"));
    EXPECT_EQ(Text(options_.file), text);
  }
  EXPECT_THAT(server_.calls, IsEmpty());
}

// Positions within a call mean nothing to who reads the file.
TEST_F(ImportTest, ReasonsNameFieldsWithoutTheirPlaceInTheCall) {
  server_.On(kRecordEvents, [](const auto& request, auto* response) {
    google::rpc::BadRequest wrong;
    for (const char* field : {"events[0].resource", "events[0]"}) {
      auto* violation = wrong.add_field_violations();
      violation->set_field(field);
      violation->set_description("`x[1]` is not in the catalog");
    }
    for (int k = 0; k < request.events_size(); ++k) {
      v1::EventResult* result = response->add_results();
      result->set_outcome(v1::EventResult::OUTCOME_REFUSED);
      result->mutable_error()->set_message(
          "events[0].resource: `x[1]` is not in the catalog (and 1 more)");
      if (k == 0) result->mutable_error()->add_details()->PackFrom(wrong);
    }
    return absl::OkStatus();
  });
  File("user,skill,correct\nl1,k1,1\nl1,k2,1\n");
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitRefused);
  EXPECT_EQ(Refused(),
            "line,reason,row\n"
            "2,\"resource: `x[1]` is not in the catalog; `x[1]` is not in the "
            "catalog\",\"l1,k1,1\"\n"
            "3,\"resource: `x[1]` is not in the catalog (and 1 more)\","
            "\"l1,k2,1\"\n");
}

TEST_F(ImportTest, ABusyServerIsAskedAgainWithLongerWaits) {
  File("user,skill,correct\nl1,k1,1\n");
  server_.failures = {absl::UnavailableError("busy"),
                      absl::ResourceExhaustedError("full"), absl::OkStatus()};
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitOk);
  EXPECT_THAT(slept_,
              ElementsAre(absl::Milliseconds(200), absl::Milliseconds(400)));
}

TEST_F(ImportTest, AServerThatStaysAwayEndsTheImport) {
  File("user,skill,correct\nl1,k1,1\n");
  server_.failures.assign(20, absl::UnavailableError("gone"));
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitError);
  EXPECT_THAT(slept_, SizeIs(7));
  EXPECT_THAT(err_.str(), HasSubstr("is evenlightd running there?"));
}

TEST_F(ImportTest, AWrongHeaderOrFileIsAnErrorThatNamesTheFile) {
  File("a,b\n1,2\n");
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("the file has a, b"));
  EXPECT_THAT(server_.calls, IsEmpty());
  options_.file = (directory_ / "nothing").string();
  EXPECT_EQ(ImportAnswers(options_, &server_, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr(options_.file));
}

TEST_F(ImportTest, InteractionsAreEventsOfOneVerb) {
  File("l1 r1 r2\nl2 r1\n");
  options_.verb = Verb::kCompleted;
  options_.kind = ResourceKind::kMicroCourse;
  EXPECT_EQ(ImportInteractions(options_, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("accepted=3"));
  EXPECT_TRUE(server_.events.begin()->second.has_completed());
  EXPECT_EQ(server_.resources["resources/r1"].kind(),
            v1::RESOURCE_KIND_MICRO_COURSE);
}

TEST_F(ImportTest, ManyEventsGoInBatchesOfAThousand) {
  std::string text;
  for (int line = 0; line < 2500; ++line) {
    absl::StrAppend(&text, "{\"actor\":\"learners/l\",\"resource\":\"r\"}\n");
  }
  server_.resources["r"] = {};
  File(text);
  EXPECT_EQ(ImportEvents(options_, &server_, console_), kExitOk);
  EXPECT_THAT(server_.calls, SizeIs(3));
  EXPECT_THAT(server_.events, SizeIs(2500));  // Each was given an id.
}

TEST_F(ImportTest, EntriesThatTheServerRefusesDoNotStopTheOthers) {
  File(
      "{\"name\":\"resources/a\",\"title\":\"A\"}\n"
      "{\"name\":\"resources/b\"}\n"
      "not json\n"
      "{\"name\":\"resources/a\",\"title\":\"again\"}\n"
      "{\"name\":\"resources/c\",\"title\":\"C\"}\n");
  EXPECT_EQ(ImportResources(options_, &server_, console_), kExitRefused);
  EXPECT_THAT(out_.str(), HasSubstr("accepted=2 duplicate=0 refused=3"));
  EXPECT_THAT(server_.resources, SizeIs(2));
  EXPECT_THAT(Refused(), HasSubstr("2,\"title: is empty\""));
  EXPECT_THAT(Refused(), HasSubstr("had line 1 already"));
}

// b is wrong; c needs b and is wrong without it; a is good.
TEST_F(ImportTest, AKcThatNeedsARefusedOneIsRefusedToo) {
  File("kc,prerequisites\na,\nb,x\nc,b\n");
  EXPECT_EQ(ImportKcs(options_, &server_, console_), kExitRefused);
  EXPECT_THAT(out_.str(), HasSubstr("accepted=1 duplicate=0 refused=2"));
  EXPECT_EQ(server_.kcs.count("knowledgeComponents/a"), 1u);
}

TEST_F(ImportTest, MoreKcsThanACallTakesMayStandInAnyOrder) {
  // Each needs the next, which stands in a later call.
  std::string text = "kc,prerequisites\n";
  for (int kc = 0; kc < 1500; ++kc) {
    absl::StrAppend(&text, "k", kc, ",", kc < 1499 ? "k" : "",
                    kc < 1499 ? absl::StrCat(kc + 1) : "", "\n");
  }
  File(text);
  EXPECT_EQ(ImportKcs(options_, &server_, console_), kExitOk);
  EXPECT_THAT(server_.kcs, SizeIs(1500));
  EXPECT_EQ(server_.kcs["knowledgeComponents/k0"].prerequisites(0),
            "knowledgeComponents/k1");
}

TEST_F(ImportTest, EdgesKeepTheTitlesOfKnownKcs) {
  v1::KnowledgeComponent known;
  known.set_name("knowledgeComponents/b");
  known.set_title("Known");
  server_.kcs[known.name()] = known;
  File("prerequisite_id,exercise_id\na,b\n");
  EXPECT_EQ(ImportKcs(options_, &server_, console_), kExitOk);
  EXPECT_EQ(server_.kcs["knowledgeComponents/b"].title(), "Known");
  EXPECT_EQ(server_.kcs["knowledgeComponents/b"].prerequisites_size(), 1);
  EXPECT_EQ(server_.kcs["knowledgeComponents/a"].title(), "a");
}

TEST_F(ImportTest, ARosterGoesSchoolsFirst) {
  const auto written = [](const auto&, auto* response) {
    response->set_num_written(1);
    return absl::OkStatus();
  };
  server_.On(kUpsertSchools, written);
  server_.On(kUpsertClasses, written);
  server_.On(kUpsertPeople, written);
  File("type,id,school,classes\nlearner,l1,s1,c1\nclass,c1,s1,\nschool,s1,,\n");
  EXPECT_EQ(ImportRoster(options_, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("accepted=3 duplicate=0 refused=0"));
  EXPECT_THAT(server_.calls,
              ElementsAre(kUpsertSchools.name, kUpsertClasses.name,
                          kUpsertPeople.name));
}

}  // namespace
}  // namespace evenlight
