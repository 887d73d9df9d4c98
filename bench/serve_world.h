// The world of the benches of the whole service: a catalog, a class, a track of
// answers, and what its learners ask for.

#ifndef EVENLIGHT_BENCH_SERVE_WORLD_H_
#define EVENLIGHT_BENCH_SERVE_WORLD_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "evenlight/v1/track_service.pb.h"
#include "tests/support/client.h"

namespace evenlight {

inline constexpr char kTenant[] = "county";
inline constexpr int kNumResources = 50'000;
inline constexpr int kNumSubjects = 5;
// Subject and grade name about 5,000 resources.
inline constexpr int kNumGrades = 2;
inline constexpr int kNumKcs = 500;
inline constexpr int kNumLearners = 2'000;
inline constexpr int kEventsPerLearner = 30;
inline constexpr int kClassSize = 50;

struct WorldSize {
  int num_resources = kNumResources;
  int num_learners = kNumLearners;
  int events_per_learner = kEventsPerLearner;
};

// Puts catalog, class and track into an empty server.
void PutWorld(const TestClient& client, const WorldSize& size = {});

// The n-th answer of a learner.
v1::Event AnswerOf(int64_t learner, int64_t n, const std::string& id,
                   const WorldSize& size = {});

// Twenty resources for the learner 37 n; filtered: of one subject and grade, by
// `n`.
v1::RecommendResourcesRequest ListRequest(int64_t n, bool is_filtered,
                                          const WorldSize& size = {});

// The class's list, filtered likewise.
v1::RecommendForClassRequest ClassRequest(int64_t n);

// Makes a call, and again while the server says that it is busy. Ends the
// program on any other error.
void UntilTaken(absl::FunctionRef<grpc::Status()> call);

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_SERVE_WORLD_H_
