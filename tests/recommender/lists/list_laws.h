// One list of each kind asked of a world, and the laws it must keep:
//
//   - it is not empty while something may be given, and a path is not while
//     there is a step to take;
//   - it holds nothing that may not be given, and nothing twice;
//   - nothing that the service adds goes over a limit of minutes;
//   - what is new is proposed for that reason as long as it has a budget, and
//     one that is spent costs no place.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_LISTS_LIST_LAWS_H_
#define EVENLIGHT_TESTS_RECOMMENDER_LISTS_LIST_LAWS_H_

#include "tests/recommender/lists/list_world.h"

namespace evenlight {

inline constexpr float kMinutesRounding = 1e-3f;  // Of sums.

// Each fails the running test where a law is broken, and returns how many
// entries the list had.
int CheckLearnerList(ListWorld& world);  // With pins and bans at times.
int CheckCappedList(ListWorld& world);
int CheckPages(ListWorld& world);  // Page after page, until nothing is left.
int CheckClassList(ListWorld& world);
int CheckGroupList(ListWorld& world);  // Of some who are named.
int CheckLessonList(ListWorld& world);
int CheckPath(ListWorld& world);

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_LISTS_LIST_LAWS_H_
