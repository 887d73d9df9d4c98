#include "bench/load/open_loop.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/serve_world.h"
#include "evenlight/v1/recommendation_service.grpc.pb.h"
#include "evenlight/v1/track_service.grpc.pb.h"

namespace evenlight {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kMaxOpen = 20'000;
constexpr std::chrono::seconds kDeadline(1);

// Learners by Zipf's law: the k-th has a weight of k^-exponent.
class Learners {
 public:
  explicit Learners(double exponent) {
    double sum = 0;
    for (int rank = 1; rank <= kNumLearners; ++rank) {
      sum += std::pow(rank, -exponent);
      sums_.push_back(sum);
    }
  }

  int64_t Draw(std::mt19937_64& random) const {
    const double at = std::uniform_real_distribution<>(0, sums_.back())(random);
    return std::upper_bound(sums_.begin(), sums_.end() - 1, at) - sums_.begin();
  }

 private:
  std::vector<double> sums_;
};

// What is counted while calls are answered on gRPC's threads.
struct Tally {
  std::mutex mu;
  LoadFigures figures;
  std::atomic<int64_t> num_open = 0;

  void Count(CallKind kind, Clock::time_point due, grpc::StatusCode code) {
    const double took =
        std::chrono::duration<double, std::micro>(Clock::now() - due).count();
    const std::lock_guard<std::mutex> lock(mu);
    CallFigures& to = figures.kinds[static_cast<size_t>(kind)];
    if (code == grpc::StatusCode::OK) {
      to.times.Add(took);
    } else if (code == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      ++to.num_refused;
    } else {
      ++to.num_failed;
    }
  }
};

// One call on its way; deletes itself.
template <typename Request, typename Response>
struct OpenCall {
  grpc::ClientContext context;
  Request request;
  Response response;
};

struct Channel {
  std::unique_ptr<v1::RecommendationService::Stub> recommendations;
  std::unique_ptr<v1::TrackService::Stub> track;
};

}  // namespace

int64_t LoadFigures::num_ok() const {
  int64_t num = 0;
  for (const CallFigures& kind : kinds) num += kind.times.num();
  return num;
}

int64_t LoadFigures::num_refused() const {
  int64_t num = 0;
  for (const CallFigures& kind : kinds) num += kind.num_refused;
  return num;
}

int64_t LoadFigures::num_failed() const {
  int64_t num = 0;
  for (const CallFigures& kind : kinds) num += kind.num_failed;
  return num;
}

int64_t LoadFigures::num_due() const {
  int64_t num = 0;
  for (const CallFigures& kind : kinds) num += kind.num_due;
  return num;
}

struct LoadClient::Parts {
  std::string tenant;
  std::vector<Channel> channels;
  int64_t num_recorded = 0;  // Over all runs: ids and times go on.

  template <typename Request, typename Response, typename Start>
  void Send(CallKind kind, Clock::time_point due, Request request, Start start,
            Tally* tally) {
    auto* call = new OpenCall<Request, Response>;
    call->request = std::move(request);
    call->context.AddMetadata("evenlight-tenant", tenant);
    call->context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    start(call, [call, kind, due, tally](const grpc::Status& status) {
      tally->Count(kind, due, status.error_code());
      delete call;
      --tally->num_open;
    });
  }

  void SendOne(CallKind kind, int64_t learner, Clock::time_point due,
               std::mt19937_64& random, Tally* tally);
};

LoadClient::LoadClient(const std::string& address, std::string tenant,
                       int64_t num_recorded, int num_channels)
    : parts_(std::make_unique<Parts>()) {
  parts_->tenant = std::move(tenant);
  parts_->num_recorded = num_recorded;
  for (int number = 0; number < num_channels; ++number) {
    // Channels with the same arguments would share one connection.
    grpc::ChannelArguments arguments;
    arguments.SetInt("evenlight.load.channel", number);
    const auto channel = grpc::CreateCustomChannel(
        address, grpc::InsecureChannelCredentials(), arguments);
    parts_->channels.push_back({v1::RecommendationService::NewStub(channel),
                                v1::TrackService::NewStub(channel)});
  }
}

LoadClient::~LoadClient() = default;

int64_t LoadClient::num_recorded() const { return parts_->num_recorded; }

void LoadClient::Parts::SendOne(CallKind kind, int64_t learner,
                                Clock::time_point due, std::mt19937_64& random,
                                Tally* tally) {
  const Channel& channel = channels[random() % channels.size()];
  if (kind == CallKind::kRecommend) {
    Send<v1::RecommendResourcesRequest, v1::RecommendResourcesResponse>(
        kind, due, ListRequest(learner, /*is_filtered=*/true),
        [&](auto* call, auto done) {
          channel.recommendations->async()->RecommendResources(
              &call->context, &call->request, &call->response, done);
        },
        tally);
  } else if (kind == CallKind::kRecord) {
    v1::RecordEventsRequest request;
    const int64_t number = num_recorded++;
    *request.add_events() = AnswerOf(learner, kEventsPerLearner + number,
                                     absl::StrCat("load-", number));
    Send<v1::RecordEventsRequest, v1::RecordEventsResponse>(
        kind, due, std::move(request),
        [&](auto* call, auto done) {
          channel.track->async()->RecordEvents(&call->context, &call->request,
                                               &call->response, done);
        },
        tally);
  } else {
    Send<v1::RecommendForClassRequest, v1::RecommendForClassResponse>(
        kind, due, ClassRequest(learner),
        [&](auto* call, auto done) {
          channel.recommendations->async()->RecommendForClass(
              &call->context, &call->request, &call->response, done);
        },
        tally);
  }
}

LoadFigures LoadClient::Run(const Traffic& traffic) {
  std::mt19937_64 random(traffic.seed);
  const Learners learners(traffic.zipf);
  std::discrete_distribution<int> kinds(traffic.shares.begin(),
                                        traffic.shares.end());
  std::exponential_distribution<> gap(traffic.calls_per_second);
  Tally tally;
  const Clock::time_point start = Clock::now();
  std::chrono::duration<double> offset(0);
  while ((offset += std::chrono::duration<double>(gap(random))).count() <
         traffic.seconds) {
    const auto due =
        start + std::chrono::duration_cast<Clock::duration>(offset);
    std::this_thread::sleep_until(due);
    const auto kind = static_cast<CallKind>(kinds(random));
    const int64_t learner = learners.Draw(random);
    {
      const std::lock_guard<std::mutex> lock(tally.mu);
      ++tally.figures.kinds[static_cast<size_t>(kind)].num_due;
    }
    if (tally.num_open >= kMaxOpen) {
      tally.Count(kind, due, grpc::StatusCode::UNKNOWN);
      continue;
    }
    ++tally.num_open;
    parts_->SendOne(kind, learner, due, random, &tally);
  }
  while (tally.num_open > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  tally.figures.seconds =
      std::chrono::duration<double>(Clock::now() - start).count();
  return tally.figures;
}

}  // namespace evenlight
