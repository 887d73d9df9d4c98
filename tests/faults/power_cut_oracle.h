// What the lives of one database sent and were promised: a file outside the
// disk that loses power, and the events that its lines stand for.

#ifndef EVENLIGHT_TESTS_FAULTS_POWER_CUT_ORACLE_H_
#define EVENLIGHT_TESTS_FAULTS_POWER_CUT_ORACLE_H_

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/ids.h"

namespace evenlight {

inline constexpr int kNumCutLearners = 6;
LearnerId CutLearner(int learner);

// A batch is made anew from its name alone.
struct BatchName {
  uint32_t seed = 0;  // Of the database's lives.
  int life = 0;       // From 1.
  int producer = 0;
  int number = 0;  // Of the producer in this life.

  friend auto operator<=>(const BatchName&, const BatchName&) = default;
};

struct Batch {
  std::vector<Event> events;
  bool all_or_nothing = false;
  // A key that is written with the events (Committer::SubmitWith); empty: none.
  std::string attached_key;
};

// The same for the same name. Ids are used once; one event in four is late.
Batch MakeBatch(const BatchName& name);

// Sent batches, and the sequences of those that were acknowledged.
using Promises = std::map<BatchName, std::vector<int64_t>>;

// Thread-safe: one write() a line.
class OracleFile {
 public:
  // Appends to `path`.
  explicit OracleFile(const std::string& path);
  ~OracleFile();
  OracleFile(const OracleFile&) = delete;
  OracleFile& operator=(const OracleFile&) = delete;

  void Sent(const BatchName& name) const;
  void Acknowledged(const BatchName& name,
                    const std::vector<int64_t>& sequences) const;

 private:
  void Append(const std::string& line) const;

  const int descriptor_;
};

// What earlier lives wrote to `path`. Sent only: no sequences.
Promises ReadPromises(const std::string& path);

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_FAULTS_POWER_CUT_ORACLE_H_
