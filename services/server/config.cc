#include "services/server/config.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <fstream>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "evenlight/config/v1/server_config.pb.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/pipeline/propose.h"
#include "services/server/convert_event.h"

namespace evenlight {
namespace {

using config::v1::PhaseWeights;
using config::v1::ServerConfig;

constexpr float kMaxWeight = 100;
constexpr float kMaxBudget = 1e6f;

// Keeps the first fault; text format stops there.
class FirstFault : public google::protobuf::io::ErrorCollector {
 public:
  explicit FirstFault(absl::string_view file_name) : file_name_(file_name) {}

  void AddError(int line, int column, const std::string& message) override {
    if (!text_.empty()) return;
    text_ =
        absl::StrCat(file_name_, ":", line + 1, ":", column + 1, ": ", message);
  }
  void AddWarning(int, int, const std::string&) override {}

  const std::string& text() const { return text_; }

 private:
  const absl::string_view file_name_;
  std::string text_;
};

// Takes values over; what is wrong is collected.
class ConfigReader {
 public:
  Config Read(const ServerConfig& from);
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  void ReadStrings(const ServerConfig& from);
  void ReadAddress(const char* field, const std::string& from, std::string* to);
  void ReadNumbers(const ServerConfig& from);
  void ReadBackup(const config::v1::Backup& from);
  void ReadRanking(const config::v1::RankingPolicy& from);
  void ReadPhase(const PhaseWeights& from, int index);
  void ReadExploration(const config::v1::Exploration& from);
  void ReadPause(const config::v1::Period& from, int index);
  void ReadStages(const config::v1::RankingPolicy& from);
  void ReadMinutesCap(const config::v1::MinutesCap& from);
  void ReadNewResources(const config::v1::NewResources& from);
  void ReadCappedPhases(const config::v1::MinutesCap& from);

  // `value` if it is in [low, high], `default_value` if it is 0.
  int Within(const char* field, int value, int low, int high,
             int default_value);
  void Fault(absl::string_view field, absl::string_view what) {
    faults_.push_back(absl::StrCat(field, ": ", what));
  }

  Config config_;
  std::vector<std::string> faults_;
};

int ConfigReader::Within(const char* field, int value, int low, int high,
                         int default_value) {
  if (value == 0) return default_value;
  if (value >= low && value <= high) return value;
  Fault(field, absl::StrCat(value, " is not in [", low, ", ", high, "]"));
  return default_value;
}

Config ConfigReader::Read(const ServerConfig& from) {
  ReadStrings(from);
  ReadNumbers(from);
  ReadBackup(from.backup());
  ReadRanking(from.ranking());
  return config_;
}

void ConfigReader::ReadStrings(const ServerConfig& from) {
  ReadAddress("listen_address", from.listen_address(), &config_.listen_address);
  ReadAddress("metrics_address", from.metrics_address(),
              &config_.metrics_address);
  if (!from.data_dir().empty()) config_.data_dir = from.data_dir();
  if (!from.model_dir().empty()) config_.model_dir = from.model_dir();
  config_.default_tenant = from.default_tenant();
  if (!from.default_tenant().empty() && !IsValidId(from.default_tenant())) {
    Fault("default_tenant",
          absl::StrCat("`", from.default_tenant(), "` is not ", kIdRule));
  }
}

void ConfigReader::ReadAddress(const char* field, const std::string& from,
                               std::string* to) {
  if (from.empty()) return;
  *to = from;
  const absl::Status status =
      CheckListenAddress(from, /*allow_all_networks=*/true);
  if (!status.ok()) Fault(field, status.message());
}

void ConfigReader::ReadNumbers(const ServerConfig& from) {
  config_.num_threads = Within("num_threads", from.num_threads(), 1, 256, 0);
  config_.max_queued_requests =
      Within("max_queued_requests", from.max_queued_requests(), 1, 1'000'000,
             config_.max_queued_requests);
  config_.target_wait = absl::Milliseconds(
      Within("target_wait_ms", from.target_wait_ms(), 1, 10'000, 10));
  config_.max_queued_events =
      Within("max_queued_events", from.max_queued_events(), kMaxEventsPerCall,
             10'000'000, config_.max_queued_events);
  config_.model_poll_interval = absl::Seconds(
      Within("model_poll_seconds", from.model_poll_seconds(), 1, 3'600, 5));
  config_.drain_timeout =
      absl::Seconds(Within("drain_seconds", from.drain_seconds(), 1, 300, 10));
  config_.stream_limits.silence =
      absl::Seconds(Within("stream_silence_seconds",
                           from.stream_silence_seconds(), 1, 86'400, 3'600));
  config_.stream_limits.unread = absl::Seconds(Within(
      "stream_unread_seconds", from.stream_unread_seconds(), 1, 3'600, 60));
  config_.keepalive = absl::Seconds(
      Within("keepalive_seconds", from.keepalive_seconds(), 1, 86'400, 60));
  config_.background_max_mib_per_second = Within(
      "background_max_mib_per_second", from.background_max_mib_per_second(), 1,
      100'000, config_.background_max_mib_per_second);
  config_.max_message_bytes =
      Within("max_message_bytes", from.max_message_bytes(), 64 << 10, 64 << 20,
             config_.max_message_bytes);
}

void ConfigReader::ReadBackup(const config::v1::Backup& from) {
  config_.backup_directory = from.directory();
  config_.backup_keep =
      Within("backup.keep", from.keep(), 1, 1'000, config_.backup_keep);
  config_.backup_max_mib_per_second =
      Within("backup.max_mib_per_second", from.max_mib_per_second(), 1, 100'000,
             config_.backup_max_mib_per_second);
}

void ConfigReader::ReadRanking(const config::v1::RankingPolicy& from) {
  RankingPolicy& to = config_.ranking;
  if (from.version() < 0) {
    Fault("ranking.version", absl::StrCat(from.version(), " is not positive"));
  }
  if (from.version() != 0) to.version = from.version();
  if (from.has_diversity()) {
    to.diversity = from.diversity();
    if (!(to.diversity >= 0 && to.diversity <= 1)) {
      Fault("ranking.diversity",
            absl::StrCat(to.diversity, " is not in [0, 1]"));
    }
  }
  if (from.mastered_p_known() != 0) {
    to.mastered_p_known = from.mastered_p_known();
    if (!(to.mastered_p_known >= 0.5f && to.mastered_p_known <= 1)) {
      Fault("ranking.mastered_p_known",
            absl::StrCat(to.mastered_p_known, " is not in [0.5, 1]"));
    }
  }
  for (int index = 0; index < from.phases_size(); ++index) {
    ReadPhase(from.phases(index), index);
  }
  ReadExploration(from.exploration());
  ReadStages(from);
  ReadMinutesCap(from.minutes_cap());
  ReadNewResources(from.new_resources());
}

void ConfigReader::ReadNewResources(const config::v1::NewResources& from) {
  NewResourcePolicy& to = config_.ranking.new_resources;
  to.max_age = absl::Hours(
      24 * Within("ranking.new_resources.days", from.days(), 1, 28, 28));
  if (!from.has_budget()) return;
  to.budget = from.budget();
  if (!(to.budget >= 0 && to.budget <= kMaxBudget)) {
    Fault("ranking.new_resources.budget",
          absl::StrCat(to.budget, " is not in [0, 1000000]"));
  }
}

void ConfigReader::ReadExploration(const config::v1::Exploration& from) {
  ExplorationPolicy& to = config_.ranking.exploration;
  to.share = from.share();
  if (!(to.share >= 0 && to.share <= 1)) {
    Fault("ranking.exploration.share",
          absl::StrCat(to.share, " is not in [0, 1]"));
  }
  if (from.temperature() != 0) {
    to.temperature = from.temperature();
    if (!(to.temperature >= 0.005f && to.temperature <= 10)) {
      Fault("ranking.exploration.temperature",
            absl::StrCat(to.temperature, " is not in [0.005, 10]"));
    }
  }
  to.num_alternatives =
      Within("ranking.exploration.num_alternatives", from.num_alternatives(), 1,
             49, to.num_alternatives);
  for (int index = 0; index < from.pauses_size(); ++index) {
    ReadPause(from.pauses(index), index);
  }
}

void ConfigReader::ReadPause(const config::v1::Period& from, int index) {
  const std::string path =
      absl::StrCat("ranking.exploration.pauses[", index, "]");
  TimePeriod pause;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, from.start_time(), &pause.start,
                       &error) ||
      !absl::ParseTime(absl::RFC3339_full, from.end_time(), &pause.end,
                       &error)) {
    return Fault(path, absl::StrCat("`", from.start_time(), "` or `",
                                    from.end_time(), "` is no RFC 3339 time"));
  }
  if (pause.start >= pause.end) {
    return Fault(path,
                 absl::StrCat("start_time ", from.start_time(),
                              " is not before end_time ", from.end_time()));
  }
  config_.ranking.exploration.pauses.push_back(pause);
}

// The phase that a name stands for; kUnspecified for any other.
Phase PhaseNamed(absl::string_view name) {
  if (name == "PRE_CLASS") return Phase::kPreClass;
  if (name == "IN_CLASS") return Phase::kInClass;
  if (name == "POST_CLASS") return Phase::kPostClass;
  if (name == "SELF_STUDY") return Phase::kSelfStudy;
  return Phase::kUnspecified;
}

void ConfigReader::ReadStages(const config::v1::RankingPolicy& from) {
  std::vector<std::string> optional = OptionalStages();
  for (std::string& source : OptionalSources()) {
    optional.push_back(std::move(source));
  }
  for (const std::string& stage : from.switched_off()) {
    if (!absl::c_linear_search(optional, stage)) {
      Fault("ranking.switched_off",
            absl::StrCat("`", stage, "` is none of ",
                         absl::StrJoin(optional, ", ")));
    }
    config_.ranking.switched_off.push_back(stage);
  }
  config_.ranking.stage_budget = absl::Milliseconds(Within(
      "ranking.stage_budget_ms", from.stage_budget_ms(), 1, 10'000, 200));
}

void ConfigReader::ReadMinutesCap(const config::v1::MinutesCap& from) {
  MinutesCapPolicy& to = config_.ranking.minutes_cap;
  ReadCappedPhases(from);
  for (const config::v1::GradeMinutes& grade : from.grades()) {
    const auto last = static_cast<int32_t>(to.minutes.size()) - 1;
    if (grade.grade() < 0 || grade.grade() > last ||
        !(grade.minutes() >= 0 && grade.minutes() <= 24 * 60)) {
      Fault("ranking.minutes_cap.grades",
            absl::StrCat("grade ", grade.grade(), " with ", grade.minutes(),
                         " minutes is not in [0, ", last,
                         "] with minutes in [0, 1440]"));
      continue;
    }
    to.minutes[grade.grade()] = grade.minutes();
  }
  absl::TimeZone zone;
  if (from.time_zone().empty()) return;
  to.time_zone = from.time_zone();
  if (!absl::LoadTimeZone(to.time_zone, &zone)) {
    Fault("ranking.minutes_cap.time_zone",
          absl::StrCat("`", to.time_zone,
                       "` is no time zone that this machine knows (tzdata)"));
  }
}

void ConfigReader::ReadCappedPhases(const config::v1::MinutesCap& from) {
  if (from.phases().empty()) return;
  auto& phases = config_.ranking.minutes_cap.phases;
  phases.fill(false);
  if (from.phases_size() == 1 && from.phases(0) == "NONE") return;
  for (const std::string& name : from.phases()) {
    const Phase phase = PhaseNamed(name);
    if (phase == Phase::kUnspecified) {
      Fault("ranking.minutes_cap.phases",
            absl::StrCat("`", name,
                         "` is not PRE_CLASS, IN_CLASS, POST_CLASS, "
                         "SELF_STUDY or NONE alone"));
    }
    phases[static_cast<size_t>(phase)] = true;
  }
}

void ConfigReader::ReadPhase(const PhaseWeights& from, int index) {
  const std::string path = absl::StrCat("ranking.phases[", index, "]");
  const Phase phase = PhaseNamed(from.phase());
  if (phase == Phase::kUnspecified) {
    Fault(path + ".phase",
          absl::StrCat("`", from.phase(),
                       "` is not PRE_CLASS, IN_CLASS, POST_CLASS or "
                       "SELF_STUDY"));
  }
  const ScoreParts weights = {from.ready(),  from.band(),     from.gain(),
                              from.due(),    from.interest(), from.quality(),
                              from.novelty()};
  for (int part = 0; part < kNumScoreParts; ++part) {
    const float weight = weights[part];
    if (weight >= 0 && weight <= kMaxWeight) continue;
    Fault(absl::StrCat(path, ".", kScorePartNames[part]),
          absl::StrCat(weight, " is not in [0, ", kMaxWeight, "]"));
  }
  const auto set = [&](Phase row) {
    config_.ranking.weights[static_cast<size_t>(row)] = weights;
    config_.ranking.is_set_by_operator[static_cast<size_t>(row)] = true;
  };
  set(phase);
  if (phase == Phase::kSelfStudy) set(Phase::kUnspecified);
}

bool IsLoopback(absl::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  return absl::StartsWith(host, "127.") &&
         host.find_first_not_of("0123456789.") == absl::string_view::npos;
}

}  // namespace

absl::StatusOr<Config> ParseConfig(absl::string_view text,
                                   absl::string_view file_name) {
  ServerConfig parsed;
  FirstFault fault(file_name);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&fault);
  if (!parser.ParseFromString(std::string(text), &parsed)) {
    return absl::InvalidArgumentError(fault.text());
  }
  ConfigReader reader;
  Config config = reader.Read(parsed);
  if (reader.faults().empty()) return config;
  return absl::InvalidArgumentError(absl::StrCat(
      file_name, ": ", reader.faults().size(),
      reader.faults().size() == 1 ? " wrong value:\n  " : " wrong values:\n  ",
      absl::StrJoin(reader.faults(), "\n  ")));
}

absl::StatusOr<Config> ReadConfigFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  // read() turns what a stream buffer throws, as that of a directory does, into
  // a bad state.
  char piece[4'096];
  while (file.read(piece, sizeof(piece)) || file.gcount() > 0) {
    text.append(piece, static_cast<size_t>(file.gcount()));
  }
  if (!file.eof() || file.bad()) {
    return absl::NotFoundError(
        absl::StrCat("cannot read the file ", path, " that --config names"));
  }
  return ParseConfig(text, path);
}

absl::Status CheckListenAddress(absl::string_view address,
                                bool allow_all_networks) {
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 ||
      port > 65'535) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`", address, "` is not host:port with a port in [0, 65535]"));
  }
  absl::string_view host = address.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  if (allow_all_networks || IsLoopback(host)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "`", address,
      "` is not loopback and evenlightd speaks plaintext: whoever is on that "
      "network could read and change everything; listen on 127.0.0.1, or give "
      "--insecure_plaintext_on_all_networks"));
}

}  // namespace evenlight
