#include "services/server/config.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(ConfigTest, EmptyTextIsTheDefaults) {
  const auto config = ParseConfig("", "c.txtpb");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->listen_address, "127.0.0.1:50051");
  EXPECT_EQ(config->max_queued_events, 100'000);
  EXPECT_EQ(config->backup_directory, "");
  EXPECT_EQ(config->backup_keep, 7);
  EXPECT_EQ(config->metrics_address, "");
  EXPECT_EQ(config->model_poll_interval, absl::Seconds(5));
  EXPECT_EQ(config->stream_limits.silence, absl::Hours(1));
  EXPECT_EQ(config->stream_limits.unread, absl::Minutes(1));
  EXPECT_EQ(config->keepalive, absl::Minutes(1));
  EXPECT_EQ(config->background_max_mib_per_second, 64);
  EXPECT_EQ(config->ranking.weights, RankingPolicy::DefaultWeights());
  EXPECT_EQ(config->ranking.exploration.share, 0);
}

TEST(ConfigTest, TakesEveryField) {
  const auto config =
      ParseConfig(R"pb(
                    listen_address: "[::1]:0"
                    metrics_address: "127.0.0.1:9464"
                    data_dir: "d"
                    model_dir: "m"
                    default_tenant: "t"
                    num_threads: 3
                    max_queued_requests: 4
                    target_wait_ms: 12
                    max_queued_events: 1000
                    model_poll_seconds: 6
                    drain_seconds: 7
                    max_message_bytes: 65536
                    stream_silence_seconds: 8
                    stream_unread_seconds: 9
                    keepalive_seconds: 10
                    background_max_mib_per_second: 11
                    backup { directory: "b" keep: 3 max_mib_per_second: 9 }
                    ranking {
                      version: 9
                      diversity: 0
                      mastered_p_known: 0.95
                      phases { phase: "IN_CLASS" ready: 1 novelty: 2 }
                      exploration {
                        share: 0.5
                        temperature: 0.1
                        num_alternatives: 4
                        pauses {
                          start_time: "2026-06-01T00:00:00+08:00"
                          end_time: "2026-06-10T00:00:00+08:00"
                        }
                      }
                    })pb",
                  "c.txtpb");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->listen_address, "[::1]:0");
  EXPECT_EQ(config->metrics_address, "127.0.0.1:9464");
  EXPECT_EQ(config->default_tenant, "t");
  EXPECT_EQ(config->num_threads, 3);
  EXPECT_EQ(config->target_wait, absl::Milliseconds(12));
  EXPECT_EQ(config->backup_directory, "b");
  EXPECT_EQ(config->backup_keep, 3);
  EXPECT_EQ(config->backup_max_mib_per_second, 9);
  EXPECT_EQ(config->drain_timeout, absl::Seconds(7));
  EXPECT_EQ(config->max_message_bytes, 65'536);
  EXPECT_EQ(config->stream_limits.silence, absl::Seconds(8));
  EXPECT_EQ(config->stream_limits.unread, absl::Seconds(9));
  EXPECT_EQ(config->keepalive, absl::Seconds(10));
  EXPECT_EQ(config->background_max_mib_per_second, 11);
  EXPECT_EQ(config->ranking.version, 9);
  EXPECT_EQ(config->ranking.diversity, 0);
  EXPECT_EQ(config->ranking.mastered_p_known, 0.95f);
  EXPECT_EQ(config->ranking.weights[static_cast<size_t>(Phase::kInClass)],
            (ScoreParts{1, 0, 0, 0, 0, 0, 2}));
  EXPECT_EQ(config->ranking.is_set_by_operator,
            (std::array<bool, 5>{false, false, true, false, false}));
  const ExplorationPolicy& exploration = config->ranking.exploration;
  EXPECT_EQ(exploration.share, 0.5f);
  EXPECT_EQ(exploration.temperature, 0.1f);
  EXPECT_EQ(exploration.num_alternatives, 4);
  ASSERT_EQ(exploration.pauses.size(), 1u);
  EXPECT_EQ(exploration.pauses[0].end - exploration.pauses[0].start,
            absl::Hours(24 * 9));
}

TEST(ConfigTest, SyntaxFaultHasLineAndColumn) {
  const auto fault = [](absl::string_view text) {
    return std::string(ParseConfig(text, "c.txtpb").status().message());
  };
  EXPECT_THAT(fault("num_threads: 2\nnum_thread: 3\n"),
              StartsWith("c.txtpb:2:11: "));
  EXPECT_THAT(fault("num_threads: 2\n\n  drain_seconds: \"x\""),
              StartsWith("c.txtpb:3:18: "));
  EXPECT_THAT(fault("num_threads:"), StartsWith("c.txtpb:1:13: "));
}

TEST(ConfigTest, ReportsAllFaultsOfValueAtOnce) {
  const auto config =
      ParseConfig(R"pb(
                    listen_address: "nowhere"
                    default_tenant: "a b"
                    num_threads: 257
                    max_queued_requests: -1
                    target_wait_ms: 10001
                    max_queued_events: 10000001
                    model_poll_seconds: 3601
                    drain_seconds: -3
                    max_message_bytes: 5
                    stream_silence_seconds: 86401
                    stream_unread_seconds: -1
                    keepalive_seconds: -2
                    background_max_mib_per_second: 100001
                    ranking {
                      version: -1
                      diversity: 1.5
                      mastered_p_known: 0.2
                      phases { phase: "LUNCH" due: -1 gain: 101 }
                      exploration {
                        share: 1.5
                        temperature: 0.001
                        num_alternatives: 50
                        pauses { start_time: "June" }
                        pauses {
                          start_time: "2026-06-02T00:00:00Z"
                          end_time: "2026-06-01T00:00:00Z"
                        }
                      }
                    })pb",
                  "c.txtpb");
  EXPECT_THAT(config, HasCode(absl::StatusCode::kInvalidArgument));
  const std::string message(config.status().message());
  EXPECT_THAT(message, StartsWith("c.txtpb: 24 wrong values:"));
  for (const char* fault : {"listen_address: `nowhere` is not host:port",
                            "default_tenant: `a b` is not",
                            "num_threads: 257 is not in [1, 256]",
                            "max_queued_requests: -1",
                            "target_wait_ms: 10001",
                            "max_queued_events: 10000001",
                            "model_poll_seconds: 3601",
                            "drain_seconds: -3",
                            "max_message_bytes: 5",
                            "stream_silence_seconds: 86401 is not in",
                            "stream_unread_seconds: -1 is not in [1, 3600]",
                            "keepalive_seconds: -2 is not in [1, 86400]",
                            "background_max_mib_per_second: 100001 is not in",
                            "ranking.version: -1",
                            "ranking.diversity: 1.5",
                            "ranking.mastered_p_known: 0.2",
                            "ranking.phases[0].phase: `LUNCH`",
                            "ranking.phases[0].due: -1",
                            "ranking.phases[0].gain: 101",
                            "ranking.exploration.share: 1.5",
                            "ranking.exploration.temperature: 0.001",
                            "ranking.exploration.num_alternatives: 50",
                            "ranking.exploration.pauses[0]: `June`",
                            "ranking.exploration.pauses[1]: start_time"}) {
    EXPECT_THAT(message, HasSubstr(fault));
  }
}

TEST(ConfigTest, OneFaultIsOneValue) {
  // A whole call must find room.
  EXPECT_EQ(ParseConfig("max_queued_events: 999", "c").status().message(),
            "c: 1 wrong value:\n"
            "  max_queued_events: 999 is not in [1000, 10000000]");
}

TEST(ConfigTest, ReadsAFileAndNamesWhatIsNone) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/c.txtpb";
  std::ofstream(path) << "num_threads: 7\n#" << std::string(10'000, '-');
  const auto config = ReadConfigFile(path);
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->num_threads, 7);
  std::ofstream(path) << "";
  EXPECT_THAT(ReadConfigFile(path), IsOk());
  for (const std::string& bad : {directory.path(), path + "x"}) {
    const absl::Status status = ReadConfigFile(bad).status();
    EXPECT_THAT(status, HasCode(absl::StatusCode::kNotFound));
    EXPECT_THAT(std::string(status.message()), HasSubstr(bad));
  }
}

TEST(ConfigTest, OnlyLoopbackIsPlaintextUnlessForced) {
  for (const char* loopback :
       {"127.0.0.1:0", "127.8.8.8:50051", "localhost:50051", "[::1]:50051"}) {
    EXPECT_THAT(CheckListenAddress(loopback, false), IsOk()) << loopback;
  }
  for (const char* open : {"0.0.0.0:50051", "[::]:50051", "10.0.0.1:1",
                           "127.example.org:1", "example.org:50051"}) {
    EXPECT_THAT(CheckListenAddress(open, false),
                HasCode(absl::StatusCode::kFailedPrecondition))
        << open;
    EXPECT_THAT(CheckListenAddress(open, true), IsOk()) << open;
  }
  for (const char* bad : {"", ":1", "localhost", "localhost:", "localhost:x",
                          "localhost:65536", "localhost:-1"}) {
    EXPECT_THAT(CheckListenAddress(bad, true),
                HasCode(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

TEST(ConfigTest, StagesAndMinutesOfADay) {
  const auto config = ParseConfig(R"(
    ranking {
      switched_off: "diversity" switched_off: "source:zone"
      stage_budget_ms: 50
      minutes_cap {
        phases: "POST_CLASS" phases: "SELF_STUDY"
        grades { grade: 3 minutes: 30 }
        time_zone: "Asia/Shanghai"
      }
    })",
                                  "file");
  ASSERT_TRUE(config.ok()) << config.status();
  const RankingPolicy& ranking = config->ranking;
  EXPECT_EQ(ranking.switched_off,
            std::vector<std::string>({"diversity", "source:zone"}));
  EXPECT_EQ(ranking.stage_budget, absl::Milliseconds(50));
  EXPECT_FALSE(ranking.minutes_cap.Covers(Phase::kPreClass));
  EXPECT_TRUE(ranking.minutes_cap.Covers(Phase::kSelfStudy));
  EXPECT_EQ(LeftToday(ranking.minutes_cap, 3, 10).all, 20);
  EXPECT_EQ(ranking.minutes_cap.time_zone, "Asia/Shanghai");

  const auto none =
      ParseConfig("ranking { minutes_cap { phases: 'NONE' } }", "file");
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->ranking.minutes_cap.Covers(Phase::kPostClass));
}

TEST(ConfigTest, NewResources) {
  const auto read = [](const std::string& text) {
    return ParseConfig("ranking { new_resources {" + text + "} }", "file");
  };
  ASSERT_THAT(read("days: 7 budget: 0"), IsOk());
  EXPECT_EQ(read("days: 7")->ranking.new_resources.max_age,
            absl::Hours(24 * 7));
  EXPECT_EQ(read("days: 7")->ranking.new_resources.budget, 100);
  EXPECT_EQ(read("budget: 0")->ranking.new_resources.budget, 0);
  EXPECT_EQ(read("")->ranking.new_resources.max_age, absl::Hours(24 * 28));
  const absl::Status status = read("days: 29 budget: -1").status();
  for (const char* word : {"new_resources.days: 29 is not in [1, 28]",
                           "new_resources.budget: -1 is not in"}) {
    EXPECT_THAT(status.message(), testing::HasSubstr(word));
  }
}

TEST(ConfigTest, WrongStagesAndMinutesAreNamed) {
  const absl::Status status = ParseConfig(R"(
    ranking {
      switched_off: "eligibility" stage_budget_ms: -1
      minutes_cap {
        phases: "LUNCH" grades { grade: 13 minutes: 5 } time_zone: "Mars/Base"
      }
    })",
                                          "file")
                                  .status();
  for (const char* word :
       {"`eligibility` is none of interest, diversity, exploration, "
        "source:new_learner, source:next_step",
        "ranking.stage_budget_ms: -1", "`LUNCH` is not", "grade 13 with 5",
        "`Mars/Base` is no time zone"}) {
    EXPECT_THAT(status.message(), testing::HasSubstr(word));
  }
}

}  // namespace
}  // namespace evenlight
