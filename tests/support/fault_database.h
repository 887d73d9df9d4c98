#ifndef EVENLIGHT_TESTS_SUPPORT_FAULT_DATABASE_H_
#define EVENLIGHT_TESTS_SUPPORT_FAULT_DATABASE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/mutex.h"
#include "storage/memory_database.h"

namespace evenlight {

// A database in memory whose writes can be held, and which can have damaged
// keys. Good for tests of what happens while a write is under way. Thread-safe.
class FaultDatabase : public MemoryDatabase {
 public:
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      Family family, absl::Span<const std::string> keys) const override {
    {
      MutexLock lock(mu_);
      for (const std::string& key : keys) {
        if (!damaged_.empty() && absl::StrContains(key, damaged_)) {
          return absl::DataLossError(absl::StrCat("key ", key, " is damaged"));
        }
      }
    }
    return MemoryDatabase::MultiGet(family, keys);
  }

  absl::Status Write(const WriteBatch& batch) override {
    {
      MutexLock lock(mu_);
      ++num_writes_;
      changed_.NotifyAll();
      while (is_held_) changed_.Wait(mu_);
    }
    return MemoryDatabase::Write(batch);
  }

  // Reads of keys that contain `text` fail from now on.
  void Damage(std::string text) {
    MutexLock lock(mu_);
    damaged_ = std::move(text);
  }

  // Writes wait from now on, until Release().
  void Hold() {
    MutexLock lock(mu_);
    is_held_ = true;
  }
  void Release() {
    MutexLock lock(mu_);
    is_held_ = false;
    changed_.NotifyAll();
  }

  // Blocks until `num_writes` writes have begun since the start.
  void WaitForWrites(int num_writes) {
    MutexLock lock(mu_);
    while (num_writes_ < num_writes) changed_.Wait(mu_);
  }
  int num_writes() const {
    MutexLock lock(mu_);
    return num_writes_;
  }

 private:
  mutable Mutex mu_;
  CondVar changed_;
  std::string damaged_ ABSL_GUARDED_BY(mu_);
  bool is_held_ ABSL_GUARDED_BY(mu_) = false;
  int num_writes_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SUPPORT_FAULT_DATABASE_H_
