#include "services/server/convert_path.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "evenlight/v1/path.pb.h"
#include "services/server/convert_value.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxKcs = 50;
constexpr int kMaxMinutes = 600;
constexpr int kDefaultMinutes = 20;
constexpr int kMaxOffset = 840;
constexpr absl::Duration kMaxAhead = absl::Hours(24 * 730);

std::vector<KcId> ToGoalKcs(const v1::Goal& from, const FieldPath& path,
                            const Catalog& catalog,
                            FieldViolations* violations) {
  constexpr char kField[] = "knowledge_components";
  if (!CheckCount(from.knowledge_components_size(), 1, kMaxKcs,
                  FieldPath(path, kField), violations)) {
    return {};
  }
  std::vector<KcId> kcs = ToIds(kKcs, from.knowledge_components(), path, kField,
                                kMaxKcs, violations);
  for (int index = 0; index < from.knowledge_components_size(); ++index) {
    const std::string& name = from.knowledge_components(index);
    absl::string_view id = name;
    // ToIds() has named the malformed ones.
    if (!absl::ConsumePrefix(&id, kKcs) || !IsValidId(id)) continue;
    if (catalog.FindKc(id) != KcIndex::kNone) continue;
    violations->Add(FieldPath(path, kField, index),
                    absl::StrCat(Quoted(name), " is not in the catalog"));
  }
  return kcs;
}

GoalLevel ToGoalLevel(int level, const FieldPath& path,
                      FieldViolations* violations) {
  if (level == v1::Goal::LEVEL_UNSPECIFIED) return GoalLevel::kMastered;
  if (!v1::Goal::Level_IsValid(level)) {
    violations->Add(path, absl::StrCat(level, " is no level of a goal"));
    return GoalLevel::kMastered;
  }
  return static_cast<GoalLevel>(level);
}

absl::Time ToDueTime(const v1::Goal& from, const FieldPath& path,
                     absl::Time now, FieldViolations* violations) {
  if (!from.has_due_time()) {
    violations->Add(path, "is required");
    return now;
  }
  FieldViolations faults;
  const absl::Time due = ToTime(from.due_time(), path, &faults);
  if (!faults.empty()) {
    violations->Append(std::move(faults));
  } else if (due <= now) {
    violations->Add(
        path, absl::StrCat(FormatUtc(due), " is not after the server's time, ",
                           FormatUtc(now)));
  } else if (due > now + kMaxAhead) {
    violations->Add(
        path, absl::StrCat(FormatUtc(due), " is more than two years ahead"));
  }
  return due;
}

}  // namespace

Goal ToGoal(const v1::Goal& from, const FieldPath& path, absl::Time now,
            const Catalog& catalog, FieldViolations* violations) {
  Goal to;
  to.kcs = ToGoalKcs(from, path, catalog, violations);
  to.level = ToGoalLevel(from.level(), FieldPath(path, "level"), violations);
  to.due_time = ToDueTime(from, FieldPath(path, "due_time"), now, violations);
  CheckRange(from.minutes_per_day(), 0, kMaxMinutes,
             FieldPath(path, "minutes_per_day"), violations);
  to.minutes_per_day =
      from.minutes_per_day() == 0 ? kDefaultMinutes : from.minutes_per_day();
  CheckRange(from.utc_offset_minutes(), -kMaxOffset, kMaxOffset,
             FieldPath(path, "utc_offset_minutes"), violations);
  to.utc_offset_minutes = from.utc_offset_minutes();
  return to;
}

void FromGoal(const Goal& from, v1::Goal* to) {
  for (const KcId& kc : from.kcs) {
    to->add_knowledge_components(NameOf(kKcs, kc));
  }
  to->set_level(static_cast<v1::Goal::Level>(from.level));
  *to->mutable_due_time() = ToTimestamp(from.due_time);
  to->set_minutes_per_day(from.minutes_per_day);
  to->set_utc_offset_minutes(from.utc_offset_minutes);
}

void FromGoalProgress(const GoalProgress& from, v1::GoalProgress* to) {
  to->set_num_knowledge_components(from.num_kcs);
  to->set_num_reached(from.num_reached);
  if (from.num_kcs > 0) {
    to->set_share_reached(static_cast<float>(from.num_reached) /
                          static_cast<float>(from.num_kcs));
  }
  to->set_mean_p_known(from.mean_p_known);
  to->set_days_left(from.days_left);
  to->set_status(static_cast<v1::GoalProgress::Status>(from.status));
  to->set_status_text(from.status_text);
  to->set_earliest_date(from.earliest_date);
  to->set_sufficient_minutes_per_day(from.sufficient_minutes_a_day);
}

void FromPathPlan(const PathPlan& from, const Catalog& catalog,
                  v1::PlanPathResponse* to) {
  for (const PathActivity& activity : from.activities) {
    const Resource& resource = catalog.resource(activity.resource);
    v1::PathActivity* added = to->add_activities();
    added->set_kind(static_cast<v1::PathActivity::Kind>(activity.kind));
    added->set_resource(NameOf(kResources, resource.id));
    added->set_title(resource.title);
    added->set_resource_kind(static_cast<v1::ResourceKind>(resource.kind));
    added->set_minutes(activity.minutes);
    added->set_link(resource.link);
    added->set_day(activity.day);
    added->set_date(activity.date);
    for (const KcIndex kc : activity.kcs) {
      added->add_knowledge_components(NameOf(kKcs, catalog.kc(kc).id));
    }
    added->set_reason_text(activity.reason_text);
  }
  for (const PathKc& kc : from.kcs) {
    v1::PathKnowledgeComponent* added = to->add_knowledge_components();
    added->set_knowledge_component(NameOf(kKcs, kc.kc));
    added->set_p_known(kc.p_known);
    added->set_outcome(
        static_cast<v1::PathKnowledgeComponent::Outcome>(kc.outcome));
    added->set_date(kc.date);
    added->set_num_expected_answers(kc.num_expected_answers);
    added->set_reason_text(kc.reason_text);
  }
  to->set_feasible(from.is_feasible());
  FromGoalProgress(from.progress, to->mutable_progress());
  to->set_degraded(!from.degraded.empty());
  for (const std::string& reason : from.degraded) {
    to->add_degraded_reasons(reason);
  }
}

}  // namespace evenlight
