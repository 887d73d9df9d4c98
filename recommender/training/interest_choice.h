// What ranks by interest in the model that is published, as a pure policy.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_CHOICE_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_CHOICE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "recommender/training/interest_fit.h"
#include "recommender/training/interest_trial.h"

namespace evenlight {

// What may be asked for: the trial decides.
inline constexpr absl::string_view kAutoInterest = "auto";

// `auto`, then the name of each kind.
std::vector<std::string> InterestNames();

// INVALID_ARGUMENT: `asked` is none of InterestNames().
absl::Status ValidateInterest(absl::string_view asked);

// The kind asked for. For `auto`: factors, unless item-kNN or EASE, the better
// of the two, has an NDCG above theirs by more than kNdcgMargin, or popularity
// does; popularity if nobody could be judged.
InterestKind ChooseInterest(absl::string_view asked,
                            const InterestTrial& trial);

// Who ranked the window better than what was chosen, a sentence each.
std::vector<std::string> BetterThanChosen(const InterestTrial& trial,
                                          InterestKind chosen);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_CHOICE_H_
