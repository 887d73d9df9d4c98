#ifndef EVENLIGHT_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_
#define EVENLIGHT_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_

#include <stdlib.h>

#include <cassert>
#include <filesystem>
#include <string>
#include <system_error>

namespace evenlight {

// A directory of its own, removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory()
      : path_((std::filesystem::temp_directory_path() / "evenlight_XXXXXX")
                  .string()) {
    [[maybe_unused]] const char* made = mkdtemp(path_.data());
    assert(made != nullptr);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_
