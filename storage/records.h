// Values as the bytes of evenlight.storage.v1 records, and back.
//
// What the key holds (tenant, ids, time, actor) is not in the bytes; it is
// given to Decode...().
//
// DATA_LOSS (all of Decode...): the bytes do not parse; the message names the
// tenant and the id.

#ifndef EVENLIGHT_STORAGE_RECORDS_H_
#define EVENLIGHT_STORAGE_RECORDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/event.h"
#include "core/ids.h"
#include "core/resource.h"
#include "core/roster.h"
#include "storage/goal_store.h"
#include "storage/keys.h"
#include "storage/learner_state_store.h"
#include "storage/list_store.h"

namespace evenlight {

std::string EncodeEvent(const Event& event);
absl::StatusOr<Event> DecodeEvent(const EventKey& key, absl::string_view bytes);

// What `event_ids` has of an id.
std::string EncodeSequenceOfId(int64_t sequence);
absl::StatusOr<int64_t> DecodeSequenceOfId(const TenantId& tenant,
                                           const EventId& id,
                                           absl::string_view bytes);

std::string EncodeLearnerState(const StoredLearnerState& state);
absl::StatusOr<StoredLearnerState> DecodeLearnerState(const TenantId& tenant,
                                                      const LearnerId& learner,
                                                      absl::string_view bytes);

// A publish time of 1970-01-01T00:00:00Z exactly is stored one microsecond
// later, because the record's 0 means none; the same for expire and due times.
std::string EncodeResource(const Resource& resource);
absl::StatusOr<Resource> DecodeResource(const TenantId& tenant,
                                        const ResourceId& id,
                                        absl::string_view bytes);

std::string EncodeKc(const KnowledgeComponent& kc);
absl::StatusOr<KnowledgeComponent> DecodeKc(const TenantId& tenant,
                                            const KcId& id,
                                            absl::string_view bytes);

std::string EncodeSchool(const School& school);
absl::StatusOr<School> DecodeSchool(const TenantId& tenant, const SchoolId& id,
                                    absl::string_view bytes);

std::string EncodeClass(const SchoolClass& school_class);
absl::StatusOr<SchoolClass> DecodeClass(const TenantId& tenant,
                                        const ClassId& id,
                                        absl::string_view bytes);

std::string EncodePerson(const Person& person);
absl::StatusOr<Person> DecodePerson(const TenantId& tenant, const Actor& actor,
                                    absl::string_view bytes);

std::string EncodeGoal(const StoredGoal& goal);
absl::StatusOr<StoredGoal> DecodeGoal(const TenantId& tenant,
                                      const LearnerId& learner,
                                      absl::string_view bytes);

std::string EncodeList(const StoredList& list);
absl::StatusOr<StoredList> DecodeList(const TenantId& tenant, const ListId& id,
                                      absl::string_view bytes);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_RECORDS_H_
