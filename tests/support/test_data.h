// Where tests find real data, which is not shipped with the project.

#ifndef EVENLIGHT_TESTS_SUPPORT_TEST_DATA_H_
#define EVENLIGHT_TESTS_SUPPORT_TEST_DATA_H_

#include <cstdlib>
#include <filesystem>
#include <string>

namespace evenlight {

// The path of a file of real data, below the directory EVENLIGHT_DATA, else
// below ../shared/data beside the checkout. Empty if it is not there.
inline std::string TestDataPath(const std::string& file) {
  const char* directory = std::getenv("EVENLIGHT_DATA");
  const std::filesystem::path path =
      std::filesystem::path(directory != nullptr ? directory
                                                 : "../shared/data") /
      file;
  return std::filesystem::exists(path) ? path.string() : "";
}

// True where a test that needs real data must fail without it, not skip.
inline bool MustHaveTestData() {
  return std::getenv("EVENLIGHT_REQUIRE_DATA") != nullptr;
}

}  // namespace evenlight

// Skips the test, saying so, if `path` is empty; fails it where it must not
// skip.
#define EVENLIGHT_NEEDS_DATA(path)                                        \
  if ((path).empty()) {                                                   \
    ASSERT_FALSE(::evenlight::MustHaveTestData()) << "real data missing"; \
    GTEST_SKIP() << "real data not found: set EVENLIGHT_DATA";            \
  }

#endif  // EVENLIGHT_TESTS_SUPPORT_TEST_DATA_H_
