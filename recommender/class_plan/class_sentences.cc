#include "recommender/class_plan/class_sentences.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "recommender/ranking/explain.h"

namespace evenlight {
namespace {

// $0: what it is about; $1: how many.
struct Sentence {
  const char* english;
  const char* chinese;
};

constexpr Sentence kItemOne = {"Helps one learner with $0.",
                               "能帮助 1 名学生学习“$0”。"};
constexpr Sentence kItemMany = {"Helps $1 learners with $0.",
                                "能帮助 $1 名学生学习“$0”。"};
constexpr Sentence kPlainOne = {"Suits one learner; no clear gain is expected.",
                                "适合 1 名学生，但预计没有明显提高。"};
constexpr Sentence kPlainMany = {
    "Suits $1 learners; no clear gain is expected.",
    "适合 $1 名学生，但预计没有明显提高。"};
constexpr Sentence kPrerequisite = {
    "The lesson builds on $0: it helps $1 of them to catch up.",
    "本课以“$0”为基础，可帮助 $1 名学生补上。"};
constexpr Sentence kIntroduction = {
    "A short introduction to $0 before the lesson, for $1 of them.",
    "课前简短了解“$0”，适合 $1 名学生。"};
constexpr Sentence kWholeClass = {
    "For the whole class: helps $1 learners with $0.",
    "适合全班：能帮助 $1 名学生学习“$0”。"};
constexpr Sentence kConsolidation = {"Consolidates $0, for $1 of them.",
                                     "巩固“$0”，适合 $1 名学生。"};
constexpr Sentence kReview = {"Brings back $0, which is fading for $1 of them.",
                              "复习“$0”，有 $1 名学生正在遗忘。"};
constexpr Sentence kPinned = {"Chosen by the teacher; suits $1 of them.",
                              "教师指定，适合 $1 名学生。"};
constexpr Sentence kPinnedWhy = {"Chosen by the teacher: $0 Suits $1 of them.",
                                 "教师指定：$0适合 $1 名学生。"};
constexpr Sentence kMissingOne = {"Lacks what comes next builds on: $0.",
                                  "缺少后续学习的基础：“$0”。"};
constexpr Sentence kMissingMany = {
    "Lacks $1 topics that what comes next builds on, first of all $0.",
    "后续学习所需的基础还缺 $1 项，首先是“$0”。"};
constexpr Sentence kStruggles = {
    "Answers on $0 were more often wrong than right.", "“$0”答错多于答对。"};
constexpr Sentence kGroupOne = {"One learner gains most from $0.",
                                "有 1 名学生学习“$0”收获最大。"};
constexpr Sentence kGroupMany = {"These $1 learners gain most from $0.",
                                 "这 $1 名学生学习“$0”收获最大。"};
constexpr Sentence kPlainGroupOne = {
    "$0 suits one learner; no clear gain is expected.",
    "“$0”适合 1 名学生，但预计没有明显提高。"};
constexpr Sentence kPlainGroupMany = {
    "$0 suits these $1 learners; no clear gain is expected.",
    "“$0”适合这 $1 名学生，但预计没有明显提高。"};
constexpr Sentence kInstead = {"The list does not fit; $0 would help more.",
                               "清单上的内容不合适，更适合学习“$0”。"};
constexpr Sentence kTry = {
    "Nothing promises a clear gain at the moment; $0 could be tried.",
    "目前没有能明显提高的内容，可以试试“$0”。"};
constexpr Sentence kNothing = {"Nothing in the catalog fits at the moment.",
                               "资源库里目前没有合适的内容。"};

// By ClassNotice.
constexpr Sentence kNotices[] = {
    {"None of them has been seen at work yet: the list goes by grade and "
     "curriculum alone.",
     "目前还没有这些学生的学习记录，清单仅依据年级和课程编排。"},
    {"The pins take all places of the list; nothing was added to them.",
     "指定的资源已占满清单，未再添加其他内容。"},
    {"The pins alone take longer than the list may; they stay, and nothing was "
     "added to them.",
     "仅指定的资源就已超过时间上限；予以保留，未再添加其他内容。"},
    {"The list is empty: everything that would fit takes longer than the list "
     "may.",
     "清单为空：合适的内容都超过时间上限。"},
    {"The list is empty: everything that would fit is banned.",
     "清单为空：合适的内容都已被禁用。"},
    {"The list is empty: everything that would fit was already met or "
     "mastered.",
     "清单为空：合适的内容都已学过或掌握。"},
    {"The list is empty: no resource passes the filters.",
     "清单为空：没有符合筛选条件的资源。"},
};

const Sentence& ByCount(const Sentence& one, const Sentence& many,
                        int32_t count) {
  return count == 1 ? one : many;
}

std::string Say(const Sentence& sentence, ReasonLanguage language,
                absl::string_view about, int32_t count) {
  return absl::Substitute(language == ReasonLanguage::kChinese
                              ? sentence.chinese
                              : sentence.english,
                          about, count);
}

// Its first kc, else its own title.
std::string About(const Catalog& catalog, ResourceIndex resource) {
  const absl::Span<const KcIndex> kcs = catalog.KcsOf(resource);
  return kcs.empty() ? TitleOf(catalog, resource) : TitleOf(catalog, kcs[0]);
}

// A teacher's words as a sentence that another may follow.
std::string Ended(absl::string_view words, ReasonLanguage language) {
  const bool is_ended =
      absl::EndsWith(words, ".") || absl::EndsWith(words, "!") ||
      absl::EndsWith(words, "?") || absl::EndsWith(words, "。");
  if (words.empty() || is_ended) return std::string(words);
  return absl::StrCat(words, language == ReasonLanguage::kChinese ? "。" : ".");
}

const Sentence& SentenceOf(ItemUse use, int32_t count, bool has_gain) {
  if (!has_gain) return ByCount(kPlainOne, kPlainMany, count);
  switch (use) {
    case ItemUse::kPrerequisite:
      return kPrerequisite;
    case ItemUse::kIntroduction:
      return kIntroduction;
    case ItemUse::kWholeClass:
      return kWholeClass;
    case ItemUse::kConsolidation:
      return kConsolidation;
    case ItemUse::kReview:
      return kReview;
    case ItemUse::kUnspecified:
    case ItemUse::kPinned:
    case ItemUse::kGroup:
      break;
  }
  return ByCount(kItemOne, kItemMany, count);
}

}  // namespace

std::string ExplainItem(const Catalog& catalog, const ClassItem& item,
                        bool has_gain, absl::string_view pin_reason,
                        ReasonLanguage language) {
  const int32_t count = item.num_learners_fit;
  if (item.use == ItemUse::kPinned) {
    return Say(pin_reason.empty() ? kPinned : kPinnedWhy, language,
               Ended(pin_reason, language), count);
  }
  return Say(SentenceOf(item.use, count, has_gain), language,
             About(catalog, item.resource), count);
}

std::string ExplainGroup(const Catalog& catalog, ResourceIndex resource,
                         int32_t num_learners, bool has_gain,
                         ReasonLanguage language) {
  const Sentence& sentence =
      has_gain ? ByCount(kGroupOne, kGroupMany, num_learners)
               : ByCount(kPlainGroupOne, kPlainGroupMany, num_learners);
  return Say(sentence, language, About(catalog, resource), num_learners);
}

std::string ExplainUnserved(const Catalog& catalog, ResourceIndex instead,
                            bool has_gain, ReasonLanguage language) {
  if (instead == ResourceIndex::kNone) return Say(kNothing, language, "", 0);
  return Say(has_gain ? kInstead : kTry, language, TitleOf(catalog, instead),
             0);
}

std::string ExplainToSee(const Catalog& catalog, KcIndex kc,
                         int32_t num_missing, ReasonLanguage language) {
  const Sentence& sentence =
      num_missing == 0 ? kStruggles
                       : ByCount(kMissingOne, kMissingMany, num_missing);
  return Say(sentence, language, TitleOf(catalog, kc), num_missing);
}

std::string ExplainNotice(ClassNotice notice, ReasonLanguage language) {
  return Say(kNotices[static_cast<size_t>(notice)], language, "", 0);
}

}  // namespace evenlight
