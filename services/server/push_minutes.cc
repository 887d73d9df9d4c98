#include "services/server/push_minutes.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/status_macros.h"
#include "services/server/field_violations.h"
#include "services/server/learner_profiles.h"
#include "services/server/resource_name.h"
#include "services/server/status_details.h"

namespace evenlight {
namespace {

// Minutes are sums of floats.
constexpr float kMinutesTolerance = 0.01f;

// The minutes of the list that the learner has still to spend.
float MinutesOf(const StoredPush& push, const MinutesCapPolicy& policy,
                const DayQuestion& question) {
  float minutes = 0;
  for (const StoredPushedResource& pushed : push.resources) {
    const ResourceIndex found = question.catalog.FindResource(pushed.resource);
    if (found == ResourceIndex::kNone) continue;
    const Resource& resource = question.catalog.resource(found);
    if (IsDoneSince(question.state, resource, push.create_time)) continue;
    minutes += CountedMinutes(policy, question.profile.grade, resource);
  }
  return minutes;
}

}  // namespace

absl::StatusOr<std::vector<StoredOverCap>> PushMinutes::OverCap(
    const TenantId& tenant, const Catalog& catalog, const StoredPush* before,
    const StoredPush& push) const {
  std::vector<StoredOverCap> over;
  const MinutesCapPolicy& policy = day_.policy();
  if (!policy.Covers(push.phase)) return over;
  const std::shared_ptr<const ModelSet> models = registry_.Serving(tenant);
  ASSIGN_OR_RETURN(const std::vector<LearnerState> states,
                   states_.ReadMany(tenant, push.learners, *models));
  for (size_t learner = 0; learner < push.learners.size(); ++learner) {
    ASSIGN_OR_RETURN(const LearnerProfile profile,
                     ProfileOf(roster_, tenant, push.learners[learner]));
    const DayQuestion question = {tenant,  profile,    states[learner],
                                  catalog, push.phase, push.due_time,
                                  push.id};
    const float minutes = MinutesOf(push, policy, question);
    if (before != nullptr && minutes <= MinutesOf(*before, policy, question)) {
      continue;  // Nothing was added.
    }
    ASSIGN_OR_RETURN(const MinutesLeft left, day_.LeftFor(question));
    const float minutes_left = std::min(left.all, left.written);
    if (minutes <= minutes_left + kMinutesTolerance) continue;
    over.push_back({profile.id, minutes, minutes_left, ""});
  }
  return over;
}

absl::Status PushMinutes::NotConfirmed(const std::vector<StoredOverCap>& over,
                                       const StoredPush& push) const {
  const std::string date = day_.DateOf(push.due_time);
  FieldViolations violations;
  const FieldPath root;
  const FieldPath path(root, "confirm_over_cap_reason");
  for (const StoredOverCap& one : over) {
    violations.Add(
        path, absl::StrFormat("is required: %s has %.4g minutes left on %s, "
                              "and this push takes %.4g",
                              NameOf(kLearners, one.learner), one.minutes_left,
                              date, one.minutes));
  }
  absl::Status status =
      violations.ToStatus(absl::StatusCode::kFailedPrecondition);
  AttachReason("MINUTES_CAP_EXCEEDED",
               {{"num_learners", absl::StrCat(over.size())}, {"date", date}},
               &status);
  return status;
}

void KeepOverCap(std::vector<StoredOverCap> over, const std::string& reason,
                 StoredPush* push) {
  for (StoredOverCap& one : over) {
    one.reason = reason;
    std::erase_if(push->over_cap, [&](const StoredOverCap& old) {
      return old.learner == one.learner;
    });
    push->over_cap.push_back(std::move(one));
  }
}

}  // namespace evenlight
