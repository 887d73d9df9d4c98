#include "recommender/training/tracing_fit.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "core/parallel_for.h"
#include "recommender/state/fold.h"
#include "recommender/training/bkt_trainer.h"

namespace evenlight {
namespace {

constexpr double kNumPseudoAnswers = 5;
constexpr int64_t kPartsPerChunk = 64;

struct Share {
  double num_correct = 0;
  double num_answers = 0;

  void Add(bool is_correct) {
    num_correct += is_correct ? 1 : 0;
    num_answers += 1;
  }
  float Shrunken(double prior) const {
    return static_cast<float>((num_correct + kNumPseudoAnswers * prior) /
                              (num_answers + kNumPseudoAnswers));
  }
};

using AnswerVisitor = absl::FunctionRef<void(const Interaction&)>;

void ForEachAnswer(absl::Span<const TrackPart> parts, AnswerVisitor visit) {
  for (const TrackPart& part : parts) {
    for (const Interaction& interaction :
         part.interactions.subspan(part.from)) {
      if (IsAnswer(interaction)) visit(interaction);
    }
  }
}

absl::InlinedVector<KcRow, 2> RowsOf(const TracingModel& model,
                                     const Interaction& interaction) {
  absl::InlinedVector<KcRow, 2> rows;
  for (const KcKey kc : interaction.kcs) rows.push_back(model.FindKc(kc));
  return rows;
}

// Ordered by id, so that rows do not depend on the order of learners.
void CountKcs(absl::Span<const TrackPart> parts, const IdTables& ids,
              TracingParams& params) {
  Share all;
  std::map<KcId, Share> kcs;
  ForEachAnswer(parts, [&](const Interaction& answer) {
    all.Add(answer.is_correct);
    for (const KcKey kc : answer.kcs)
      kcs[ids.kcs.at(kc)].Add(answer.is_correct);
  });
  if (all.num_answers > 0) {
    params.mean_p_correct =
        static_cast<float>(all.num_correct / all.num_answers);
  }
  for (const auto& [kc, share] : kcs) {
    params.kcs.push_back(kc);
    params.kc_p_correct.push_back(share.Shrunken(params.mean_p_correct));
  }
  params.bkt.assign(params.kcs.size(), BktParams());
}

// `kcs_only` knows the kcs, but no question. A question may come with other kcs
// at another time: its prior is then the mean over its answers.
void CountQuestions(absl::Span<const TrackPart> parts, const IdTables& ids,
                    const TracingModel& kcs_only, TracingParams& params) {
  struct Question {
    Share share;
    double sum_of_priors = 0;
  };
  std::map<ResourceId, Question> questions;
  ForEachAnswer(parts, [&](const Interaction& answer) {
    Question& question = questions[ids.questions.at(answer.question)];
    question.share.Add(answer.is_correct);
    question.sum_of_priors += PredictByKcMean(kcs_only, answer);
  });
  for (const auto& [id, question] : questions) {
    params.questions.push_back(id);
    params.question_p_correct.push_back(question.share.Shrunken(
        question.sum_of_priors / question.share.num_answers));
  }
}

}  // namespace

TracingParams CountAnswersByKc(absl::Span<const TrackPart> parts,
                               const IdTables& ids) {
  TracingParams params;
  CountKcs(parts, ids, params);
  CountQuestions(parts, ids, TracingModel(params), params);
  return params;
}

std::vector<BktParams> FitBktTo(const TracingModel& model,
                                absl::Span<const TrackPart> parts,
                                int num_threads) {
  return TrainBkt(GroupByKc(model, parts), num_threads);
}

TracingModel WithoutLrh(const TracingModel& model) {
  return WithLrh(model, LrhWeights());
}

TracingModel WithLrh(const TracingModel& model, LrhWeights weights) {
  TracingParams params = model.params();
  params.lrh = std::move(weights);
  return TracingModel(std::move(params));
}

float PredictByKcMean(const TracingModel& model,
                      const Interaction& interaction) {
  return model.ExpectedCorrect(QuestionRow::kNone, RowsOf(model, interaction));
}

float PredictByQuestionMean(const TracingModel& model,
                            const Interaction& interaction) {
  return model.ExpectedCorrect(model.FindQuestion(interaction.question),
                               RowsOf(model, interaction));
}

float PredictByMean(const TracingModel& model, const Interaction&) {
  return model.params().mean_p_correct;
}

Prediction PredictionOf(const TracingModel& model, const TrackPart& part,
                        int64_t answers_so_far, const Interaction& answer,
                        float p_correct) {
  return {.p_correct = p_correct,
          .is_correct = answer.is_correct,
          .learner = part.learner,
          .number = part.answers_before + answers_so_far,
          .is_unseen_question =
              model.FindQuestion(answer.question) == QuestionRow::kNone};
}

std::vector<Prediction> PredictAnswers(const TracingModel& model,
                                       absl::Span<const TrackPart> parts,
                                       int num_threads) {
  std::vector<int64_t> begin = {0};
  for (const TrackPart& part : parts) {
    begin.push_back(begin.back() + CountAnswers(part));
  }
  std::vector<Prediction> predictions(begin.back());
  const auto replay = [&](int64_t number) {
    const TrackPart& part = parts[number];
    // Nothing to predict: no need to fold.
    if (begin[number] == begin[number + 1]) return;
    Prediction* out = &predictions[begin[number]];
    LearnerState state;
    const auto size = static_cast<int64_t>(part.interactions.size());
    for (int64_t i = 0; i < size; ++i) {
      const Interaction& interaction = part.interactions[i];
      if (i < part.from || !IsAnswer(interaction)) {
        Fold(model, interaction, state);
        continue;
      }
      const int32_t answers_so_far = state.num_answers();
      *out++ = PredictionOf(model, part, answers_so_far, interaction,
                            PredictAndFold(model, interaction, state));
    }
  };
  ParallelFor(num_threads, static_cast<int64_t>(parts.size()), kPartsPerChunk,
              [&](int64_t first, int64_t last) {
                for (int64_t part = first; part < last; ++part) replay(part);
              });
  return predictions;
}

std::vector<Prediction> PredictAnswersBy(
    absl::FunctionRef<float(const Interaction&)> predict,
    absl::Span<const TrackPart> parts) {
  std::vector<Prediction> predictions;
  for (const TrackPart& part : parts) {
    int64_t number =
        part.answers_before +
        CountAnswers({.interactions = part.interactions.first(part.from)});
    ForEachAnswer({&part, 1}, [&](const Interaction& answer) {
      predictions.push_back({.p_correct = predict(answer),
                             .is_correct = answer.is_correct,
                             .learner = part.learner,
                             .number = number++});
    });
  }
  return predictions;
}

}  // namespace evenlight
