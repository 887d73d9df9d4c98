#include "recommender/evaluation/choice_replay.h"

#include <numeric>
#include <random>
#include <utility>

#include "recommender/evaluation/choice_rank.h"
#include "recommender/ranking/score.h"
#include "recommender/state/fold.h"
#include "recommender/state/learner_view.h"

namespace evenlight {
namespace {

// Questions do not depend on the learner's profile, nor on a request.
const LearnerProfile& AnyProfile() {
  static const auto& profile = *new LearnerProfile();
  return profile;
}

// Draws questions in a random order, each once.
class QuestionDraw {
 public:
  QuestionDraw(const Catalog& catalog, uint64_t seed) : random_(seed) {
    for (int32_t row = 0; row < catalog.num_resources(); ++row) {
      if (IsPractice(catalog.resource(ResourceIndex{row}).kind)) {
        questions_.push_back(ResourceIndex{row});
      }
    }
  }

  // Calls `visit` until it returns false. Whatever order the last call left is
  // as good a start as any.
  template <typename Visit>
  void ForEach(Visit visit) {
    for (size_t row = 0; row < questions_.size(); ++row) {
      const size_t left = questions_.size() - row;
      std::swap(questions_[row], questions_[row + random_() % left]);
      if (!visit(questions_[row])) return;
    }
  }

 private:
  std::mt19937_64 random_;
  std::vector<ResourceIndex> questions_;
};

float PartOf(const Score& score, ScorePart part) {
  return score.parts[static_cast<size_t>(part)];
}

bool IsEligible(const EligibilityGate& gate, ResourceIndex question) {
  return gate.CheckNew(question) == Refusal::kNone ||
         gate.CheckReview(question) == Refusal::kNone;
}

// What `view` says of `question`, and of others beside it.
ReplayedChoice Judge(const LearnerView& view, ResourceIndex question,
                     const ChoiceReplayOptions& options, QuestionDraw& draw) {
  const EligibilityGate gate(&view, AnyProfile(), ResourceFilter(),
                             Phase::kSelfStudy);
  const Scorer scorer(&view, &options.policy, Phase::kSelfStudy, nullptr);
  std::vector<float> bands;
  std::vector<float> gains;
  draw.ForEach([&](ResourceIndex other) {
    if (other == question || !IsEligible(gate, other)) return true;
    const Score score = scorer.Evaluate(other);
    bands.push_back(PartOf(score, ScorePart::kBand));
    gains.push_back(PartOf(score, ScorePart::kGain));
    return static_cast<int32_t>(bands.size()) != options.num_others;
  });
  const Score score = scorer.Evaluate(question);
  ReplayedChoice choice;
  choice.prediction.p_correct = scorer.PCorrect(question);
  if (!IsEligible(gate, question)) choice.refusal = gate.CheckNew(question);
  choice.num_others = static_cast<int32_t>(bands.size());
  choice.band_rank = MidRank(PartOf(score, ScorePart::kBand), bands);
  choice.gain_rank = MidRank(PartOf(score, ScorePart::kGain), gains);
  return choice;
}

}  // namespace

std::vector<ReplayedChoice> ReplayChoices(const ServingSnapshot& snapshot,
                                          absl::Span<const Interaction> track,
                                          int32_t learner,
                                          const ChoiceReplayOptions& options) {
  // A learner's draws are their own, whoever else is replayed.
  QuestionDraw draw(*snapshot.catalog,
                    std::mt19937_64(options.seed)() + uint64_t(learner));
  std::vector<ReplayedChoice> choices;
  LearnerState state;
  int64_t number = 0;
  for (const Interaction& interaction : track) {
    const ResourceIndex question =
        snapshot.catalog->FindResource(interaction.question);
    const bool is_answer = interaction.verb == Verb::kAnswered;
    if (is_answer && question != ResourceIndex::kNone) {
      const LearnerView view(&snapshot, &state, interaction.position.time,
                             options.policy.mastered_p_known);
      ReplayedChoice choice = Judge(view, question, options, draw);
      choice.prediction.is_correct = interaction.is_correct;
      choice.prediction.learner = learner;
      choice.prediction.number = number;
      choices.push_back(choice);
    }
    if (is_answer) ++number;
    Fold(snapshot.models->tracing, interaction, state);
  }
  return choices;
}

}  // namespace evenlight
