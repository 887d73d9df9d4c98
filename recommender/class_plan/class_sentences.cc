#include "recommender/class_plan/class_sentences.h"

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

}  // namespace

std::string ExplainItem(const Catalog& catalog, ResourceIndex resource,
                        int32_t num_learners_fit, bool has_gain,
                        ReasonLanguage language) {
  const Sentence& sentence =
      has_gain ? ByCount(kItemOne, kItemMany, num_learners_fit)
               : ByCount(kPlainOne, kPlainMany, num_learners_fit);
  return Say(sentence, language, About(catalog, resource), num_learners_fit);
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

}  // namespace evenlight
