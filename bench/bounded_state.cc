#include "bench/bounded_state.h"

#include <Eigen/Core>
#include <algorithm>
#include <vector>

#include "recommender/state/fold.h"
#include "recommender/state/state_io.h"

namespace evenlight {
namespace {

void RoundToHalf(float& value) {
  value = static_cast<float>(static_cast<Eigen::half>(value));
}

template <typename Values>
void RoundAll(Values& values) {
  for (float& value : values) RoundToHalf(value);
}

using Resources = std::vector<ResourceState>;

Resources::iterator Oldest(Resources& resources) {
  return std::min_element(resources.begin(), resources.end(),
                          [](const ResourceState& a, const ResourceState& b) {
                            return a.last_event < b.last_event;
                          });
}

// As the service does with what leaves: that it was met is remembered.
void RememberAsMet(ResourceKey resource, std::vector<uint32_t>& older) {
  const auto value = static_cast<uint32_t>(resource);
  const auto it = std::lower_bound(older.begin(), older.end(), value);
  if (older.size() < kMaxOlderResources &&
      (it == older.end() || *it != value)) {
    older.insert(it, value);
  }
}

// Of those that stay a float for each learner and kc, if they are not left out
// as 0.
int64_t NumFloats(const LearnerState& state) {
  const bool is_corrected =
      std::any_of(state.kcs.begin(), state.kcs.end(),
                  [](const KcState& kc) { return kc.correction != 0; });
  const size_t of_kc = kAverageRates.size() + 2 + (is_corrected ? 1 : 0);
  const size_t of_learner = state.averages.size() +
                            state.residual_averages.size() +
                            (state.correction != 0 ? 1 : 0);
  return static_cast<int64_t>(of_learner + of_kc * state.kcs.size());
}

}  // namespace

float BoundedState::PredictAndFold(const Interaction& answer) {
  if (bounds_.max_questions == StateBounds::kAll) MakeRoom(answer.question);
  const float p_correct = evenlight::PredictAndFold(model_, answer, state_);
  ForgetQuestions();
  ForgetKcs();
  if (bounds_.is_half) Round();
  return p_correct;
}

// Before a fold that would otherwise let a question go for ever.
void BoundedState::MakeRoom(ResourceKey question) {
  Resources& resources = state_.resources;
  const auto found = set_aside_.find(question);
  if (found == set_aside_.end() && resources.size() < kMaxResourceStates)
    return;
  if (state_.FindResource(question) != nullptr) return;
  if (resources.size() >= kMaxResourceStates) {
    const auto oldest = Oldest(resources);
    set_aside_[oldest->resource] = *oldest;
    resources.erase(oldest);
  }
  if (found == set_aside_.end()) return;
  const auto place = std::lower_bound(
      resources.begin(), resources.end(), question,
      [](const ResourceState& a, ResourceKey key) { return a.resource < key; });
  resources.insert(place, found->second);
  set_aside_.erase(found);
}

void BoundedState::ForgetQuestions() {
  Resources& resources = state_.resources;
  while (resources.size() > bounds_.max_questions) {
    const auto oldest = Oldest(resources);
    RememberAsMet(oldest->resource, state_.older_resources);
    resources.erase(oldest);
  }
}

// Recurrent states go with their kc.
void BoundedState::ForgetKcs() {
  std::vector<KcState>& kcs = state_.kcs;
  while (kcs.size() > bounds_.max_kcs) {
    const auto oldest = std::min_element(
        kcs.begin(), kcs.end(), [](const KcState& a, const KcState& b) {
          return a.last_answer < b.last_answer;
        });
    if (!state_.kc_hidden.empty()) {
      const auto units = static_cast<ptrdiff_t>(state_.hidden.size());
      const auto row =
          state_.kc_hidden.begin() + (oldest - kcs.begin()) * units;
      state_.kc_hidden.erase(row, row + units);
    }
    kcs.erase(oldest);
  }
}

void BoundedState::Round() {
  RoundAll(state_.averages);
  RoundAll(state_.residual_averages);
  RoundToHalf(state_.correction);
  RoundAll(state_.hidden);
  RoundAll(state_.kc_hidden);
  for (KcState& kc : state_.kcs) {
    RoundAll(kc.averages);
    RoundToHalf(kc.residual_average);
    RoundToHalf(kc.p_known);
    RoundToHalf(kc.correction);
  }
}

StateBytes BoundedState::Bytes() const {
  LearnerState state = state_;
  for (const auto& [key, resource] : set_aside_) {
    state.resources.push_back(resource);
  }
  std::sort(state.resources.begin(), state.resources.end(),
            [](const ResourceState& a, const ResourceState& b) {
              return a.resource < b.resource;
            });
  const auto all = static_cast<int64_t>(EncodeState(state).size());
  state.hidden.clear();
  state.kc_hidden.clear();
  StateBytes bytes;
  bytes.lrh_and_bkt = static_cast<int64_t>(EncodeState(state).size());
  bytes.residual = all - bytes.lrh_and_bkt;
  if (!bounds_.is_half) return bytes;
  constexpr int64_t kSaved = 2;
  bytes.lrh_and_bkt -= kSaved * NumFloats(state);
  bytes.residual -= kSaved * static_cast<int64_t>(state_.hidden.size() +
                                                  state_.kc_hidden.size());
  return bytes;
}

}  // namespace evenlight
