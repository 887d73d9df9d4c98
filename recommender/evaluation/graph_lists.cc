#include "recommender/evaluation/graph_lists.h"

#include <algorithm>
#include <vector>

#include "recommender/state/fold.h"
#include "recommender/state/learner_state.h"

namespace evenlight {
namespace {

// More answers than it takes to come near the most that BKT lets one reach.
constexpr int32_t kMaxIdleRounds = 100;

// Between two answers, of which only the order counts.
constexpr absl::Duration kStep = absl::Minutes(1);

Interaction RightAnswer(const Catalog& catalog, ResourceIndex question,
                        absl::Time time) {
  Interaction answer;
  answer.position.time = time;
  answer.verb = Verb::kAnswered;
  answer.time_is_order = true;
  answer.question = answer.resource = catalog.key(question);
  for (const KcIndex kc : catalog.KcsOf(question)) {
    answer.kcs.push_back(catalog.key(kc));
  }
  answer.is_correct = true;
  return answer;
}

// A learner who masters whatever is put before them.
class Walker {
 public:
  Walker(const ServingSnapshot& snapshot, float mastered_p_known)
      : snapshot_(snapshot), mastered_p_known_(mastered_p_known) {
    for (int32_t kc = 0; kc < catalog().num_kcs(); ++kc) {
      questions_.push_back(QuestionOf(KcIndex{kc}));
    }
  }

  GraphWalk Walk() {
    GraphWalk walk = Look();
    for (int32_t idle = 0; idle < kMaxIdleRounds && !IsAtTheEnd(walk); ++idle) {
      Practise();
      const GraphWalk next = Look();
      const bool has_moved = next.num_ready != walk.num_ready ||
                             next.num_mastered != walk.num_mastered;
      walk = next;
      if (has_moved) {
        last_move_ = walk.num_rounds;
        idle = -1;
      }
    }
    walk.num_rounds = last_move_;
    return walk;
  }

 private:
  const Catalog& catalog() const { return *snapshot_.catalog; }

  static bool IsAtTheEnd(const GraphWalk& walk) {
    return walk.num_mastered == walk.num_kcs;
  }

  // kNone: there is none.
  ResourceIndex QuestionOf(KcIndex kc) const {
    for (const ResourceIndex resource : catalog().ResourcesOf(kc)) {
      if (IsPractice(catalog().resource(resource).kind)) return resource;
    }
    return ResourceIndex::kNone;
  }

  LearnerView View() const {
    return LearnerView(&snapshot_, &state_, now_, mastered_p_known_);
  }

  GraphWalk Look() const {
    const LearnerView view = View();
    GraphWalk walk;
    walk.num_kcs = catalog().num_kcs();
    walk.num_rounds = num_rounds_;
    for (int32_t kc = 0; kc < walk.num_kcs; ++kc) {
      const KcView& of_kc = view.kc(KcIndex{kc});
      if (of_kc.is_ready) ++walk.num_ready;
      if (of_kc.is_mastered || of_kc.is_presumed) ++walk.num_mastered;
      if (questions_[kc] == ResourceIndex::kNone) ++walk.num_unasked;
    }
    return walk;
  }

  void Practise() {
    const LearnerView view = View();
    for (int32_t kc = 0; kc < catalog().num_kcs(); ++kc) {
      const KcView& of_kc = view.kc(KcIndex{kc});
      if (!of_kc.is_ready || of_kc.is_mastered || of_kc.is_presumed) continue;
      if (questions_[kc] == ResourceIndex::kNone) {
        Master(KcIndex{kc});
      } else {
        now_ += kStep;
        Fold(snapshot_.models->tracing,
             RightAnswer(catalog(), questions_[kc], now_), state_);
      }
    }
    ++num_rounds_;
  }

  void Master(KcIndex kc) {
    const KcState mastered = {.kc = catalog().key(kc), .p_known = 1};
    const auto place = std::lower_bound(
        state_.kcs.begin(), state_.kcs.end(), mastered,
        [](const KcState& a, const KcState& b) { return a.kc < b.kc; });
    if (place != state_.kcs.end() && place->kc == mastered.kc) {
      place->p_known = 1;
    } else {
      state_.kcs.insert(place, mastered);
    }
  }

  const ServingSnapshot& snapshot_;
  const float mastered_p_known_;
  std::vector<ResourceIndex> questions_;  // By KcIndex.
  LearnerState state_;
  absl::Time now_ = absl::UnixEpoch();
  int32_t num_rounds_ = 0;
  int32_t last_move_ = 0;
};

}  // namespace

void CountList(const LearnerView& view, const RankedList& list,
               ListCounts& counts) {
  ++counts.num_lists;
  if (list.shown.empty()) ++counts.num_empty;
  for (const RankedResource& shown : list.shown) {
    ++counts.num_items;
    if (!view.IsReady(shown.resource)) ++counts.num_unmet;
  }
}

GraphWalk WalkGraph(const ServingSnapshot& snapshot, float mastered_p_known) {
  return Walker(snapshot, mastered_p_known).Walk();
}

ListWalk FollowLists(const ServingSnapshot& snapshot,
                     const RankingPolicy& policy, int32_t page_size) {
  const Catalog& catalog = *snapshot.catalog;
  const LearnerProfile profile;
  RecommendationRequest request;
  request.page_size = page_size;
  ListWalk walk;
  LearnerState state;
  absl::Time now = absl::UnixEpoch();
  while (walk.lists.num_lists < 2 * int64_t{catalog.num_resources()}) {
    const LearnerView view(&snapshot, &state, now, policy.mastered_p_known);
    const RankedList list =
        Recommend({snapshot, state, profile, request, policy, now});
    CountList(view, list, walk.lists);
    if (list.shown.empty()) break;
    for (const RankedResource& shown : list.shown) {
      now += kStep;
      Fold(snapshot.models->tracing, RightAnswer(catalog, shown.resource, now),
           state);
    }
  }
  const LearnerView view(&snapshot, &state, now, policy.mastered_p_known);
  for (const KcIndex kc : view.practised()) {
    ++walk.num_asked;
    if (view.kc(kc).is_mastered) ++walk.num_mastered;
  }
  return walk;
}

}  // namespace evenlight
