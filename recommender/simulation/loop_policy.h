// What chooses a learner's next resource in the closed loop. It sees what a
// service would see: the catalog, the models that were learnt from an earlier
// cohort's events, the learner's own events, the goal and the time; never the
// student model.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_LOOP_POLICY_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_LOOP_POLICY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/interaction.h"
#include "recommender/models/model_binding.h"
#include "recommender/simulation/random.h"
#include "recommender/simulation/student_model.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

struct Course;

// Borrowed for the call.
struct LoopView {
  const ServingSnapshot& snapshot;
  const LearnerState& state;                 // Folded from `track`.
  absl::Span<const Interaction> track;       // All events so far.
  absl::Span<const KcIndex> goal;            // What is to be learnt.
  absl::Span<const KcIndex> scope;           // The goal and, as the catalog
                                             // states, all that it needs.
  absl::Span<const ResourceIndex> in_scope;  // Resources of `scope`, in order.
  Phase phase = Phase::kSelfStudy;
  absl::Time now;
  float minutes_left = 0;  // Until the day's cap.
  double course_done = 0;  // The share of the course's minutes that is over.
};

// One thread; one object for each learner.
class LoopPolicy {
 public:
  virtual ~LoopPolicy() = default;

  // A resource of `in_scope` that takes at most `minutes_left`; kNone: nothing
  // more today.
  virtual ResourceIndex Choose(const LoopView& view, Random* random) = 0;
};

// The policies by name. Baselines are what ours is held to.
//
//   evenlight             Recommend() with the weights of the session's phase
//   evenlight_PHASE       the same with those of one phase throughout:
//                         pre_class, in_class, post_class, self_study
//   random                any resource
//   curriculum            kc after kc, each an equal share of the minutes: the
//                         film, then exercises from easy to hard
//   popularity            what most of the earlier cohort took up, not yet met
//   hardest_unmastered    the hardest exercise on a kc that is not mastered
//   lowest_mastery        on the kc with the lowest P(known)
//   zpdes                 Clement, Roy, Oudeyer & Lopes, JEDM 2015
//   oracle                one step ahead in the student model itself
//
// Mastery and difficulty of baselines come from the same models as ours.
inline constexpr char kOurPolicy[] = "evenlight";
std::vector<std::string> LoopPolicyNames();
std::vector<std::string> DefaultLoopPolicies();
bool IsBaseline(absl::string_view policy);

// INVALID_ARGUMENT: there is no policy of that name; the message lists all.
absl::Status CheckLoopPolicy(absl::string_view name);

// `name` is known. `student` and `course` are for the oracle alone and outlive
// the policy.
std::unique_ptr<LoopPolicy> MakeLoopPolicy(absl::string_view name,
                                           const StudentModel* student,
                                           const Course* course);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_LOOP_POLICY_H_
