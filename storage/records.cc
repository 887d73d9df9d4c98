#include "storage/records.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/storage/v1/records.pb.h"

namespace evenlight {
namespace {

absl::Status DoesNotParse(absl::string_view kind, absl::string_view id,
                          const TenantId& tenant) {
  return absl::DataLossError(absl::StrCat(
      "stored ", kind, " ", id, " of tenant ", tenant, " does not parse"));
}

template <typename Record>
bool Parse(absl::string_view bytes, Record* record) {
  return record->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// 0 stands for `none`, so 1970 itself moves by the least step.
int64_t ToMicrosOrZero(absl::Time time, absl::Time none) {
  if (time == none) return 0;
  const int64_t micros = ToMicros(time);
  return micros == 0 ? 1 : micros;
}

absl::Time FromMicrosOrZero(int64_t micros, absl::Time none) {
  return micros == 0 ? none : FromMicros(micros);
}

template <typename Field>
void SetStrings(const std::vector<std::string>& values, Field* field) {
  field->Assign(values.begin(), values.end());
}

template <typename Field>
std::vector<std::string> ToStrings(const Field& field) {
  return {field.begin(), field.end()};
}

// The numbers of the bits that are set, lowest first.
template <typename Field>
void SetBits(uint32_t bits, Field* field) {
  for (int bit = 0; bit < 32; ++bit) {
    if ((bits >> bit & 1) != 0) field->Add(bit);
  }
}

template <typename Field>
uint32_t ToBits(const Field& field) {
  uint32_t bits = 0;
  for (const int bit : field) {
    if (bit >= 0 && bit < 32) bits |= uint32_t{1} << bit;
  }
  return bits;
}

}  // namespace

std::string EncodeEvent(const Event& event) {
  storage::v1::EventRecord record;
  record.set_sequence(event.sequence);
  record.set_verb(static_cast<int>(event.verb));
  record.set_phase(static_cast<int>(event.phase));
  record.set_resource(event.resource);
  record.set_question(event.question);
  SetStrings(event.kcs, record.mutable_kcs());
  record.set_score(event.score);
  record.set_is_graded(event.is_graded);
  record.set_time_spent_us(absl::ToInt64Microseconds(event.time_spent));
  record.set_stars(event.stars);
  record.set_dismiss_reason(static_cast<int>(event.dismiss_reason));
  record.set_list(event.list);
  record.set_time_is_order(event.time_is_order);
  record.set_class_id(event.class_id);
  SetStrings(event.learners, record.mutable_learners());
  record.set_due_time_us(ToMicrosOrZero(event.due_time, absl::InfinitePast()));
  for (const ListedResource& listed : event.listed) {
    storage::v1::ListedResourceRecord* line = record.add_listed();
    line->set_resource(listed.resource);
    line->set_position(listed.position);
    line->set_propensity(listed.propensity);
  }
  record.set_model_version(event.model_version);
  record.set_catalog_version(event.catalog_version);
  record.set_policy_version(event.policy_version);
  return record.SerializeAsString();
}

absl::StatusOr<Event> DecodeEvent(const EventKey& key,
                                  absl::string_view bytes) {
  storage::v1::EventRecord record;
  if (!Parse(bytes, &record)) {
    return DoesNotParse("event", key.position.id, key.tenant);
  }
  Event event;
  event.id = key.position.id;
  event.actor = key.actor;
  event.time = key.position.time;
  event.sequence = record.sequence();
  event.verb = static_cast<Verb>(record.verb());
  event.phase = static_cast<Phase>(record.phase());
  event.resource = record.resource();
  event.question = record.question();
  event.kcs = ToStrings(record.kcs());
  event.score = record.score();
  event.is_graded = record.is_graded();
  event.time_spent = absl::Microseconds(record.time_spent_us());
  event.stars = record.stars();
  event.dismiss_reason = static_cast<DismissReason>(record.dismiss_reason());
  event.list = record.list();
  event.time_is_order = record.time_is_order();
  event.class_id = record.class_id();
  event.learners = ToStrings(record.learners());
  event.due_time = FromMicrosOrZero(record.due_time_us(), absl::InfinitePast());
  for (const auto& line : record.listed()) {
    event.listed.push_back(
        {line.resource(), line.position(), line.propensity()});
  }
  event.model_version = record.model_version();
  event.catalog_version = record.catalog_version();
  event.policy_version = record.policy_version();
  return event;
}

std::string EncodeSequenceOfId(int64_t sequence) {
  storage::v1::EventIdRecord record;
  record.set_sequence(sequence);
  return record.SerializeAsString();
}

absl::StatusOr<int64_t> DecodeSequenceOfId(const TenantId& tenant,
                                           const EventId& id,
                                           absl::string_view bytes) {
  storage::v1::EventIdRecord record;
  if (!Parse(bytes, &record)) return DoesNotParse("event id", id, tenant);
  return record.sequence();
}

std::string EncodeLearnerState(const StoredLearnerState& state) {
  storage::v1::LearnerStateRecord record;
  record.set_is_stale(state.is_stale);
  record.set_last_sequence(state.last_sequence);
  record.set_model_version(state.model_version);
  record.set_state(state.state);
  return record.SerializeAsString();
}

absl::StatusOr<StoredLearnerState> DecodeLearnerState(const TenantId& tenant,
                                                      const LearnerId& learner,
                                                      absl::string_view bytes) {
  storage::v1::LearnerStateRecord record;
  if (!Parse(bytes, &record)) {
    return DoesNotParse("state of learner", learner, tenant);
  }
  return StoredLearnerState{record.is_stale(), record.last_sequence(),
                            record.model_version(),
                            std::move(*record.mutable_state())};
}

std::string EncodeResource(const Resource& resource) {
  storage::v1::ResourceRecord record;
  record.set_title(resource.title);
  record.set_kind(static_cast<int>(resource.kind));
  SetStrings(resource.kcs, record.mutable_kcs());
  record.set_subject(resource.subject);
  record.set_min_grade(resource.min_grade);
  record.set_max_grade(resource.max_grade);
  record.set_language(resource.language);
  record.set_minutes(resource.minutes);
  if (resource.difficulty) record.set_difficulty(*resource.difficulty);
  record.set_provider(resource.provider);
  record.set_author(resource.author);
  SetBits(resource.phases, record.mutable_phases());
  SetBits(resource.accessibility, record.mutable_accessibility_features());
  record.set_bandwidth_kbps(resource.bandwidth_kbps);
  record.set_link(resource.link);
  record.set_publish_time_us(
      ToMicrosOrZero(resource.publish_time, absl::InfinitePast()));
  record.set_expire_time_us(
      ToMicrosOrZero(resource.expire_time, absl::InfiniteFuture()));
  record.set_hidden(resource.hidden);
  record.set_imported(resource.imported);
  record.set_create_time_us(ToMicros(resource.create_time));
  return record.SerializeAsString();
}

absl::StatusOr<Resource> DecodeResource(const TenantId& tenant,
                                        const ResourceId& id,
                                        absl::string_view bytes) {
  storage::v1::ResourceRecord record;
  if (!Parse(bytes, &record)) return DoesNotParse("resource", id, tenant);
  Resource resource;
  resource.id = id;
  resource.title = record.title();
  resource.kind = static_cast<ResourceKind>(record.kind());
  resource.kcs = ToStrings(record.kcs());
  resource.subject = record.subject();
  resource.min_grade = record.min_grade();
  resource.max_grade = record.max_grade();
  resource.language = record.language();
  resource.minutes = record.minutes();
  if (record.has_difficulty()) resource.difficulty = record.difficulty();
  resource.provider = record.provider();
  resource.author = record.author();
  resource.phases = ToBits(record.phases());
  resource.accessibility = ToBits(record.accessibility_features());
  resource.bandwidth_kbps = record.bandwidth_kbps();
  resource.link = record.link();
  resource.publish_time =
      FromMicrosOrZero(record.publish_time_us(), absl::InfinitePast());
  resource.expire_time =
      FromMicrosOrZero(record.expire_time_us(), absl::InfiniteFuture());
  resource.hidden = record.hidden();
  resource.imported = record.imported();
  resource.create_time = FromMicros(record.create_time_us());
  return resource;
}

std::string EncodeKc(const KnowledgeComponent& kc) {
  storage::v1::KcRecord record;
  record.set_title(kc.title);
  record.set_subject(kc.subject);
  SetStrings(kc.prerequisites, record.mutable_prerequisites());
  record.set_grade(kc.grade);
  record.set_imported(kc.imported);
  return record.SerializeAsString();
}

absl::StatusOr<KnowledgeComponent> DecodeKc(const TenantId& tenant,
                                            const KcId& id,
                                            absl::string_view bytes) {
  storage::v1::KcRecord record;
  if (!Parse(bytes, &record)) {
    return DoesNotParse("knowledge component", id, tenant);
  }
  return KnowledgeComponent{id,
                            record.title(),
                            record.subject(),
                            ToStrings(record.prerequisites()),
                            record.grade(),
                            record.imported()};
}

std::string EncodeSchool(const School& school) {
  storage::v1::SchoolRecord record;
  record.set_title(school.title);
  record.set_region(school.region);
  record.set_tier(static_cast<int>(school.tier));
  return record.SerializeAsString();
}

absl::StatusOr<School> DecodeSchool(const TenantId& tenant, const SchoolId& id,
                                    absl::string_view bytes) {
  storage::v1::SchoolRecord record;
  if (!Parse(bytes, &record)) return DoesNotParse("school", id, tenant);
  return School{id, record.title(), record.region(),
                static_cast<Tier>(record.tier())};
}

std::string EncodeClass(const SchoolClass& school_class) {
  storage::v1::ClassRecord record;
  record.set_title(school_class.title);
  record.set_school(school_class.school);
  record.set_grade(school_class.grade);
  record.set_suggest_only(school_class.suggest_only);
  return record.SerializeAsString();
}

absl::StatusOr<SchoolClass> DecodeClass(const TenantId& tenant,
                                        const ClassId& id,
                                        absl::string_view bytes) {
  storage::v1::ClassRecord record;
  if (!Parse(bytes, &record)) return DoesNotParse("class", id, tenant);
  return SchoolClass{id, record.title(), record.school(), record.grade(),
                     record.suggest_only()};
}

std::string EncodePerson(const Person& person) {
  storage::v1::PersonRecord record;
  record.set_school(person.school);
  SetStrings(person.classes, record.mutable_classes());
  record.set_grade(person.grade);
  record.set_language(person.language);
  SetBits(person.accessibility_needs, record.mutable_accessibility_needs());
  record.set_bandwidth_kbps(person.bandwidth_kbps);
  return record.SerializeAsString();
}

absl::StatusOr<Person> DecodePerson(const TenantId& tenant, const Actor& actor,
                                    absl::string_view bytes) {
  storage::v1::PersonRecord record;
  if (!Parse(bytes, &record)) {
    return DoesNotParse(
        actor.kind == ActorKind::kLearner ? "learner" : "teacher", actor.id,
        tenant);
  }
  return Person{actor,
                record.school(),
                ToStrings(record.classes()),
                record.grade(),
                record.language(),
                ToBits(record.accessibility_needs()),
                record.bandwidth_kbps()};
}

std::string EncodeGoal(const StoredGoal& goal) {
  storage::v1::GoalRecord record;
  SetStrings(goal.goal.kcs, record.mutable_kcs());
  record.set_level(static_cast<int32_t>(goal.goal.level));
  record.set_due_time_us(ToMicros(goal.goal.due_time));
  record.set_minutes_per_day(goal.goal.minutes_per_day);
  record.set_utc_offset_minutes(goal.goal.utc_offset_minutes);
  record.set_set_time_us(ToMicros(goal.set_time));
  for (const GoalRequest& request : goal.requests) {
    storage::v1::GoalRequestRecord* to = record.add_requests();
    to->set_id(request.id);
    to->set_digest(request.digest);
  }
  return record.SerializeAsString();
}

absl::StatusOr<StoredGoal> DecodeGoal(const TenantId& tenant,
                                      const LearnerId& learner,
                                      absl::string_view bytes) {
  storage::v1::GoalRecord record;
  if (!Parse(bytes, &record)) return DoesNotParse("goal of", learner, tenant);
  StoredGoal goal;
  goal.goal.kcs = ToStrings(record.kcs());
  goal.goal.level = static_cast<GoalLevel>(record.level());
  goal.goal.due_time = FromMicros(record.due_time_us());
  goal.goal.minutes_per_day = record.minutes_per_day();
  goal.goal.utc_offset_minutes = record.utc_offset_minutes();
  goal.set_time = FromMicros(record.set_time_us());
  for (const storage::v1::GoalRequestRecord& request : record.requests()) {
    goal.requests.push_back({request.id(), request.digest()});
  }
  return goal;
}

std::string EncodeList(const StoredList& list) {
  storage::v1::ListRecord record;
  record.set_response(list.response);
  record.set_request(list.request);
  record.set_request_id(list.request_id);
  record.set_request_digest(list.request_digest);
  record.set_learner(list.learner);
  record.set_create_time_us(ToMicros(list.create_time));
  record.set_seed(list.seed);
  record.set_state_num_events(list.state_num_events);
  for (const StoredCandidate& candidate : list.candidates) {
    storage::v1::CandidateRecord* line = record.add_candidates();
    line->set_resource(candidate.resource);
    line->set_reason(candidate.reason);
    line->set_score(candidate.score);
    line->mutable_parts()->Assign(candidate.parts.begin(),
                                  candidate.parts.end());
    line->set_removed_by(candidate.removed_by);
  }
  record.set_drawn_position(list.drawn_position);
  for (const StoredAlternative& alternative : list.alternatives) {
    storage::v1::AlternativeRecord* line = record.add_alternatives();
    line->set_resource(alternative.resource);
    line->set_score(alternative.score);
    line->set_propensity(alternative.propensity);
  }
  return record.SerializeAsString();
}

absl::StatusOr<StoredList> DecodeList(const TenantId& tenant, const ListId& id,
                                      absl::string_view bytes) {
  storage::v1::ListRecord record;
  if (!Parse(bytes, &record)) return DoesNotParse("list", id, tenant);
  StoredList list;
  list.id = id;
  list.learner = record.learner();
  list.request_id = record.request_id();
  list.request_digest = record.request_digest();
  list.response = record.response();
  list.request = record.request();
  list.create_time = FromMicros(record.create_time_us());
  list.seed = record.seed();
  list.state_num_events = record.state_num_events();
  for (const auto& line : record.candidates()) {
    list.candidates.push_back({line.resource(),
                               line.reason(),
                               line.score(),
                               {line.parts().begin(), line.parts().end()},
                               line.removed_by()});
  }
  list.drawn_position = record.drawn_position();
  for (const auto& line : record.alternatives()) {
    list.alternatives.push_back(
        {line.resource(), line.score(), line.propensity()});
  }
  return list;
}

}  // namespace evenlight
