#include "recommender/class_plan/lesson_list.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "recommender/class_plan/class_sentences.h"
#include "recommender/class_plan/lesson_sentences.h"
#include "recommender/ranking/score.h"

namespace evenlight {
namespace {

constexpr float kFitWeight = 0.5f;
constexpr float kGainWeight = 0.3f;
constexpr float kQualityWeight = 0.2f;
constexpr float kHalfGain = 0.1f;  // In kcs.
// So much less for each better one of the same kind and kcs.
constexpr float kAlikeCost = 0.1f;
constexpr size_t kBlock = 64;
// A gap is what at least this share of the class lacks.
constexpr float kGapShare = 0.2f;

class LessonRanker {
 public:
  explicit LessonRanker(const ClassPlanInput& input)
      : input_(input), catalog_(*input.snapshot.catalog) {
    for (const ClassLearner& learner : input.learners) {
      learners_.push_back(std::make_unique<PlannedLearner>(
          LearnerView(&input.snapshot, &learner.state, input.now,
                      input.policy.mastered_p_known),
          learner.profile, input.request.filter, input.request.phase));
    }
  }

  LessonList Rank() const {
    const ClassScope scope = ScopeOf(learners_, input_.request.filter);
    LessonList list;
    list.resources = JudgeAll();
    KeepBest(list.resources);
    for (LessonResource& one : list.resources) {
      one.reason_text = ExplainForLesson(catalog_, one, num_learners(),
                                         input_.request.language);
    }
    list.map = MapMastery(learners_, scope.map);
    list.gaps = FindGaps(scope.lesson);
    if (list.resources.empty()) {
      list.notices.push_back(
          ExplainNotice(ClassNotice::kNothingPasses, input_.request.language));
    }
    return list;
  }

 private:
  int32_t num_learners() const {
    return static_cast<int32_t>(learners_.size());
  }

  // All that may pass, in the order of positions: of the kcs that are named,
  // else of the shelves of subject and grade.
  std::vector<ResourceIndex> Scope() const {
    absl::flat_hash_set<ResourceIndex> found;
    if (!input_.request.filter.kcs.empty()) {
      for (const KcId& id : input_.request.filter.kcs) {
        const KcIndex kc = catalog_.FindKc(id);
        if (kc == KcIndex::kNone) continue;
        const auto resources = catalog_.ResourcesOf(kc);
        found.insert(resources.begin(), resources.end());
      }
    } else {
      const FilterIndex::Shelf* last = nullptr;
      for (const auto& learner : learners_) {
        const FilterIndex::Shelf& shelf = learner->request_gate.scope();
        if (&shelf == last) continue;
        last = &shelf;
        found.insert(shelf.resources.begin(), shelf.resources.end());
      }
    }
    std::vector<ResourceIndex> scope(found.begin(), found.end());
    std::sort(scope.begin(), scope.end());
    return scope;
  }

  bool Passes(const PlannedLearner& learner, ResourceIndex resource) const {
    return learner.request_gate.CheckForTeacher(resource) == Refusal::kNone;
  }

  struct Sums {
    bool is_for_anybody = false;
    float fit = 0;
    LessonResource judged;
  };

  // A few resources at a time, one learner after the other: both the catalog
  // and what is known of each learner are larger than a processor's cache.
  std::vector<LessonResource> JudgeAll() const {
    std::vector<Sums> all;
    for (const ResourceIndex resource : Scope()) {
      all.emplace_back().judged.resource = resource;
    }
    for (size_t begin = 0; begin < all.size(); begin += kBlock) {
      const size_t end = std::min(begin + kBlock, all.size());
      for (const auto& learner : learners_) {
        for (size_t i = begin; i < end; ++i) AddLearner(*learner, all[i]);
      }
    }
    std::vector<LessonResource> judged;
    for (Sums& sums : all) {
      if (sums.is_for_anybody) judged.push_back(Scored(std::move(sums)));
    }
    return judged;
  }

  void AddLearner(const PlannedLearner& learner, Sums& sums) const {
    LessonResource& judged = sums.judged;
    const LearnerView& view = learner.view;
    if (!Passes(learner, judged.resource)) return;
    sums.is_for_anybody = true;
    if (catalog_.KcsOf(judged.resource).empty()) return;
    if (view.IsMastered(judged.resource)) {
      ++judged.num_mastered;
      return;
    }
    sums.fit += view.Readiness(judged.resource);
    judged.num_ready += view.IsReady(judged.resource) ? 1 : 0;
    judged.mean_gain += ExpectedRise(view, judged.resource);
  }

  LessonResource Scored(Sums sums) const {
    LessonResource& judged = sums.judged;
    const float fit = sums.fit / static_cast<float>(num_learners());
    judged.quality = QualityOf(input_.snapshot, judged.resource);
    judged.mean_gain /= static_cast<float>(num_learners());
    judged.score =
        kFitWeight * fit +
        kGainWeight * judged.mean_gain / (judged.mean_gain + kHalfGain) +
        kQualityWeight * judged.quality;
    return std::move(judged);
  }

  static void PutBestFirst(std::vector<LessonResource>& resources) {
    std::sort(resources.begin(), resources.end(),
              [](const LessonResource& a, const LessonResource& b) {
                return std::pair(-a.score, a.resource) <
                       std::pair(-b.score, b.resource);
              });
  }

  // What is alike, the best of it aside, goes further down.
  void Spread(std::vector<LessonResource>& resources) const {
    std::map<std::pair<ResourceKind, std::vector<KcIndex>>, int32_t> num_alike;
    for (LessonResource& one : resources) {
      const absl::Span<const KcIndex> kcs = catalog_.KcsOf(one.resource);
      const int32_t before =
          num_alike[{catalog_.resource(one.resource).kind,
                     std::vector<KcIndex>(kcs.begin(), kcs.end())}]++;
      one.score =
          std::max(0.0f, one.score - kAlikeCost * static_cast<float>(before));
    }
  }

  void KeepBest(std::vector<LessonResource>& resources) const {
    PutBestFirst(resources);
    Spread(resources);
    PutBestFirst(resources);
    const auto num_places = static_cast<size_t>(input_.request.page_size);
    if (resources.size() > num_places) resources.resize(num_places);
  }

  std::vector<LessonGap> FindGaps(absl::Span<const KcIndex> lesson) const {
    std::vector<LessonGap> gaps;
    for (const KcIndex kc : DirectPrerequisites(catalog_, lesson)) {
      const auto num_missing = static_cast<int32_t>(std::count_if(
          learners_.begin(), learners_.end(), [&](const auto& learner) {
            const KcView& view = learner->view.kc(kc);
            return !view.is_mastered && !view.is_presumed;
          }));
      if (static_cast<float>(num_missing) <
          kGapShare * static_cast<float>(num_learners())) {
        continue;
      }
      gaps.push_back({kc, num_missing,
                      ExplainGap(catalog_, kc, num_missing, num_learners(),
                                 input_.request.language)});
    }
    std::stable_sort(gaps.begin(), gaps.end(),
                     [](const auto& a, const auto& b) {
                       return a.num_missing > b.num_missing;
                     });
    if (gaps.size() > kMaxLessonGaps) gaps.resize(kMaxLessonGaps);
    return gaps;
  }

  const ClassPlanInput& input_;
  const Catalog& catalog_;
  std::vector<std::unique_ptr<PlannedLearner>> learners_;
};

}  // namespace

LessonList RankForLesson(const ClassPlanInput& input) {
  LessonList list = LessonRanker(input).Rank();
  if (input.snapshot.models->version == 0) {
    list.degraded.push_back("no model is serving");
  }
  return list;
}

}  // namespace evenlight
