#include "recommender/path/path_sentences.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

namespace evenlight {
namespace {

struct Sentence {
  const char* english;
  const char* chinese;
};

// $0: the kc; $1: what builds on it.
constexpr Sentence kLearn = {"Start on $0 with an explanation.",
                             "先看讲解，开始学习“$0”。"};
constexpr Sentence kLearnFirst = {
    "Start on $0 with an explanation: $1 builds on it.",
    "先看讲解，开始学习“$0”：“$1”要用到它。"};
constexpr Sentence kPractise = {"Practise $0: it is part of the goal.",
                                "练习“$0”：它是目标的一部分。"};
constexpr Sentence kPractiseFirst = {"Practise $0 first: $1 builds on it.",
                                     "先练习“$0”：“$1”要用到它。"};
constexpr Sentence kCheck = {
    "Check $0 with a question you have not answered before.",
    "用没做过的题检验“$0”。"};
constexpr Sentence kCheckFirst = {
    "Check $0 with a question you have not answered before, then go on to $1.",
    "用没做过的题检验“$0”，然后学习“$1”。"};
constexpr Sentence kReview = {"Review $0 before it fades.",
                              "复习“$0”，趁还没有忘记。"};

// $0: the kc; $1: questions; $2: right answers.
constexpr Sentence kObstacle = {
    "$0 takes at least $2 right answers, and the catalog has only $1 suitable "
    "questions for it now.",
    "“$0”至少要答对 $2 次，而资源库里目前只有 $1 道合适的题。"};
constexpr Sentence kNoQuestion = {
    "The catalog has no suitable question for $0 now.",
    "资源库里目前没有适合“$0”的题。"};
constexpr Sentence kTooFew = {
    "The catalog has too few suitable questions for $0 now.",
    "资源库里目前适合“$0”的题太少。"};
constexpr Sentence kMissing = {"The catalog does not hold it any more.",
                               "资源库里已经没有它了。"};

// $0: a date.
constexpr Sentence kKcReached = {"Reached.", "已经达到。"};
constexpr Sentence kKcInTime = {"Expected on $0.", "预计 $0 达到。"};
constexpr Sentence kKcNever = {"Not within two years with the minutes a day.",
                               "按每天的分钟数，两年内达不到。"};
constexpr Sentence kKcLate = {"Not in time: expected on $0.",
                              "来不及：预计 $0 才能达到。"};

// $0: kcs of the goal; $1: reached; $2: last day; $3: earliest day; $4: minutes
// a day; $5: minutes that would do.
constexpr Sentence kReached = {"The goal is reached: $1 of $0.",
                               "目标已经达到：$1/$0。"};
constexpr Sentence kOnTrack = {
    "On track: $1 of $0 reached, all of it expected on $3, in time for $2.",
    "进度正常：已达到 $1/$0，预计 $3 全部达到，赶得上 $2。"};
constexpr Sentence kBehind = {
    "It cannot all be reached by $2 with $4 minutes a day: $1 of $0 reached, "
    "all of it expected on $3.",
    "每天 $4 分钟，到 $2 不能全部达到：已达到 $1/$0，预计 $3 全部达到。"};
constexpr Sentence kBehindNever = {
    "It cannot all be reached by $2 with $4 minutes a day, nor within two "
    "years: $1 of $0 reached.",
    "每天 $4 分钟，到 $2 不能全部达到，两年内也不能：已达到 $1/$0。"};
constexpr Sentence kWouldDo = {" With $5 minutes a day it can.",
                               "每天 $5 分钟就可以。"};
constexpr Sentence kNoneWouldDo = {" No number of minutes a day would do.",
                                   "每天多少分钟都不够。"};
constexpr Sentence kBlocked = {
    "It cannot all be reached with what the catalog has now: $1 of $0 reached.",
    "用资源库里目前的内容不能全部达到：已达到 $1/$0。"};
constexpr Sentence kOverdue = {"The time is over: $1 of $0 reached.",
                               "时间已过：已达到 $1/$0。"};

const char* In(const Sentence& sentence, ReasonLanguage language) {
  return language == ReasonLanguage::kChinese ? sentence.chinese
                                              : sentence.english;
}

const Sentence& OfActivity(ActivityKind kind, bool is_first) {
  switch (kind) {
    case ActivityKind::kLearn:
      return is_first ? kLearnFirst : kLearn;
    case ActivityKind::kPractise:
      return is_first ? kPractiseFirst : kPractise;
    case ActivityKind::kCheck:
      return is_first ? kCheckFirst : kCheck;
    case ActivityKind::kReview:
      return kReview;
  }
  return kPractise;
}

std::string StatusIn(const GoalProgress& progress, ReasonLanguage language) {
  switch (progress.status) {
    case GoalStatus::kReached:
      return In(kReached, language);
    case GoalStatus::kOnTrack:
      return In(kOnTrack, language);
    case GoalStatus::kBehind:
      return absl::StrCat(
          In(progress.earliest_date.empty() ? kBehindNever : kBehind, language),
          In(progress.sufficient_minutes_a_day > 0 ? kWouldDo : kNoneWouldDo,
             language));
    case GoalStatus::kBlocked:
      return In(kBlocked, language);
    case GoalStatus::kOverdue:
      return In(kOverdue, language);
  }
  return In(kReached, language);
}

}  // namespace

std::string ExplainActivity(ActivityKind kind, absl::string_view kc,
                            absl::string_view goal, ReasonLanguage language) {
  return absl::Substitute(In(OfActivity(kind, !goal.empty()), language), kc,
                          goal);
}

std::string ExplainObstacle(const Obstacle& obstacle, ReasonLanguage language) {
  const Sentence& sentence = obstacle.num_questions == 0 ? kNoQuestion
                             : obstacle.num_questions >= obstacle.num_right
                                 ? kTooFew
                                 : kObstacle;
  return absl::Substitute(In(sentence, language), obstacle.kc,
                          obstacle.num_questions, obstacle.num_right);
}

std::string ExplainMissing(ReasonLanguage language) {
  return In(kMissing, language);
}

std::string ExplainOutcome(KcOutcome outcome, absl::string_view date,
                           ReasonLanguage language) {
  const Sentence& sentence = outcome == KcOutcome::kReached  ? kKcReached
                             : outcome == KcOutcome::kInTime ? kKcInTime
                             : date.empty()                  ? kKcNever
                                                             : kKcLate;
  return absl::Substitute(In(sentence, language), date);
}

std::string ExplainStatus(const GoalProgress& progress, absl::string_view date,
                          int32_t minutes_a_day, ReasonLanguage language) {
  return absl::Substitute(StatusIn(progress, language), progress.num_kcs,
                          progress.num_reached, date, progress.earliest_date,
                          minutes_a_day, progress.sufficient_minutes_a_day);
}

}  // namespace evenlight
