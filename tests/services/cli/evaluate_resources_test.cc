#include "services/cli/evaluate_resources.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/resource_source.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class EvaluateResourcesTest : public testing::Test {
 protected:
  std::string Path(const std::string& file) const {
    return absl::StrCat(directory_.path(), "/", file);
  }

  std::string Write(const std::string& file, const std::string& text) {
    std::ofstream(Path(file)) << text;
    return Path(file);
  }

  std::string Text(const std::string& file) const {
    std::ifstream in(Path(file));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  // Learners of two kinds with resources of their own half each.
  EvaluateResourcesOptions TwoHalves() {
    std::string train;
    std::string test;
    for (int learner = 0; learner < 40; ++learner) {
      absl::StrAppend(&train, "l", learner);
      absl::StrAppend(&test, "l", learner, " r",
                      learner % 2 * 10 + learner / 2 % 10, "\n");
      for (int row = 0; row < 10; ++row) {
        if (row == learner / 2 % 10) continue;
        absl::StrAppend(&train, " r", learner % 2 * 10 + row);
      }
      train += "\n";
    }
    EvaluateResourcesOptions options;
    options.train_file = Write("train.txt", train);
    options.test_file = Write("test.txt", test);
    options.num_factors = 8;
    options.num_epochs = 3;
    return options;
  }

  // One event line; `verb` is the JSON of one.
  static std::string Event(const std::string& id, const std::string& learner,
                           const std::string& resource, const std::string& day,
                           const std::string& verb) {
    return absl::StrCat("{\"event_id\":\"", id, "\",\"actor\":\"learners/",
                        learner, "\",\"resource\":\"resources/", resource,
                        "\",\"event_time\":\"2026-01-", day, "T00:00:00Z\",",
                        verb, "}\n");
  }

  // Of which learner 1 is judged by r3 alone.
  EvaluateResourcesOptions Events() {
    const std::string viewed = "\"viewed\":{}";
    EvaluateResourcesOptions options;
    options.events_file = Write(
        "events.jsonl",
        absl::StrCat(
            Event("a", "1", "r1", "01", viewed),
            Event("b", "1", "r2", "05", "\"completed\":{}"),
            Event("c", "1", "r9", "06", "\"rated\":{\"stars\":1}"),
            Event("d", "1", "r3", "20", viewed),
            Event("e", "1", "r1", "21", viewed),
            Event("f", "1", "r9", "22", viewed),
            Event("g", "2", "r3", "09", "\"answered\":{\"correct\":true}"),
            Event("h", "3", "r4", "25", viewed)));
    options.split_time =
        absl::FromCivil(absl::CivilDay(2026, 1, 11), absl::UTCTimeZone());
    options.num_factors = 8;
    return options;
  }

  TemporaryDirectory directory_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_ = {.out = out_, .err = err_, .sleep = {}};
};

TEST_F(EvaluateResourcesTest, PrintsALinePerModelInTheFormThatScriptsRead) {
  ASSERT_EQ(EvaluateResources(TwoHalves(), console_), kExitOk) << err_.str();
  std::istringstream lines(out_.str());
  std::string ials, popularity, knn, ease, none;
  std::getline(lines, ials);
  std::getline(lines, popularity);
  std::getline(lines, knn);
  std::getline(lines, ease);
  EXPECT_FALSE(std::getline(lines, none));
  // One resource of the own half is left, and ten of the other.
  EXPECT_THAT(ials, HasSubstr("model=ials dimension=8 recall20=1.0000 "
                              "recall20_se=0.0000 ndcg20=1.0000"));
  EXPECT_THAT(popularity, HasSubstr("model=popularity dimension=0 "));
  EXPECT_THAT(knn, HasSubstr("model=itemknn dimension=0 recall20=1.0000"));
  EXPECT_THAT(ease, HasSubstr("model=ease dimension=0 recall20=1.0000"));
  for (const char* name :
       {" recall50=", " ndcg100=", " epoch_s=", " train_s=", " threads=2 ",
        " w=", " lambda=", " nu=", " epochs=3 ", " learners=40 ",
        " coverage20=", " popularity20=", " gini20=", " learners_le10=40 ",
        " recall20_le10=1.0000 ", " ndcg20_gt50=nan"}) {
    EXPECT_THAT(ials, HasSubstr(name));
  }
  EXPECT_THAT(err_.str(), HasSubstr("model=ials epoch=1 loss="));
}

TEST_F(EvaluateResourcesTest, ValidationAndSearchShowWhatWasTried) {
  EvaluateResourcesOptions options = TwoHalves();
  options.models = {"ials", " itemknn"};
  options.validate_fraction = 0.2;
  options.num_search = 1;
  options.out_file = Path("r.json");
  ASSERT_EQ(EvaluateResources(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("validation_ndcg20="));
  EXPECT_THAT(err_.str(), HasSubstr("model=itemknn tried neighbours="));
  const std::string report = Text("r.json");
  for (const char* part :
       {"\"file\":\"train.txt+test.txt\"", "\"file_sha256\":\"",
        "\"resources\":20", "\"held_out\":40",
        "\"scores\":[{\"model\":\"ials\"", "\"learning_curve\":[{\"epoch\":1,",
        "\"tried\":[{\"w\":", "\"left_out\":[]"}) {
    EXPECT_THAT(report, HasSubstr(part));
  }
  const std::string chart = Text("r.learning.svg");
  EXPECT_THAT(chart, HasSubstr("ials loss"));
  EXPECT_THAT(chart, HasSubstr("ials NDCG@20"));
}

TEST_F(EvaluateResourcesTest, ModelsWithoutEpochsHaveNoChart) {
  EvaluateResourcesOptions options = TwoHalves();
  options.models = {"popularity", "itemknn"};
  options.out_file = Path("r.json");
  ASSERT_EQ(EvaluateResources(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(Text("r.json"), HasSubstr("itemknn"));
  EXPECT_FALSE(std::filesystem::exists(Path("r.learning.svg")));
}

TEST_F(EvaluateResourcesTest, EaseIsLeftOutOfALargeCatalogAndSaysSo) {
  EvaluateResourcesOptions options = TwoHalves();
  std::string many = "many";
  for (int row = 0; row < 20'000; ++row) absl::StrAppend(&many, " x", row);
  std::ofstream(options.train_file, std::ios::app) << many << "\n";
  options.models = {"popularity", "ease"};
  ASSERT_EQ(EvaluateResources(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(err_.str(),
              HasSubstr("note: ease is left out: EASE takes at "
                        "most 20000 resources, and there are 20020"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("ease")));
}

TEST_F(EvaluateResourcesTest, WhatOnlyTheTestNamesCountsAsMissed) {
  EvaluateResourcesOptions options = TwoHalves();
  options.train_file = Write("a.txt", "l1 r1 r2\nl2 r1 r3\nl3 r2 r3 r1\n");
  options.test_file = Write("b.txt", "l1 r3 new r1\nl9 r1\n");
  options.models = {"popularity"};
  ASSERT_EQ(EvaluateResources(options, console_), kExitOk) << err_.str();
  // l1 is judged by r3 and `new`; l9 has nothing to learn from.
  EXPECT_THAT(out_.str(), HasSubstr(" learners=1 "));
  EXPECT_THAT(err_.str(), HasSubstr("note: 1 held-out engagements repeat one"));
  EXPECT_THAT(err_.str(), HasSubstr("note: 1 learners have nothing to learn"));
  EXPECT_THAT(err_.str(), HasSubstr("note: 1 of 2 held-out engagements"));
}

TEST_F(EvaluateResourcesTest, EventsArePartedByTheMoment) {
  const auto source = ReadResourceSource(Events());
  ASSERT_TRUE(source.ok()) << source.status();
  // Rows r1, r2, r3, r4, r9 and learners 1, 2, 3.
  const ResourceSplit& split = source->split;
  EXPECT_EQ(split.train.num_resources, 5);
  ASSERT_EQ(split.train.num_learners(), 3);
  ASSERT_EQ(split.train.Of(0).size(), 2);  // r9 was disliked.
  EXPECT_EQ(split.train.Of(0)[0].resource, ResourceRow{0});
  EXPECT_GT(split.train.Of(0)[1].weight, split.train.Of(0)[0].weight);
  EXPECT_THAT(split.held_out[0], ElementsAre(ResourceRow{2}));
  EXPECT_THAT(split.held_out[1], IsEmpty());
  EXPECT_THAT(split.held_out[2], ElementsAre(ResourceRow{3}));
  const absl::Duration day = absl::Hours(24);
  EXPECT_THAT(split.entry_ages, ElementsAre(10 * day, 6 * day, 2 * day));
  EXPECT_THAT(split.resource_ages, ElementsAre(10 * day, 6 * day, 2 * day,
                                               absl::ZeroDuration(), 5 * day));
}

TEST_F(EvaluateResourcesTest, EventsHaveSlicesByAgeAndDecayedPopularity) {
  EvaluateResourcesOptions options = Events();
  options.models = {"popularity", "itemknn"};
  ASSERT_EQ(EvaluateResources(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(" learners_new=0 "));
  EXPECT_THAT(out_.str(), HasSubstr(" learners_month=1 "));
  EXPECT_THAT(out_.str(), HasSubstr(" learners_older=0 "));
}

TEST_F(EvaluateResourcesTest, AReportThatCannotBeWrittenFailsAtOnce) {
  EvaluateResourcesOptions options = TwoHalves();
  options.out_file = Path("no/such/r.json");
  EXPECT_EQ(EvaluateResources(options, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("cannot write"));
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(EvaluateResourcesTest, BadInputIsNamed) {
  const EvaluateResourcesOptions good = TwoHalves();
  const std::string broken = Write("broken.txt", "l1 r1\nl2 r/2\nl3 r!\n");
  const std::string twice = Write("twice.txt", "l1 r1\nl1 r2\n");
  const std::string empty = Write("empty.txt", "");
  const std::string no_json = Write("no.jsonl", "{\"actor\":\n");
  const std::string no_actor =
      Write("who.jsonl", "{\"actor\":\"l1\",\"viewed\":{}}\n");
  const std::string no_time =
      Write("when.jsonl", "{\"actor\":\"learners/l1\",\"viewed\":{}}\n");
  const auto message = [&](const EvaluateResourcesOptions& options) {
    err_.str("");
    EXPECT_EQ(EvaluateResources(options, console_), kExitError);
    return err_.str();
  };
  const auto with_train = [&](const std::string& path) {
    EvaluateResourcesOptions options = good;
    options.train_file = path;
    return options;
  };
  const auto with_events = [&](const std::string& path) {
    EvaluateResourcesOptions options;
    options.events_file = path;
    options.split_time = absl::UnixEpoch();
    return options;
  };
  EXPECT_THAT(message(with_train(Path("none.txt"))), HasSubstr("cannot open"));
  EXPECT_THAT(message(with_train(directory_.path())),
              HasSubstr("is a directory"));
  EXPECT_THAT(message(with_train(broken)),
              HasSubstr("broken.txt line 2: resource \"r/2\""));
  EXPECT_THAT(message(with_train(broken)), HasSubstr("and 1 more lines"));
  EXPECT_THAT(message(with_train(twice)),
              HasSubstr("twice.txt line 2: learner \"l1\" had line 1"));
  EXPECT_THAT(message(with_train(empty)), HasSubstr("has no resources"));
  EXPECT_THAT(message(with_events(no_json)), HasSubstr("no.jsonl line 1: "));
  EXPECT_THAT(message(with_events(no_actor)),
              HasSubstr("line 1: actor \"l1\" is not learners/"));
  EXPECT_THAT(message(with_events(no_time)), HasSubstr("has no event_time"));

  EvaluateResourcesOptions options = good;
  options.models = {"ials", "bert"};
  EXPECT_THAT(message(options), HasSubstr("model `bert` is none of: ials"));
  options = good;
  options.validate_fraction = 1.5;
  EXPECT_THAT(message(options), HasSubstr("fraction 1.5 not in (0, 1)"));
  options = good;
  options.num_search = 3;
  EXPECT_THAT(message(options), HasSubstr("a search needs a validation part"));
  options = good;
  options.events_file = "e.jsonl";
  EXPECT_THAT(message(options), HasSubstr("give either"));
  options = with_events(no_time);
  options.split_time = absl::InfinitePast();
  EXPECT_THAT(message(options), HasSubstr("events need a split time"));
  options = good;
  options.test_file = Write("other.txt", "zz r1\n");
  EXPECT_THAT(message(options), HasSubstr("no learner has both"));
}

}  // namespace
}  // namespace evenlight
