#include "tests/faults/power_cut_oracle.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/recommender/ingest/ingest_world.h"

namespace evenlight {
namespace {

constexpr int kMaxBatchEvents = 12;

std::string Words(const BatchName& name) {
  return absl::StrCat(name.seed, " ", name.life, " ", name.producer, " ",
                      name.number);
}

}  // namespace

LearnerId CutLearner(int learner) { return absl::StrCat("learner-", learner); }

Batch MakeBatch(const BatchName& name) {
  std::seed_seq seeds{name.seed, static_cast<uint32_t>(name.life),
                      static_cast<uint32_t>(name.producer),
                      static_cast<uint32_t>(name.number)};
  std::mt19937 random(seeds);
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  const std::string id =
      absl::StrJoin({name.life, name.producer, name.number}, "-");
  Batch batch;
  for (int event = 1 + below(kMaxBatchEvents); event > 0; --event) {
    const int minute = name.life * 100'000 + name.number * 10 + event -
                       (below(4) == 0 ? below(500'000) : 0);
    batch.events.push_back(Answer(absl::StrCat("event-", id, "-", event),
                                  CutLearner(below(kNumCutLearners)), minute));
    batch.events.back().resource =
        absl::StrCat("question-", std::string(below(200), 'q'));
  }
  batch.all_or_nothing = below(2) == 0;
  if (batch.all_or_nothing && below(2) == 0) {
    batch.attached_key = absl::StrCat("attached-", id);
  }
  return batch;
}

OracleFile::OracleFile(const std::string& path)
    : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                       0600)) {}

OracleFile::~OracleFile() { close(descriptor_); }

void OracleFile::Sent(const BatchName& name) const {
  Append(absl::StrCat("sent ", Words(name), "\n"));
}

void OracleFile::Acknowledged(const BatchName& name,
                              const std::vector<int64_t>& sequences) const {
  Append(absl::StrCat("acknowledged ", Words(name), " ",
                      absl::StrJoin(sequences, " "), "\n"));
}

void OracleFile::Append(const std::string& line) const {
  if (write(descriptor_, line.data(), line.size()) !=
      static_cast<ssize_t>(line.size())) {
    std::abort();
  }
}

Promises ReadPromises(const std::string& path) {
  Promises promises;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind;
    BatchName name;
    words >> kind >> name.seed >> name.life >> name.producer >> name.number;
    std::vector<int64_t>& sequences = promises[name];
    if (kind != "acknowledged") continue;
    sequences.clear();
    for (int64_t sequence = 0; words >> sequence;) {
      sequences.push_back(sequence);
    }
  }
  return promises;
}

}  // namespace evenlight
