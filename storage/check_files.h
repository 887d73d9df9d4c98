// Whether the files of a database are whole: every block of every table and
// every record of the log. Below the level of keys; see check_entries.h.

#ifndef EVENLIGHT_STORAGE_CHECK_FILES_H_
#define EVENLIGHT_STORAGE_CHECK_FILES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/finding.h"

namespace evenlight {

// Changes no byte and makes no file. The packaged RocksDB is built with
// assertions and may abort on damage: call it in a process of its own. `step`
// is told what is looked at next, so that it is known then.
void CheckDatabaseFiles(const std::string& directory,
                        absl::FunctionRef<void(absl::string_view)> step,
                        Report report);

// FAILED_PRECONDITION: a process, which the message names, holds the database.
// Takes no lock.
absl::Status CheckIsNotHeld(const std::string& directory);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_CHECK_FILES_H_
