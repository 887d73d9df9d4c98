#include "services/server/metrics_port.h"

#include <netdb.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <future>
#include <limits>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace evenlight {
namespace {

// One answers Prometheus; the second a person who looks at the same time.
constexpr const char* kNumThreads = "2";
// Of a client that connects and asks nothing.
constexpr const char* kTimeoutMs = "5000";

prometheus::MetricType TypeOf(FigureKind kind) {
  switch (kind) {
    case FigureKind::kCounter:
      return prometheus::MetricType::Counter;
    case FigureKind::kGauge:
      return prometheus::MetricType::Gauge;
    case FigureKind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram ToMetric(const Histogram& from) {
  prometheus::ClientMetric::Histogram to;
  to.sample_sum = from.sum();
  for (size_t range = 0; range < from.counts().size(); ++range) {
    to.sample_count += static_cast<uint64_t>(from.counts()[range]);
    to.bucket.push_back(
        {to.sample_count, range < from.upper_bounds().size()
                              ? from.upper_bounds()[range]
                              : std::numeric_limits<double>::infinity()});
  }
  return to;
}

prometheus::MetricFamily ToFamily(const Figure& figure) {
  prometheus::MetricFamily family;
  family.name = figure.name;
  family.help = figure.help;
  family.type = TypeOf(figure.kind);
  for (const Figure::Sample& sample : figure.samples) {
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    for (const auto& [name, value] : sample.labels) {
      metric.label.push_back({name, value});
    }
    metric.counter.value = sample.value;
    metric.gauge.value = sample.value;
    if (sample.histogram.has_value()) {
      metric.histogram = ToMetric(*sample.histogram);
    }
  }
  return family;
}

class Families : public prometheus::Collectable {
 public:
  explicit Families(MetricsPort::Read read) : read_(std::move(read)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families;
    for (const Figure& figure : read_()) families.push_back(ToFamily(figure));
    return families;
  }

 private:
  const MetricsPort::Read read_;
};

// Connects to `address` and says nothing.
void Touch(const std::string& address) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), address.c_str() + colon + 1, nullptr, &found) !=
      0) {
    return;
  }
  const int file = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (file >= 0) {
    // Refused once nobody listens, as is wanted; waits for nobody.
    (void)connect(file, found->ai_addr, found->ai_addrlen);
    close(file);
  }
  freeaddrinfo(found);
}

// The exposer's server looks for an order to stop every two seconds, and after
// each connection: this makes some, so that nobody waits for it.
void StopSoon(std::unique_ptr<prometheus::Exposer> exposer,
              const std::string& address) {
  std::promise<void> stopped;
  std::thread stopper([&] {
    exposer.reset();
    stopped.set_value();
  });
  const std::future<void> end = stopped.get_future();
  while (end.wait_for(std::chrono::milliseconds(5)) !=
         std::future_status::ready) {
    Touch(address);
  }
  stopper.join();
}

}  // namespace

struct MetricsPort::Parts {
  std::shared_ptr<Families> families;
  std::unique_ptr<prometheus::Exposer> exposer;
};

absl::StatusOr<std::unique_ptr<MetricsPort>> MetricsPort::Open(
    const std::string& address, Read read) {
  auto parts = std::make_unique<Parts>();
  parts->families = std::make_shared<Families>(std::move(read));
  std::string chosen = address.substr(0, address.rfind(':') + 1);
  try {
    parts->exposer =
        std::make_unique<prometheus::Exposer>(std::vector<std::string>{
            "listening_ports", address, "num_threads", kNumThreads,
            "request_timeout_ms", kTimeoutMs});
    absl::StrAppend(&chosen, parts->exposer->GetListeningPorts().at(0));
    parts->exposer->RegisterCollectable(parts->families);
  } catch (const std::exception& problem) {
    return absl::UnavailableError(
        absl::StrCat("cannot show metrics on ", address,
                     ": is it taken, or not an address of this machine? (",
                     problem.what(), ")"));
  }
  return std::unique_ptr<MetricsPort>(
      new MetricsPort(std::move(parts), std::move(chosen)));
}

MetricsPort::MetricsPort(std::unique_ptr<Parts> parts, std::string address)
    : parts_(std::move(parts)), address_(std::move(address)) {}

MetricsPort::~MetricsPort() { StopSoon(std::move(parts_->exposer), address_); }

}  // namespace evenlight
