#include "recommender/state/state_io.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "recommender/state/features.h"
#include "recommender/state/fold.h"
#include "tests/support/random_track.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace evenlight {
namespace {

LearnerState RandomState(int seed, int num_events, int num_resources = 60,
                         const TracingModel& model = RandomCorrectedModel(1)) {
  LearnerState state;
  state.model_version = 12;
  Fold(model, RandomTrack(seed, num_events, num_resources), state);
  return state;
}

// Field by field, so that a column left out of the bytes is seen.
void ExpectSame(const LearnerState& a, const LearnerState& b) {
  EXPECT_EQ(a.model_version, b.model_version);
  EXPECT_EQ(a.last, b.last);
  EXPECT_EQ(a.num_events, b.num_events);
  EXPECT_EQ(a.num_correct, b.num_correct);
  EXPECT_EQ(a.num_incorrect, b.num_incorrect);
  EXPECT_EQ(a.run, b.run);
  EXPECT_EQ(a.averages, b.averages);
  EXPECT_EQ(a.residual_averages, b.residual_averages);
  EXPECT_EQ(a.recent, b.recent);
  EXPECT_EQ(a.last_question, b.last_question);
  EXPECT_EQ(a.last_kcs, b.last_kcs);
  EXPECT_EQ(a.same_question_run, b.same_question_run);
  EXPECT_EQ(a.last_answer_time, b.last_answer_time);
  EXPECT_EQ(a.older_resources, b.older_resources);
  EXPECT_EQ(a.correction, b.correction);
  EXPECT_EQ(a.hidden, b.hidden);
  EXPECT_EQ(a.kc_hidden, b.kc_hidden);
  const auto kc_fields = [](const KcState& k) {
    return std::tie(k.kc, k.num_correct, k.num_incorrect, k.run, k.last_answer,
                    k.recent, k.averages, k.residual_average, k.p_known,
                    k.correction, k.last_time);
  };
  ASSERT_EQ(a.kcs.size(), b.kcs.size());
  for (size_t kc = 0; kc < a.kcs.size(); ++kc) {
    EXPECT_EQ(kc_fields(a.kcs[kc]), kc_fields(b.kcs[kc])) << "kc " << kc;
  }
  const auto resource_fields = [](const ResourceState& r) {
    return std::tie(r.resource, r.num_correct, r.num_incorrect, r.last_answer,
                    r.last_outcome, r.is_viewed, r.is_completed,
                    r.is_bookmarked, r.is_dismissed, r.dismiss_reason, r.stars,
                    r.last_time, r.last_event);
  };
  ASSERT_EQ(a.resources.size(), b.resources.size());
  for (size_t row = 0; row < a.resources.size(); ++row) {
    EXPECT_EQ(resource_fields(a.resources[row]),
              resource_fields(b.resources[row]))
        << "resource " << row;
  }
}

TEST(StateIoTest, RoundTripIsExact) {
  for (const TracingModel& model :
       {RandomTracingModel(1), RandomCorrectedModel(1),
        RandomCorrectedModel(1, /*has_kc_gru=*/false)}) {
    for (const int num_events : {0, 1, 2, 10, 100, 1500}) {
      const LearnerState state =
          RandomState(num_events, num_events, 900, model);
      const auto decoded = DecodeState(EncodeState(state));
      ASSERT_THAT(decoded, IsOk());
      ExpectSame(*decoded, state);
      EXPECT_EQ(EncodeState(*decoded), EncodeState(state));
    }
  }
}

TEST(StateIoTest, RecurrentStatesOfZeroKeepTheirSize) {
  LearnerState state = RandomState(1, 20);
  std::fill(state.hidden.begin(), state.hidden.end(), 0.0f);
  std::fill(state.kc_hidden.begin(), state.kc_hidden.end(), 0.0f);
  const auto decoded = DecodeState(EncodeState(state));
  ASSERT_THAT(decoded, IsOk());
  ExpectSame(*decoded, state);
}

// What the release before format 2 wrote for two answers to one question, right
// on kc 100, then wrong on kcs 100 and 200.
constexpr char kStateOfFormat1[] =
    "0801100c18808ec7ddc1c482032202653128023001380140014a0c323373be4d8d"
    "97bd4a0c82bc52084d8d97bd4a0c82bc58076107000000000000006a1064000000"
    "00000000c800000000000000700278018201580a106400000000000000c8000000"
    "00000000120201001a020101220201012a020202320207013a18323373be4d8d97"
    "bd4a0c82bc6666a6beb71e05beba1e05bd42084d8d97bdb71e05be4a085a8fab3e"
    "f8d0443e520201018a01190a0807000000000000001201011a01012201022a0101"
    "320101";

TEST(StateIoTest, ReadsWhatTheLastReleaseWrote) {
  const auto state = DecodeState(absl::HexStringToBytes(kStateOfFormat1));
  ASSERT_THAT(state, IsOk());
  LearnerState expected;
  expected.model_version = 12;
  for (int n = 0; n < 2; ++n) {
    Interaction answer;
    answer.position = {absl::FromUnixSeconds(1700000000 + 60 * n),
                       absl::StrCat("e", n)};
    answer.verb = Verb::kAnswered;
    answer.question = answer.resource = ResourceKey{7};
    answer.kcs = {KcKey{100}};
    if (n == 1) answer.kcs.push_back(KcKey{200});
    answer.is_correct = n == 0;
    Fold(TracingModel(), answer, expected);
  }
  ExpectSame(*state, expected);
}

TEST(StateIoTest, RefusesANewerFormatAndSaysWhatItReads) {
  // The first byte is the tag of format_version, the second its value.
  std::string bytes = EncodeState(RandomState(1, 20));
  ASSERT_EQ(bytes.substr(0, 2), std::string("\x08\x02"));
  for (const char version : {'\0', '\x03', '\x7f'}) {
    bytes[1] = version;
    const auto state = DecodeState(bytes);
    EXPECT_THAT(state, HasCode(absl::StatusCode::kDataLoss));
    EXPECT_EQ(
        state.status().message(),
        absl::StrCat("learner state field format_version is ",
                     static_cast<int>(version), "; this build reads 1 to 2"));
  }
}
TEST(StateIoTest, EmptyStateIsAFewBytes) {
  EXPECT_LT(EncodeState(LearnerState{}).size(), 12u);
}

struct BrokenState {
  std::string name;
  std::function<void(LearnerState&)> breaks;
};

class DecodeStateRejects : public testing::TestWithParam<BrokenState> {};

TEST_P(DecodeStateRejects, WithDataLoss) {
  LearnerState state = RandomState(1, 200);
  ASSERT_THAT(DecodeState(EncodeState(state)), IsOk());
  GetParam().breaks(state);
  EXPECT_THAT(DecodeState(EncodeState(state)),
              HasCode(absl::StatusCode::kDataLoss));
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr int32_t kMaxCount = std::numeric_limits<int32_t>::max();

INSTANTIATE_TEST_SUITE_P(
    Table, DecodeStateRejects,
    testing::ValuesIn(std::vector<BrokenState>{
        {"NanAverage", [](auto& s) { s.averages[1] = kNan; }},
        {"NanResidual", [](auto& s) { s.residual_averages[1] = kNan; }},
        {"NegativeCount", [](auto& s) { s.num_correct = -1; }},
        {"CountsThatOverflow",
         [](auto& s) { s.num_correct = s.num_incorrect = kMaxCount; }},
        {"RunLongerThanAnswers", [](auto& s) { s.run = s.num_correct + 1; }},
        {"RepeatsMoreThanAnswers",
         [](auto& s) { s.same_question_run = s.num_answers() + 1; }},
        {"NegativeEvents", [](auto& s) { s.num_events = -1; }},
        {"KcsUnsorted", [](auto& s) { std::swap(s.kcs[0], s.kcs[1]); }},
        {"KcTwice", [](auto& s) { s.kcs[0] = s.kcs[1]; }},
        {"KcNanAverage", [](auto& s) { s.kcs[0].averages[2] = kNan; }},
        {"KcNanResidual", [](auto& s) { s.kcs[0].residual_average = kNan; }},
        {"KcNanKnown", [](auto& s) { s.kcs[0].p_known = kNan; }},
        {"KcKnownAboveOne", [](auto& s) { s.kcs[0].p_known = 1.5f; }},
        {"KcLastAnswerAhead",
         [](auto& s) { s.kcs[0].last_answer = s.num_answers(); }},
        {"CorrectionAboveOne", [](auto& s) { s.correction = 1.1f; }},
        {"NanCorrection", [](auto& s) { s.correction = kNan; }},
        {"NanHidden", [](auto& s) { s.hidden[1] = kNan; }},
        {"KcCorrectionBelowMinusOne",
         [](auto& s) { s.kcs[0].correction = -1.1f; }},
        {"KcNanHidden", [](auto& s) { s.kc_hidden[1] = kNan; }},
        {"KcHiddenOfOneKcTooFew",
         [](auto& s) { s.kc_hidden.resize(s.kc_hidden.size() - 5); }},
        {"KcHiddenOfNoUnits", [](auto& s) { s.hidden.clear(); }},
        {"KcNegativeCount", [](auto& s) { s.kcs[0].num_incorrect = -1; }},
        {"ResourcesUnsorted",
         [](auto& s) { std::swap(s.resources[0], s.resources[1]); }},
        {"ResourceLastAnswerAhead",
         [](auto& s) { s.resources[0].last_answer = s.num_answers(); }},
        {"ResourceEventAhead",
         [](auto& s) { s.resources[0].last_event = s.num_events + 1; }},
        {"ResourceStars", [](auto& s) { s.resources[0].stars = 7; }},
        {"ResourceReason",
         [](auto& s) {
           s.resources[0].dismiss_reason = static_cast<DismissReason>(7);
         }},
        {"TooManyResources",
         [](auto& s) {
           s.resources.assign(kMaxResourceStates + 1, ResourceState{});
           uint64_t key = 0;
           for (auto& r : s.resources) r.resource = ResourceKey{++key};
         }},
        {"OlderUnsorted",
         [](auto& s) {
           s.older_resources = {2, 1};
         }},
        {"OlderTwice",
         [](auto& s) {
           s.older_resources = {1, 1};
         }},
    }),
    [](const auto& test) { return test.param.name; });

// Any answer will do but a crash; what is accepted must be usable.
void DecodeAndUse(const std::string& bytes) {
  static const TracingModel* const model =
      new TracingModel(RandomCorrectedModel(1));
  auto state = DecodeState(bytes);
  if (!state.ok()) {
    EXPECT_THAT(state, HasCode(absl::StatusCode::kDataLoss));
    return;
  }
  const Interaction event = RandomTrack(2, 1, 60)[0];
  const LrhInput input =
      Features(*model, *state, event.question, event.kcs, event.position.time);
  for (const float value : input.shared) ASSERT_TRUE(std::isfinite(value));
  EXPECT_THAT(DecodeState(EncodeState(*state)), IsOk());
  // Recurrent states of another size than the model's are started anew.
  Fold(*model, event, *state);
  EXPECT_TRUE(state->hidden.empty() || state->hidden.size() == 5u);
}

TEST(StateIoTest, NeverCrashesOnCutBytes) {
  const std::string bytes = EncodeState(RandomState(1, 100));
  for (size_t size = 0; size < bytes.size(); ++size) {
    DecodeAndUse(bytes.substr(0, size));
  }
}

TEST(StateIoTest, NeverCrashesOnMutatedBytes) {
  const std::string bytes = EncodeState(RandomState(1, 100));
  std::mt19937 random(1);
  for (int trial = 0; trial < 20000; ++trial) {
    std::string mutated = bytes;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      mutated[random() % mutated.size()] = static_cast<char>(random());
    }
    DecodeAndUse(mutated);
  }
}

TEST(StateIoTest, NeverCrashesOnRandomBytes) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 5000; ++trial) {
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    DecodeAndUse(bytes);
  }
}

// 24 answers, the median of assist2009: as many questions, four kcs, minutes
// apart.
TEST(StateIoTest, AnOrdinaryLearnerIsWellBelowAKilobyte) {
  LearnerState state;
  absl::Time time = absl::FromUnixSeconds(1700000000);
  for (int n = 0; n < 24; ++n) {
    Interaction answer;
    time += absl::Seconds(90);
    answer.position = {time, absl::StrCat("event-0123456789abcdef-", n)};
    answer.verb = Verb::kAnswered;
    answer.question = answer.resource = ResourceKeyOf(absl::StrCat("q", n));
    answer.kcs = {KcKeyOf(absl::StrCat("k", n / 6))};
    answer.is_correct = n % 3 > 0;
    Fold(TracingModel(), answer, state);
  }
  EXPECT_LT(EncodeState(state).size(), 800u);
}

TEST(StateIoTest, MedianOfRealLearnersIsBelowAKilobyte) {
  const std::string path = TestDataPath("tracing/assist2009/answers.csv");
  EVENLIGHT_NEEDS_DATA(path);
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  ASSERT_EQ(absl::StripAsciiWhitespace(line),
            "user,t,question,skill,correct,test_fold");

  // Rows are in the order of learners and, of each, of time.
  const TracingModel model;
  std::map<std::string, LearnerState> states;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    LearnerState& state = states[fields[0]];
    Interaction answer;
    answer.position = {absl::FromUnixSeconds(60 * (state.num_events + 1)),
                       absl::StrCat("csv-0123456789abcdef-", state.num_events)};
    answer.time_is_order = true;
    answer.verb = Verb::kAnswered;
    answer.question = answer.resource = ResourceKeyOf(fields[2]);
    for (const auto& kc : absl::StrSplit(fields[3], ';')) {
      answer.kcs.push_back(KcKeyOf(std::string(kc)));
    }
    answer.is_correct = fields[4] == "1";
    Fold(model, answer, state);
  }
  std::vector<size_t> sizes;
  for (const auto& [learner, state] : states) {
    sizes.push_back(EncodeState(state).size());
  }
  ASSERT_GT(sizes.size(), 3000u);
  std::sort(sizes.begin(), sizes.end());
  RecordProperty("median_bytes", static_cast<int>(sizes[sizes.size() / 2]));
  std::cout << "state bytes: median=" << sizes[sizes.size() / 2]
            << " p90=" << sizes[sizes.size() * 9 / 10]
            << " max=" << sizes.back() << "\n";
  EXPECT_LE(sizes[sizes.size() / 2], 1024u);
}

}  // namespace
}  // namespace evenlight
