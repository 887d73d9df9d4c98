#include "recommender/training/residual_pack.h"

#include <algorithm>
#include <numeric>

#include "absl/container/flat_hash_map.h"
#include "core/ids.h"

namespace evenlight {
namespace {

// Positions of `sizes`, the largest first, equal ones as they stand.
std::vector<int32_t> LongestFirst(const std::vector<int64_t>& sizes) {
  std::vector<int32_t> order(sizes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int32_t a, int32_t b) { return sizes[a] > sizes[b]; });
  return order;
}

// Calls `place(sequence, step)` for each column in turn.
template <typename Place>
PackedSteps Pack(const std::vector<int64_t>& sizes, Place place) {
  PackedSteps steps;
  const std::vector<int32_t> order = LongestFirst(sizes);
  size_t width = order.size();
  for (int64_t step = 0;; ++step) {
    while (width > 0 && sizes[order[width - 1]] <= step) --width;
    if (width == 0) return steps;
    for (size_t sequence = 0; sequence < width; ++sequence) {
      place(order[sequence], step);
    }
    steps.begin.push_back(steps.begin.back() + static_cast<int32_t>(width));
  }
}

// The answers of one learner to one kc, by column, in order.
struct KcSequence {
  int32_t kc = 0;
  std::vector<int32_t> columns;
};

class KcSequences {
 public:
  explicit KcSequences(size_t num_sequences) : of_kc_(num_sequences) {}

  void Add(int32_t sequence, const LrhInput& input, int32_t column) {
    for (const LrhInput::Kc& kc : input.kcs) {
      const auto [it, is_new] =
          of_kc_[sequence].try_emplace(ToInt(kc.row), sequences_.size());
      if (is_new) sequences_.push_back({ToInt(kc.row), {}});
      std::vector<int32_t>& columns = sequences_[it->second].columns;
      // A kc that stands twice moves once.
      if (columns.empty() || columns.back() != column) {
        columns.push_back(column);
      }
    }
  }

  const std::vector<KcSequence>& sequences() const { return sequences_; }

 private:
  std::vector<absl::flat_hash_map<int32_t, size_t>> of_kc_;
  std::vector<KcSequence> sequences_;
};

// The part of `kc` in the mean over the kcs of a question.
float ShareOf(int32_t kc, const LrhInput& input) {
  const auto times = std::count_if(
      input.kcs.begin(), input.kcs.end(),
      [&](const LrhInput::Kc& other) { return ToInt(other.row) == kc; });
  return static_cast<float>(times) / static_cast<float>(input.kcs.size());
}

void PackPractices(absl::Span<const LrhExample> examples,
                   const std::vector<KcSequence>& sequences,
                   PackedAnswers& packed) {
  std::vector<int64_t> sizes;
  for (const KcSequence& sequence : sequences) {
    sizes.push_back(static_cast<int64_t>(sequence.columns.size()));
  }
  std::vector<int32_t> kcs;  // By column of practice_steps.
  packed.practice_steps = Pack(sizes, [&](int32_t sequence, int64_t step) {
    packed.practice_answers.push_back(sequences[sequence].columns[step]);
    kcs.push_back(sequences[sequence].kc);
  });

  std::vector<int32_t>& begin = packed.practice_begin;
  begin.assign(packed.num_answers() + 1, 0);
  for (const int32_t answer : packed.practice_answers) ++begin[answer + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<int32_t> next = begin;
  packed.practices.resize(kcs.size());
  for (int32_t column = 0; column < packed.num_practices(); ++column) {
    const int32_t answer = packed.practice_answers[column];
    packed.practices[next[answer]++] = {
        column, ShareOf(kcs[column], examples[packed.rows[answer]].input)};
  }
}

}  // namespace

std::vector<AnswerSequence> SequencesOf(absl::Span<const LrhExample> examples,
                                        int64_t max_size) {
  std::vector<AnswerSequence> sequences;
  const auto size = static_cast<int64_t>(examples.size());
  for (int64_t row = 0; row < size; ++row) {
    if (sequences.empty() || examples[row].part != examples[row - 1].part ||
        sequences.back().size == max_size) {
      sequences.push_back({row, 0});
    }
    ++sequences.back().size;
  }
  return sequences;
}

PackedAnswers PackAnswers(absl::Span<const LrhExample> examples,
                          absl::Span<const AnswerSequence> sequences) {
  std::vector<int64_t> sizes;
  for (const AnswerSequence& sequence : sequences) {
    sizes.push_back(sequence.size);
  }
  PackedAnswers packed;
  KcSequences of_kcs(sequences.size());
  packed.steps = Pack(sizes, [&](int32_t sequence, int64_t step) {
    const int64_t row = sequences[sequence].begin + step;
    of_kcs.Add(sequence, examples[row].input,
               static_cast<int32_t>(packed.rows.size()));
    packed.rows.push_back(row);
  });
  PackPractices(examples, of_kcs.sequences(), packed);
  return packed;
}

}  // namespace evenlight
