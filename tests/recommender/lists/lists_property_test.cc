// Laws of every list that a learner or a teacher can ask for, in worlds that
// change between one list and the next. EVENLIGHT_PROPERTY_CASES says how many
// lists; 10,000 if it is not set.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "absl/strings/numbers.h"
#include "gtest/gtest.h"
#include "tests/recommender/lists/list_laws.h"

namespace evenlight {
namespace {

constexpr int kListsPerWorld = 40;

struct Method {
  const char* name;
  int (*check)(ListWorld& world);
  int64_t num_lists = 0;
  int64_t num_empty = 0;
  int64_t num_entries = 0;
};

int64_t NumCases() {
  const char* wanted = std::getenv("EVENLIGHT_PROPERTY_CASES");
  int64_t num_cases = 10'000;
  if (wanted != nullptr && !absl::SimpleAtoi(wanted, &num_cases)) {
    ADD_FAILURE() << "EVENLIGHT_PROPERTY_CASES is no number: " << wanted;
  }
  return num_cases;
}

TEST(ListsProperty, NoListIsEmptyIneligibleRepeatedOrOverTheCap) {
  Method methods[] = {{"learner list", CheckLearnerList},
                      {"capped list", CheckCappedList},
                      {"pages", CheckPages},
                      {"class list", CheckClassList},
                      {"group list", CheckGroupList},
                      {"lesson list", CheckLessonList},
                      {"path", CheckPath}};
  const int64_t num_cases = NumCases();
  int64_t num_done = 0;
  int64_t num_shown_as_new = 0;
  int64_t num_shown_though_spent = 0;
  for (unsigned seed = 0; num_done < num_cases; ++seed) {
    ListWorld world(seed);
    for (int list = 0; list < kListsPerWorld && num_done < num_cases; ++list) {
      for (int steps = Below(world.random(), 4); steps > 0; --steps) {
        world.Step();
      }
      Method& method =
          methods[Below(world.random(), static_cast<int>(std::size(methods)))];
      SCOPED_TRACE(testing::Message() << "world " << seed << ", list " << list
                                      << ": " << method.name);
      const int num_entries = method.check(world);
      if (HasFailure()) return;
      ++num_done;
      ++method.num_lists;
      method.num_empty += num_entries == 0 ? 1 : 0;
      method.num_entries += num_entries;
    }
    num_shown_as_new += world.num_shown_as_new();
    num_shown_though_spent += world.num_shown_though_spent();
  }
  for (const Method& method : methods) {
    std::cout << method.name << ": lists=" << method.num_lists
              << " empty=" << method.num_empty
              << " entries=" << method.num_entries << "\n";
    EXPECT_GT(method.num_entries, method.num_lists) << method.name;
  }
  std::cout << "shown as new: " << num_shown_as_new
            << ", new but spent: " << num_shown_though_spent << "\n";
  EXPECT_GT(num_shown_as_new, num_cases / 100);
  EXPECT_GT(num_shown_though_spent, num_cases / 100);
}

}  // namespace
}  // namespace evenlight
