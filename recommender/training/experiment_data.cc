#include "recommender/training/experiment_data.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"

namespace evenlight {
namespace {

Interaction ToInteraction(const Answer& answer, int64_t number, bool has_time) {
  Interaction interaction;
  interaction.position.time =
      has_time ? answer.time : absl::UnixEpoch() + absl::Minutes(number);
  interaction.verb = Verb::kAnswered;
  interaction.time_is_order = !has_time;
  interaction.question = ResourceKeyOf(answer.question);
  interaction.resource = interaction.question;
  interaction.is_correct = answer.is_correct;
  for (const KcId& id : answer.kcs) {
    const KcKey kc = KcKeyOf(id);
    if (std::find(interaction.kcs.begin(), interaction.kcs.end(), kc) ==
        interaction.kcs.end()) {
      interaction.kcs.push_back(kc);
    }
  }
  return interaction;
}

std::vector<const LearnerAnswers*> ById(const AnswerSet& answers) {
  std::vector<const LearnerAnswers*> learners;
  for (const LearnerAnswers& learner : answers.learners) {
    learners.push_back(&learner);
  }
  std::sort(learners.begin(), learners.end(),
            [](const LearnerAnswers* a, const LearnerAnswers* b) {
              return a->learner < b->learner;
            });
  return learners;
}

void AddChunks(const std::vector<Interaction>& track, int32_t learner,
               int chunk_size, std::vector<TrackPart>& parts) {
  const size_t size =
      chunk_size > 0 ? static_cast<size_t>(chunk_size) : track.size();
  for (size_t begin = 0; begin < track.size(); begin += size) {
    parts.push_back(
        {.interactions = absl::MakeConstSpan(track).subspan(begin, size),
         .learner = learner,
         .answers_before = static_cast<int64_t>(begin)});
  }
}

}  // namespace

ExperimentData ReadAnswers(const AnswerSet& answers, int64_t seed) {
  ExperimentData data;
  for (const LearnerAnswers* learner : ById(answers)) {
    std::vector<Interaction> track;
    track.reserve(learner->answers.size());
    for (const Answer& answer : learner->answers) {
      track.push_back(ToInteraction(answer, static_cast<int64_t>(track.size()),
                                    answers.has_time));
      data.ids.questions.try_emplace(track.back().question, answer.question);
      for (const KcId& kc : answer.kcs) {
        data.ids.kcs.try_emplace(KcKeyOf(kc), kc);
      }
    }
    data.tracks.push_back(std::move(track));
    data.folds.push_back(answers.has_folds ? learner->fold
                                           : FoldOf(learner->learner, seed));
  }
  return data;
}

FoldParts SplitFold(const ExperimentData& data, int fold, int chunk_size) {
  FoldParts parts;
  for (size_t track = 0; track < data.tracks.size(); ++track) {
    const int32_t of_track = data.folds[track];
    AddChunks(data.tracks[track], static_cast<int32_t>(track), chunk_size,
              of_track == fold                     ? parts.test
              : of_track == ValidationFoldOf(fold) ? parts.validation
                                                   : parts.train);
  }
  return parts;
}

}  // namespace evenlight
