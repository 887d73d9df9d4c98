// The load of one client thread on a server that will be killed, and the record
// of what it was promised.

#ifndef EVENLIGHT_TESTS_FAULTS_KILL_LOAD_H_
#define EVENLIGHT_TESTS_FAULTS_KILL_LOAD_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/faults/small_district.h"

namespace evenlight {

// One thread at a time. Lives longer than the servers it talks to.
class KillLoad {
 public:
  KillLoad(std::string name, uint32_t seed, std::vector<std::string> learners,
           std::vector<std::string> questions);

  // Sends batches, repeats and requests for lists until the server is gone. The
  // first may be the batch whose answer the last server did not give.
  void Run(const TestClient& client);

  // Sends what was acknowledged since the last call again: a server that still
  // has it answers that it is a duplicate, with the same sequence. Fails the
  // test otherwise.
  void Confirm(const TestClient& client);

  // All batches, each once.
  const std::vector<v1::RecordEventsRequest>& requests() const {
    return requests_;
  }
  // Event ids and their sequences.
  const std::map<std::string, int64_t>& acknowledged() const {
    return acknowledged_;
  }
  int num_lists() const { return num_lists_; }

 private:
  int Below(size_t n);
  v1::RecordEventsRequest NewRequest();
  grpc::Status SendOne(const TestClient& client);
  // The row of requests_.
  grpc::Status Send(const TestClient& client, size_t row);
  void Remember(const v1::Event& event, const v1::EventResult& result);

  const std::string name_;
  const std::vector<std::string> learners_;
  const std::vector<std::string> questions_;
  std::mt19937 random_;
  std::vector<v1::RecordEventsRequest> requests_;
  std::map<std::string, int64_t> acknowledged_;
  std::vector<size_t> unconfirmed_;  // Rows of requests_.
  int64_t num_events_ = 0;
  int num_lists_ = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_FAULTS_KILL_LOAD_H_
