#include "storage/memory_database.h"

#include <utility>

namespace evenlight {
namespace {

size_t IndexOf(Family family) { return static_cast<size_t>(family); }

// The first entry that is not below `key`; an empty `end` is the table's end.
template <typename Table>
auto EndOf(Table& table, absl::string_view end) {
  return end.empty() ? table.end() : table.lower_bound(std::string(end));
}

}  // namespace

absl::StatusOr<std::optional<std::string>> MemoryDatabase::Get(
    Family family, absl::string_view key) const {
  MutexLock lock(mu_);
  const Table& table = tables_[IndexOf(family)];
  const auto found = table.find(std::string(key));
  if (found == table.end()) return std::optional<std::string>();
  return std::optional<std::string>(found->second);
}

absl::StatusOr<std::vector<std::optional<std::string>>>
MemoryDatabase::MultiGet(Family family,
                         absl::Span<const std::string> keys) const {
  MutexLock lock(mu_);
  const Table& table = tables_[IndexOf(family)];
  std::vector<std::optional<std::string>> values(keys.size());
  for (size_t k = 0; k < keys.size(); ++k) {
    const auto found = table.find(keys[k]);
    if (found != table.end()) values[k] = found->second;
  }
  return values;
}

absl::Status MemoryDatabase::Scan(
    Family family, absl::string_view begin, absl::string_view end,
    absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const {
  // A copy, because `visit` may ask this database again.
  std::vector<std::pair<std::string, std::string>> entries;
  {
    MutexLock lock(mu_);
    const Table& table = tables_[IndexOf(family)];
    if (!end.empty() && end <= begin) return absl::OkStatus();
    entries.assign(table.lower_bound(std::string(begin)), EndOf(table, end));
  }
  for (const auto& [key, value] : entries) {
    if (!visit(key, value)) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> MemoryDatabase::LastKey(
    Family family, absl::string_view begin, absl::string_view end) const {
  MutexLock lock(mu_);
  const Table& table = tables_[IndexOf(family)];
  auto last = EndOf(table, end);
  if (last == table.begin() || (--last)->first < begin) {
    return std::optional<std::string>();
  }
  return std::optional<std::string>(last->first);
}

absl::Status MemoryDatabase::Write(const WriteBatch& batch) {
  MutexLock lock(mu_);
  if (!write_status_.ok()) return write_status_;
  for (const WriteBatch::Change& change : batch.changes()) {
    Table& table = tables_[IndexOf(change.family)];
    if (change.value.has_value()) {
      table[change.key] = *change.value;
    } else {
      table.erase(change.key);
    }
  }
  return absl::OkStatus();
}

absl::Status MemoryDatabase::CreateCheckpoint(const std::string&) {
  return absl::UnimplementedError("a database in memory has no checkpoints");
}

void MemoryDatabase::FailWrites(absl::Status status) {
  MutexLock lock(mu_);
  write_status_ = std::move(status);
}

}  // namespace evenlight
