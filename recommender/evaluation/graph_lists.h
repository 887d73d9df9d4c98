// Whether lists and the graph of prerequisites agree: that nothing is shown
// before its time, and that everything's time comes.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_GRAPH_LISTS_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_GRAPH_LISTS_H_

#include <cstdint>

#include "recommender/models/model_binding.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

struct ListCounts {
  int64_t num_lists = 0;
  int64_t num_empty = 0;
  int64_t num_items = 0;
  // Items with a prerequisite that is neither mastered nor presumed to be
  // (LearnerView::IsReady(), the rule by which lists are ordered).
  int64_t num_unmet = 0;

  friend bool operator==(const ListCounts&, const ListCounts&) = default;
};

// Adds `list`, which was made for the learner of `view`.
void CountList(const LearnerView& view, const RankedList& list,
               ListCounts& counts);

// What becomes of a learner who answers, round by round, one question of every
// kc that is ready and not mastered, and always right.
struct GraphWalk {
  int32_t num_kcs = 0;
  int32_t num_ready = 0;     // Kcs that became ready.
  int32_t num_mastered = 0;  // Or were presumed so and never practised.
  int32_t num_unasked = 0;   // Kcs that no question practises.
  int32_t num_rounds = 0;    // Until nothing changed any more.
};

// Folded by the models of `snapshot`. A kc without a question is taken as
// mastered once it is ready, as it would be by what the service does not see.
// Ends when a hundred rounds made no kc ready or mastered.
GraphWalk WalkGraph(const ServingSnapshot& snapshot, float mastered_p_known);

// What becomes of a learner who starts with nothing, asks for lists, and
// answers all that they show once, always right, until a list is empty.
struct ListWalk {
  ListCounts lists;
  int32_t num_asked = 0;     // Kcs that were practised.
  int32_t num_mastered = 0;  // Of these.
};

// At most two lists for each resource of the catalog.
ListWalk FollowLists(const ServingSnapshot& snapshot,
                     const RankingPolicy& policy, int32_t page_size);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_GRAPH_LISTS_H_
