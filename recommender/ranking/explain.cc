#include "recommender/ranking/explain.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_format.h"
#include "absl/strings/substitute.h"
#include "recommender/state/liked_resources.h"

namespace evenlight {
namespace {

// $0 and $1 are filled in. Kept side by side so that both say the same.
struct Sentence {
  const char* english;
  const char* chinese;
};

constexpr Sentence kReadyAfter = {"You are ready for $0: you have mastered $1.",
                                  "你已经掌握“$1”，可以学习“$0”了。"};
constexpr Sentence kReadyPresumed = {
    "You are ready for $0: most learners know $1 by now.",
    "你可以学习“$0”了：多数同学到这时已经会“$1”。"};
constexpr Sentence kReadyFirst = {
    "You are ready for $0: nothing else has to be mastered first.",
    "你可以学习“$0”了：它不需要先掌握别的知识。"};
constexpr Sentence kStarted = {
    "You have started $0 and not mastered it yet: this is the next step.",
    "你已经开始学习“$0”，还没有完全掌握，这是下一步。"};
constexpr Sentence kReviewDays = {
    "Time to review $0: you last practised it $1 days ago.",
    "该复习“$0”了：你上次练习是 $1 天前。"};
constexpr Sentence kReviewSoon = {"Time to review $0 before it fades.",
                                  "该复习“$0”了，趁还没有忘记。"};
constexpr Sentence kOldMistake = {
    "You got this one wrong before: try it again to master $0.",
    "这道题你以前做错过，再做一次来掌握“$0”。"};
constexpr Sentence kOldMistakePlain = {
    "You got this one wrong before: try it again.",
    "这道题你以前做错过，再做一次吧。"};
constexpr Sentence kSimilar = {
    "Learners with a history like yours went on with this.",
    "与你学习经历相似的同学接着学了这个。"};
constexpr Sentence kLikeFinished = {"Like $0, which you finished.",
                                    "与你学完的“$0”相似。"};
constexpr Sentence kLikeRight = {"Like $0, which you got right.",
                                 "与你做对的“$0”相似。"};
constexpr Sentence kLikeBookmarked = {"Like $0, which you bookmarked.",
                                      "与你收藏的“$0”相似。"};
constexpr Sentence kLikeRated = {"Like $0, which you rated highly.",
                                 "与你评价很高的“$0”相似。"};
constexpr Sentence kPopularInGrade = {"Popular in grade $0.",
                                      "在 $0 年级很受欢迎。"};
constexpr Sentence kPopularWithAll = {"Popular with other learners.",
                                      "很受其他同学欢迎。"};
constexpr Sentence kNewOne = {"New in the catalog.", "资源库里新上的内容。"};
constexpr Sentence kStart = {"A good place to start: $0.", "可以从“$0”开始。"};
constexpr Sentence kStartPlain = {"A good place to start.", "可以从这里开始。"};
constexpr Sentence kAssignedOne = {"Your teacher chose this for you.",
                                   "这是老师为你选的。"};
constexpr Sentence kNotTriedOne = {"You have not tried this yet.",
                                   "你还没有学过这个。"};

std::string Say(const Sentence& sentence, ReasonLanguage language,
                absl::string_view first = "", absl::string_view second = "") {
  return absl::Substitute(language == ReasonLanguage::kChinese
                              ? sentence.chinese
                              : sentence.english,
                          first, second);
}

bool Carries(const LearnerView& view, KcIndex kc, ResourceIndex resource,
             Reason reason) {
  const KcView& kc_view = view.kc(kc);
  if (reason != Reason::kReview) {
    return !kc_view.is_settled && kc_view.is_ready;
  }
  return view.IsDue(resource) ? kc_view.is_due : !kc_view.is_mastered;
}

std::string ExplainNextStep(const LearnerView& view, KcIndex kc,
                            ReasonLanguage language) {
  const Catalog& catalog = view.catalog();
  const std::string title = TitleOf(catalog, kc);
  if (view.kc(kc).is_practised) return Say(kStarted, language, title);
  const auto prerequisites = catalog.curriculum().Prerequisites(kc);
  for (const KcIndex prerequisite : prerequisites) {
    if (!view.kc(prerequisite).is_mastered) continue;
    return Say(kReadyAfter, language, title, TitleOf(catalog, prerequisite));
  }
  for (const KcIndex prerequisite : prerequisites) {
    if (!view.kc(prerequisite).is_presumed) continue;
    return Say(kReadyPresumed, language, title, TitleOf(catalog, prerequisite));
  }
  return Say(kReadyFirst, language, title);
}

std::string ExplainReview(const LearnerView& view, ResourceIndex resource,
                          KcIndex kc, ReasonLanguage language) {
  if (kc == KcIndex::kNone) return Say(kOldMistakePlain, language);
  const std::string title = TitleOf(view.catalog(), kc);
  if (!view.IsDue(resource)) return Say(kOldMistake, language, title);
  const int64_t num_days =
      absl::ToInt64Hours(view.now() - view.kc(kc).last_time) / 24;
  if (num_days < 2) return Say(kReviewSoon, language, title);
  return Say(kReviewDays, language, title, absl::StrFormat("%d", num_days));
}

const Sentence& LikeSentence(Liking liking) {
  switch (liking) {
    case Liking::kFinished:
      return kLikeFinished;
    case Liking::kRight:
      return kLikeRight;
    case Liking::kBookmarked:
      return kLikeBookmarked;
    case Liking::kRated:
      return kLikeRated;
  }
  return kLikeFinished;
}

std::string ExplainLike(const LearnerView& view, ResourceIndex resource,
                        ReasonLanguage language) {
  const std::optional<LikedResource> like =
      MostAlike(view.snapshot(), LikedResources(view), resource);
  if (!like.has_value()) return Say(kNotTriedOne, language);
  return Say(LikeSentence(like->liking), language,
             TitleOf(view.catalog(), like->resource));
}

}  // namespace

KcIndex CarryingKc(const LearnerView& view, ResourceIndex resource,
                   Reason reason) {
  const absl::Span<const KcIndex> kcs = view.catalog().KcsOf(resource);
  if (kcs.empty()) return KcIndex::kNone;
  const auto found = std::find_if(kcs.begin(), kcs.end(), [&](KcIndex kc) {
    return Carries(view, kc, resource, reason);
  });
  return found == kcs.end() ? kcs[0] : *found;
}

std::string TitleOf(const Catalog& catalog, KcIndex kc) {
  const KnowledgeComponent& component = catalog.kc(kc);
  return component.title.empty() ? component.id : component.title;
}

std::string TitleOf(const Catalog& catalog, ResourceIndex resource) {
  const Resource& entry = catalog.resource(resource);
  return entry.title.empty() ? entry.id : entry.title;
}

std::string Explain(const LearnerView& view, ResourceIndex resource,
                    Reason reason, int32_t popular_grade,
                    ReasonLanguage language) {
  const KcIndex kc = CarryingKc(view, resource, reason);
  switch (reason) {
    case Reason::kNextStep:
      // Only what practises a kc is a next step.
      return kc == KcIndex::kNone ? Say(kNotTriedOne, language)
                                  : ExplainNextStep(view, kc, language);
    case Reason::kReview:
      return ExplainReview(view, resource, kc, language);
    case Reason::kSimilarLearners:
      return Say(kSimilar, language);
    case Reason::kSimilarResources:
      return ExplainLike(view, resource, language);
    case Reason::kPopular:
      return popular_grade == 0 ? Say(kPopularWithAll, language)
                                : Say(kPopularInGrade, language,
                                      absl::StrFormat("%d", popular_grade));
    case Reason::kNewResource:
      return Say(kNewOne, language);
    case Reason::kNewLearner:
      return kc == KcIndex::kNone
                 ? Say(kStartPlain, language)
                 : Say(kStart, language, TitleOf(view.catalog(), kc));
    case Reason::kAssigned:
      return Say(kAssignedOne, language);
    case Reason::kNotTried:
    case Reason::kUnspecified:
      return Say(kNotTriedOne, language);
  }
  return Say(kNotTriedOne, language);
}

}  // namespace evenlight
