// The words of flags that take one of a few, as the API names them.

#ifndef EVENLIGHT_SERVICES_CLI_FLAG_WORDS_H_
#define EVENLIGHT_SERVICES_CLI_FLAG_WORDS_H_

#include <map>
#include <string>

#include "core/event.h"
#include "core/resource.h"
#include "services/cli/policy_log.h"

namespace evenlight {

template <typename Value>
using FlagWords = std::map<std::string, Value>;

inline const FlagWords<Phase> kPhases = {{"pre_class", Phase::kPreClass},
                                         {"in_class", Phase::kInClass},
                                         {"post_class", Phase::kPostClass},
                                         {"self_study", Phase::kSelfStudy}};

inline const FlagWords<Verb> kVerbs = {{"viewed", Verb::kViewed},
                                       {"completed", Verb::kCompleted},
                                       {"bookmarked", Verb::kBookmarked}};

inline const FlagWords<ResourceKind> kKinds = {
    {"exercise", ResourceKind::kExercise},
    {"video", ResourceKind::kVideo},
    {"text", ResourceKind::kText},
    {"audio", ResourceKind::kAudio},
    {"micro_course", ResourceKind::kMicroCourse},
    {"interactive", ResourceKind::kInteractive},
    {"quiz", ResourceKind::kQuiz},
    {"lesson_plan", ResourceKind::kLessonPlan},
    {"live_session", ResourceKind::kLiveSession}};

inline const FlagWords<RewardKind> kRewards = {
    {"opened", RewardKind::kOpened},
    {"completed", RewardKind::kCompleted},
    {"correct", RewardKind::kCorrect}};

// Numbers of evenlight.v1.AccessibilityFeature.
inline const FlagWords<int> kNeeds = {
    {"captions", 1},    {"sign_language", 2}, {"screen_reader", 3},
    {"large_print", 4}, {"no_time_limit", 5}, {"keyboard_only", 6}};

// Numbers of v1::Goal.Level.
inline const FlagWords<int> kGoalLevels = {
    {"familiar", 3}, {"proficient", 4}, {"mastered", 5}};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_FLAG_WORDS_H_
