// The command on lists and events in a database whose truth is known.

#include "services/cli/evaluate_policy.h"

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/target_policy.h"
#include "storage/memory_database.h"
#include "storage/track_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTenant[] = "t";
const absl::Time kStart = absl::FromUnixSeconds(1'772'352'000);

class EvaluatePolicyTest : public testing::Test {
 protected:
  void Append(Event event) {
    event.sequence = ++sequence_;
    event.id = absl::StrCat("e", sequence_);
    WriteBatch batch;
    TrackStore(&database_).Append(kTenant, event, &batch);
    ASSERT_THAT(database_.Write(batch), IsOk());
  }

  // A list of `a`, `b` and one of `alternatives`, of which `chosen` is shown.
  ListId AddList(const LearnerId& learner,
                 const std::vector<StoredAlternative>& alternatives,
                 size_t chosen, absl::Time time = kStart) {
    StoredList record;
    record.id = absl::StrCat("list", sequence_);
    record.learner = learner;
    record.drawn_position = 3;
    record.alternatives = alternatives;
    WriteBatch batch;
    ListStore(&database_).Put(kTenant, record, &batch);
    EXPECT_THAT(database_.Write(batch), IsOk());

    Event event;
    event.actor.id = learner;
    event.time = time;
    event.verb = Verb::kRecommended;
    event.list = record.id;
    event.listed = {{"a", 1, 1}, {"b", 2, 1}};
    if (!alternatives.empty()) {
      event.listed.push_back(
          {alternatives[chosen].resource, 3, alternatives[chosen].propensity});
    }
    Append(event);
    return record.id;
  }

  void Add(Verb verb, const LearnerId& learner, const ListId& list,
           const ResourceId& resource, absl::Duration after, float score = 0) {
    Event event;
    event.actor.id = learner;
    event.time = kStart + after;
    event.verb = verb;
    event.list = list;
    event.resource = resource;
    event.score = score;
    Append(event);
  }

  // Ends every window.
  void EndWindows() { Add(Verb::kViewed, "z", "", "a", absl::Hours(48)); }

  // 300 learners with a list each: x stands there in every second, y in the
  // others. x is taken up by two thirds of those who see it, y by one third, a
  // by all.
  void AddTwoArms() {
    for (int row = 0; row < 300; ++row) {
      const LearnerId learner = absl::StrCat("l", 1000 + row);
      const bool is_x = row % 2 == 0;
      const ListId list =
          AddList(learner, {{"x", .5f, .5f}, {"y", .4f, .5f}}, is_x ? 0 : 1);
      Add(Verb::kCompleted, learner, list, "a", absl::Hours(1));
      const int third = row / 2 % 3;
      if (is_x ? third < 2 : third < 1) {
        Add(Verb::kCompleted, learner, list, is_x ? "x" : "y", absl::Hours(2));
      }
    }
    EndWindows();
  }

  int Evaluate(const std::string& target) {
    options_.log.tenant = kTenant;
    options_.target = target;
    out_.str("");
    err_.str("");
    return EvaluatePolicy(options_, &database_,
                          {.out = out_, .err = err_, .sleep = nullptr});
  }

  // A figure of the line of `estimator`.
  double Figure(const std::string& estimator, const std::string& name) {
    for (const absl::string_view line : absl::StrSplit(out_.str(), '\n')) {
      const std::vector<std::string> figures = absl::StrSplit(line, ' ');
      if (figures[0] != "estimator=" + estimator) continue;
      for (const std::string& figure : figures) {
        double value = 0;
        if (figure.rfind(name + "=", 0) == 0 &&
            absl::SimpleAtod(figure.substr(name.size() + 1), &value)) {
          return value;
        }
      }
    }
    ADD_FAILURE() << "no " << name << " of " << estimator << ":\n"
                  << out_.str();
    return 0;
  }

  MemoryDatabase database_;
  EvaluatePolicyOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
  int64_t sequence_ = 0;
};

TEST_F(EvaluatePolicyTest, WhatStandsThereWithoutExplorationHasItsOwnValue) {
  AddTwoArms();
  ASSERT_EQ(Evaluate("greedy"), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("tenant=t target=greedy reward=completed window=24h "
                        "lists=300 drawn=300 window_open=0 unrecorded=0 "
                        "evaluated=300 rewarded=150"));
  for (const char* estimator : {"ips", "snips", "clipped"}) {
    EXPECT_NEAR(Figure(estimator, "value"), .6667, 1e-4) << estimator;
  }
  EXPECT_NEAR(Figure("dr", "value"), .6667, .01);
  EXPECT_EQ(Figure("ips", "n"), 300);
  EXPECT_EQ(Figure("ips", "ess"), 150);
  EXPECT_EQ(Figure("ips", "max_weight"), 2);
  // Of the list: a's success too, which needs no weight where it stands above.
  EXPECT_NEAR(Figure("slate_ips", "value"), 1.6667, 1e-4);
  EXPECT_NEAR(Figure("slate_rips", "value"), 1.6667, 1e-4);
  EXPECT_LT(Figure("slate_rips", "standard_error"),
            Figure("slate_ips", "standard_error"));
  EXPECT_LT(Figure("snips", "standard_error"), Figure("ips", "standard_error"));
}

TEST_F(EvaluatePolicyTest, OtherTargetsWeighTheArms) {
  AddTwoArms();
  ASSERT_EQ(Evaluate("logged"), kExitOk);
  EXPECT_NEAR(Figure("ips", "value"), .5, 1e-4);
  EXPECT_EQ(Figure("ips", "ess"), 300);
  ASSERT_EQ(Evaluate("uniform"), kExitOk);
  EXPECT_NEAR(Figure("ips", "value"), .5, 1e-4);
  // e^(.1/.1) to 1: x has .7310586.
  ASSERT_EQ(Evaluate("temperature=0.1"), kExitOk);
  EXPECT_NEAR(Figure("ips", "value"), .7310586 * 2 / 3 + .2689414 / 3, 1e-4);
}

TEST_F(EvaluatePolicyTest, RewardsAreOfTheListTheResourceAndTheWindow) {
  const std::vector<StoredAlternative> two = {{"x", 0, .5f}, {"y", 0, .5f}};
  const ListId one = AddList("l1", two, 0);
  const ListId other = AddList("l2", two, 1);
  Add(Verb::kViewed, "l1", one, "a", absl::Hours(1));
  Add(Verb::kAnswered, "l1", one, "b", absl::Hours(24), 0);
  Add(Verb::kAnswered, "l1", one, "x", absl::Hours(24), 1);
  Add(Verb::kCompleted, "l2", "", "a", absl::Hours(1));      // Names no list.
  Add(Verb::kCompleted, "l2", one, "b", absl::Hours(1));     // Another's list.
  Add(Verb::kCompleted, "l2", other, "x", absl::Hours(1));   // Not shown.
  Add(Verb::kCompleted, "l2", other, "y", absl::Hours(25));  // Too late.
  EndWindows();
  const auto rewards = [&](RewardKind kind) {
    const auto log =
        ReadPolicyLog({kTenant, kind, absl::Hours(24)}, &database_);
    EXPECT_THAT(log, IsOk());
    EXPECT_EQ(log->lists.size(), 2u);
    EXPECT_THAT(log->lists[1].rewards, ElementsAre(0, 0, 0));
    EXPECT_EQ(log->lists[0].chosen, 0);
    EXPECT_EQ(log->lists[1].chosen, 1);
    return log->lists[0].rewards;
  };
  EXPECT_THAT(rewards(RewardKind::kOpened), ElementsAre(1, 1, 1));
  EXPECT_THAT(rewards(RewardKind::kCompleted), ElementsAre(0, 1, 1));
  EXPECT_THAT(rewards(RewardKind::kCorrect), ElementsAre(0, 0, 1));
}

TEST_F(EvaluatePolicyTest, ListsThatCannotBeUsedAreCounted) {
  const std::vector<StoredAlternative> two = {{"x", 0, .5f}, {"y", 0, .5f}};
  AddList("l1", {}, 0);                             // Every place certain.
  AddList("l1", two, 0, kStart + absl::Hours(30));  // Window not over.
  Event event;  // Of a build that recorded no alternatives.
  event.actor.id = "l2";
  event.time = kStart;
  event.verb = Verb::kRecommended;
  event.list = "old";
  event.listed = {{"a", 1, .3f}};
  Append(event);
  AddList("l3", two, 0);
  EndWindows();
  const auto log = ReadPolicyLog({.tenant = kTenant}, &database_);
  ASSERT_THAT(log, IsOk());
  EXPECT_EQ(log->num_lists, 4);
  EXPECT_EQ(log->num_drawn, 3);
  EXPECT_EQ(log->num_open, 1);
  EXPECT_EQ(log->num_unrecorded, 1);
  EXPECT_EQ(log->lists.size(), 1u);
}

TEST_F(EvaluatePolicyTest, APolicyThatDiffersElsewhereIsRefusedWithItsShare) {
  AddTwoArms();
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/lists.txt";
  const auto log = ReadPolicyLog({.tenant = kTenant}, &database_);
  ASSERT_THAT(log, IsOk());
  std::ofstream like(path);
  for (const ExploredList& list : log->lists) like << list.id << " a b x\n";
  like.close();
  ASSERT_EQ(Evaluate("lists=" + path), kExitOk) << err_.str();
  EXPECT_NEAR(Figure("ips", "value"), .6667, 1e-4);

  std::ofstream unlike(path);
  for (size_t row = 0; row < log->lists.size(); ++row) {
    unlike << log->lists[row].id << (row < 30 ? " b a x\n" : " a b x\n");
  }
  unlike.close();
  EXPECT_EQ(Evaluate("lists=" + path), kExitRefused);
  EXPECT_THAT(err_.str(),
              AllOf(HasSubstr("evaluate policy: refused"),
                    HasSubstr("30 of 300 lists (10.0 %) have no support")));
  EXPECT_THAT(out_.str(), Not(HasSubstr("estimator=")));
}

TEST_F(EvaluatePolicyTest, AListIsLikeTheLogOnlyIfAllButTheDrawnPlaceIs) {
  ExploredList list;
  list.id = "k";
  list.shown = {"a", "b", "x"};
  list.drawn = 2;
  list.alternatives = {{"x", 0, .5f}, {"y", 0, .5f}};
  TargetPolicy policy;
  policy.kind = TargetPolicy::Kind::kLists;
  const auto is_like = [&](const std::vector<ResourceId>& wanted) {
    policy.lists["k"] = wanted;
    return ChoiceOf(policy, list).is_like_log;
  };
  EXPECT_TRUE(is_like({"a", "b", "y"}));
  EXPECT_FALSE(is_like({"a", "b", "q"})) << "q was no alternative";
  EXPECT_FALSE(is_like({"b", "a", "y"}));
  EXPECT_FALSE(is_like({"a", "b"}));
  policy.lists.clear();
  EXPECT_FALSE(ChoiceOf(policy, list).is_like_log) << "says nothing of it";
}

TEST_F(EvaluatePolicyTest, ASmallSampleIsRefused) {
  EXPECT_EQ(Evaluate("logged"), kExitRefused);
  EXPECT_THAT(err_.str(), HasSubstr("0 lists with an exploration slot"));
  AddTwoArms();
  options_.estimates.min_effective_sample = 151;
  EXPECT_EQ(Evaluate("greedy"), kExitRefused);
  EXPECT_THAT(err_.str(), HasSubstr("the effective sample is 150.0 of 300"));
  EXPECT_EQ(Evaluate("logged"), kExitOk);
}

TEST_F(EvaluatePolicyTest, ALogWithoutASuccessIsRefused) {
  AddTwoArms();
  options_.log.reward = RewardKind::kCorrect;
  EXPECT_EQ(Evaluate("greedy"), kExitRefused);
  EXPECT_THAT(err_.str(),
              HasSubstr("none of 300 drawn places was correct within 24h"));
}

TEST_F(EvaluatePolicyTest, WrongTargetsAreNamed) {
  for (const char* target :
       {"best", "temperature=0", "temperature=x", "lists=/nowhere"}) {
    EXPECT_EQ(Evaluate(target), kExitError) << target;
    EXPECT_THAT(err_.str(), HasSubstr("evaluate policy:"));
  }
}

}  // namespace
}  // namespace evenlight
