#include "recommender/training/spread_parts.h"

namespace evenlight {

std::vector<TrackPart> SpreadParts(absl::Span<const TrackPart> parts,
                                   int64_t max_answers) {
  const int64_t num_answers = CountAnswers(parts);
  if (num_answers <= max_answers) return {parts.begin(), parts.end()};
  const double share =
      static_cast<double>(max_answers) / static_cast<double>(num_answers);
  std::vector<TrackPart> kept;
  double due = 0;
  for (const TrackPart& part : parts) {
    const auto size = static_cast<double>(CountAnswers(part));
    due += share * size;
    if (size > 0 && due >= size / 2) {
      due -= size;
      kept.push_back(part);
    }
  }
  // A part of more than twice as many would else leave nothing.
  if (kept.empty() && max_answers > 0) kept.push_back(parts.front());
  return kept;
}

}  // namespace evenlight
