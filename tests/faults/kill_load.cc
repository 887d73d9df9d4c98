#include "tests/faults/kill_load.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

constexpr char kUnknownQuestion[] = "resources/not-in-the-catalog";
constexpr int kMaxBatchEvents = 8;

}  // namespace

KillLoad::KillLoad(std::string name, uint32_t seed,
                   std::vector<std::string> learners,
                   std::vector<std::string> questions)
    : name_(std::move(name)),
      learners_(std::move(learners)),
      questions_(std::move(questions)),
      random_(seed) {}

void KillLoad::Run(const TestClient& client) {
  grpc::Status status;
  if (!requests_.empty() && Below(2) == 0) {
    status = Send(client, requests_.size() - 1);
  }
  while (status.ok()) status = SendOne(client);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE)
      << status.error_message();
}

void KillLoad::Confirm(const TestClient& client) {
  std::vector<size_t> rows;
  rows.swap(unconfirmed_);
  for (const size_t row : rows) {
    const grpc::Status status = Send(client, row);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  unconfirmed_.clear();
}

int KillLoad::Below(size_t n) { return static_cast<int>(random_() % n); }

grpc::Status KillLoad::SendOne(const TestClient& client) {
  if (Below(10) == 0) {
    v1::RecommendResourcesResponse list;
    const grpc::Status status =
        Recommend(client, learners_[Below(learners_.size())], &list);
    if (status.ok()) ++num_lists_;
    return status;
  }
  if (!requests_.empty() && Below(6) == 0) {
    return Send(client, static_cast<size_t>(Below(requests_.size())));
  }
  requests_.push_back(NewRequest());
  return Send(client, requests_.size() - 1);
}

// Event times wander: one in four events is late.
v1::RecordEventsRequest KillLoad::NewRequest() {
  constexpr int64_t kStart = 1'767'500'000;  // After the district's last event.
  v1::RecordEventsRequest request;
  request.set_allow_partial(Below(3) == 0);
  for (int event = 1 + Below(kMaxBatchEvents); event > 0; --event) {
    ++num_events_;
    const int64_t seconds =
        kStart + num_events_ - (Below(4) == 0 ? Below(5'000'000) : 0);
    const bool is_bad = request.allow_partial() && Below(8) == 0;
    *request.add_events() = AnswerEvent(
        absl::StrCat(name_, "-", num_events_),
        learners_[Below(learners_.size())],
        is_bad ? kUnknownQuestion : questions_[Below(questions_.size())],
        absl::FromUnixSeconds(seconds), Below(3) > 0);
  }
  return request;
}

grpc::Status KillLoad::Send(const TestClient& client, size_t row) {
  const v1::RecordEventsRequest& request = requests_[row];
  v1::RecordEventsResponse response;
  const grpc::Status status = Record(client, request, &response);
  if (!status.ok()) return status;
  EXPECT_EQ(response.results_size(), request.events_size());
  for (int event = 0; event < response.results_size(); ++event) {
    Remember(request.events(event), response.results(event));
  }
  unconfirmed_.push_back(row);
  return status;
}

void KillLoad::Remember(const v1::Event& event, const v1::EventResult& result) {
  if (event.resource() == kUnknownQuestion) {
    EXPECT_EQ(result.outcome(), v1::EventResult::OUTCOME_REFUSED);
    return;
  }
  EXPECT_NE(result.outcome(), v1::EventResult::OUTCOME_REFUSED)
      << result.error().message();
  const auto [place, is_new] =
      acknowledged_.emplace(event.event_id(), result.sequence());
  if (is_new) return;
  EXPECT_EQ(result.outcome(), v1::EventResult::OUTCOME_DUPLICATE);
  EXPECT_EQ(result.sequence(), place->second) << event.event_id();
}

}  // namespace evenlight
