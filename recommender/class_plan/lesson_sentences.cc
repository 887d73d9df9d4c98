#include "recommender/class_plan/lesson_sentences.h"

#include "absl/strings/substitute.h"
#include "recommender/ranking/explain.h"

namespace evenlight {
namespace {

// $0: what it is about; $1: how many; $2: of how many.
struct Sentence {
  const char* english;
  const char* chinese;
};

constexpr Sentence kReady = {
    "$1 of $2 learners are ready for $0 and have not mastered it.",
    "$2 名学生中有 $1 名已具备学习“$0”的基础，尚未掌握。"};
constexpr Sentence kMastered = {"$1 of $2 learners have already mastered $0.",
                                "$2 名学生中已有 $1 名掌握“$0”。"};
constexpr Sentence kNotReady = {
    "None of the $2 learners has yet what $0 builds on.",
    "$2 名学生都还缺少学习“$0”的基础。"};
constexpr Sentence kNoKcs = {
    "$0 names no topic: it is ranked by how much it is used alone.",
    "“$0”未标注知识点，仅按使用情况排序。"};
constexpr Sentence kGap = {
    "The unit builds on $0, which $1 of $2 learners lack.",
    "本单元以“$0”为基础，$2 名学生中有 $1 名尚未掌握。"};

std::string Say(const Sentence& sentence, ReasonLanguage language,
                absl::string_view about, int32_t count, int32_t of) {
  return absl::Substitute(language == ReasonLanguage::kChinese
                              ? sentence.chinese
                              : sentence.english,
                          about, count, of);
}

}  // namespace

std::string ExplainForLesson(const Catalog& catalog,
                             const LessonResource& judged, int32_t num_learners,
                             ReasonLanguage language) {
  const absl::Span<const KcIndex> kcs = catalog.KcsOf(judged.resource);
  if (kcs.empty()) {
    return Say(kNoKcs, language, TitleOf(catalog, judged.resource), 0, 0);
  }
  const std::string about = TitleOf(catalog, kcs[0]);
  if (judged.num_ready > 0) {
    return Say(kReady, language, about, judged.num_ready, num_learners);
  }
  return judged.num_mastered > 0
             ? Say(kMastered, language, about, judged.num_mastered,
                   num_learners)
             : Say(kNotReady, language, about, 0, num_learners);
}

std::string ExplainGap(const Catalog& catalog, KcIndex kc, int32_t num_missing,
                       int32_t num_learners, ReasonLanguage language) {
  return Say(kGap, language, TitleOf(catalog, kc), num_missing, num_learners);
}

}  // namespace evenlight
