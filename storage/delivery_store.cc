#include "storage/delivery_store.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "storage/keys.h"
#include "storage/scan.h"

namespace evenlight {
namespace {

std::string Encode(const StoredDelivery& delivery) {
  std::string bytes;
  AppendTime(delivery.first_time, &bytes);
  AppendTime(delivery.time, &bytes);
  AppendUint64(static_cast<uint64_t>(delivery.sequence), &bytes);
  return bytes;
}

absl::StatusOr<StoredDelivery> Decode(const TenantId& tenant,
                                      absl::string_view learner,
                                      absl::string_view bytes) {
  const std::optional<absl::Time> first_time = TakeTime(&bytes);
  const std::optional<absl::Time> time = TakeTime(&bytes);
  const std::optional<uint64_t> sequence = TakeUint64(&bytes);
  LearnerId id(learner);
  if (!first_time || !time || !sequence || !bytes.empty()) {
    return absl::DataLossError(
        absl::StrCat("stored delivery of a push to learner ", id, " of tenant ",
                     tenant, " does not parse"));
  }
  return StoredDelivery{std::move(id), *first_time,
                        static_cast<int64_t>(*sequence), *time};
}

}  // namespace

void DeliveryStore::Put(const TenantId& tenant, const PushId& push,
                        const StoredDelivery& delivery,
                        WriteBatch* batch) const {
  batch->Put(Family::kLists, PushDeliveryKey(tenant, push, delivery.learner),
             Encode(delivery));
}

absl::StatusOr<std::optional<StoredDelivery>> DeliveryStore::Get(
    const TenantId& tenant, const PushId& push,
    const LearnerId& learner) const {
  ASSIGN_OR_RETURN(
      const std::optional<std::string> bytes,
      database_.Get(Family::kLists, PushDeliveryKey(tenant, push, learner)));
  if (!bytes) return std::optional<StoredDelivery>();
  ASSIGN_OR_RETURN(StoredDelivery delivery, Decode(tenant, learner, *bytes));
  return std::optional<StoredDelivery>(std::move(delivery));
}

absl::StatusOr<std::vector<StoredDelivery>> DeliveryStore::Of(
    const TenantId& tenant, const PushId& push) const {
  const std::string prefix = PushDeliveryPrefix(tenant, push);
  std::vector<StoredDelivery> deliveries;
  RETURN_IF_ERROR(ScanRange(
      database_, Family::kLists, prefix, PrefixEnd(prefix),
      [&](absl::string_view key,
          absl::string_view value) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(StoredDelivery delivery,
                         Decode(tenant, key.substr(prefix.size()), value));
        deliveries.push_back(std::move(delivery));
        return true;
      }));
  return deliveries;
}

}  // namespace evenlight
