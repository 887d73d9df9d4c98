// What the decoders of model records check, and how they say what is wrong:
// always DATA_LOSS with the file and the field.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_RECORD_CHECKS_H_
#define EVENLIGHT_RECOMMENDER_MODELS_RECORD_CHECKS_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace evenlight {

inline constexpr float kMaxFloat = std::numeric_limits<float>::max();

// Immutable. `file` outlives it.
class RecordChecks {
 public:
  explicit RecordChecks(absl::string_view file) : file_(file) {}

  absl::Status Broken(absl::string_view field, absl::string_view what) const;

  absl::Status Size(absl::string_view field, int64_t size,
                    int64_t expected) const;

  // Each value is a number in [min, max].
  absl::Status Within(absl::string_view field, absl::Span<const float> values,
                      float min, float max) const;
  absl::Status Within(absl::string_view field, float value, float min,
                      float max) const {
    return Within(field, absl::MakeConstSpan(&value, 1), min, max);
  }
  absl::Status Finite(absl::string_view field,
                      absl::Span<const float> values) const {
    return Within(field, values, -kMaxFloat, kMaxFloat);
  }

  absl::Status Distinct(absl::string_view field,
                        const std::vector<std::string>& ids) const;

 private:
  absl::string_view file_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_RECORD_CHECKS_H_
