// Sends catalog and roster entries in batches that the service takes whole or
// not at all: entries that it names as wrong are refused, and the rest of their
// batch is sent again without them.

#ifndef EVENLIGHT_SERVICES_CLI_UPSERT_H_
#define EVENLIGHT_SERVICES_CLI_UPSERT_H_

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "services/cli/client.h"
#include "services/cli/import_report.h"
#include "services/cli/methods.h"

namespace evenlight {

inline constexpr size_t kMaxUpsert = 1000;

// The elements that the violations of `status` name, as `resources[3].title`
// names 3, each with what is wrong.
std::map<int, std::string> WrongElements(const absl::Status& status);

// Upserts all of `rows`. `mutable_rows` is the request's field; `accept` counts
// a response. Rows that the service refuses are added to `report`.
template <typename Row, typename Request, typename Response, typename Rows,
          typename Accept>
absl::Status UpsertAll(Client* client, Method<Request, Response> method,
                       Rows* (Request::*mutable_rows)(),
                       absl::Span<const Lined<Row>> rows, ImportReport* report,
                       Accept accept) {
  for (size_t begin = 0; begin < rows.size(); begin += kMaxUpsert) {
    const absl::Span<const Lined<Row>> batch = rows.subspan(begin, kMaxUpsert);
    std::vector<const Lined<Row>*> left;
    for (const Lined<Row>& row : batch) left.push_back(&row);
    while (!left.empty()) {
      Request request;
      for (const Lined<Row>* row : left) {
        *(request.*mutable_rows)()->Add() = row->value;
      }
      const absl::StatusOr<Response> response = Invoke(client, method, request);
      if (response.ok()) {
        accept(*response);
        break;
      }
      const std::map<int, std::string> wrong = WrongElements(response.status());
      if (wrong.empty() ||
          wrong.rbegin()->first >= static_cast<int>(left.size())) {
        return response.status();
      }
      // From the back, so that positions stay.
      for (auto it = wrong.rbegin(); it != wrong.rend(); ++it) {
        report->refused.push_back({left[it->first]->line, it->second});
        left.erase(left.begin() + it->first);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_UPSERT_H_
