// The words of a recommendation as plain values: what is asked for, for whom,
// and why a resource is proposed.

#ifndef EVENLIGHT_CORE_RECOMMENDATION_H_
#define EVENLIGHT_CORE_RECOMMENDATION_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/ids.h"
#include "core/resource.h"

namespace evenlight {

// Why a resource is proposed. Stored and equal to
// evenlight.v1.Recommendation.Reason.
enum class Reason : uint8_t {
  kUnspecified = 0,
  kNextStep = 1,          // Prerequisites mastered, itself not.
  kReview = 2,            // Mastered and fading, or an old mistake waits.
  kSimilarLearners = 3,   // Learners with a similar history went on with it.
  kPopular = 4,           // Popular in the learner's grade.
  kNewResource = 5,       // New in the catalog.
  kNewLearner = 6,        // Nothing is known about the learner yet.
  kNotTried = 7,          // Not tried yet, and nothing better is left.
  kAssigned = 8,          // A teacher chose it.
  kSimilarResources = 9,  // Like one that the learner finished or liked.
};

inline constexpr int kNumReasons = 10;

// A set of reasons: bit n is Reason n.
using ReasonSet = uint32_t;

// The parts of a score, MODELS section 3.1. Stored; do not renumber.
enum class ScorePart : uint8_t {
  kReady = 0,     // All prerequisites mastered.
  kBand = 1,      // P(correct) within the band of useful difficulty.
  kGain = 2,      // Expected rise of mastery per minute.
  kDue = 3,       // Recall that practice now would save.
  kInterest = 4,  // Factors: similar learners went on with it.
  kQuality = 5,   // How well it is judged and used.
  kNovelty = 6,   // Not met before.
};
inline constexpr int kNumScoreParts = 7;
inline constexpr std::array<const char*, kNumScoreParts> kScorePartNames = {
    "ready", "band", "gain", "due", "interest", "quality", "novelty"};

// Values or weights, by ScorePart.
using ScoreParts = std::array<float, kNumScoreParts>;

// What a recommendation is restricted to. Defaults do not restrict.
struct ResourceFilter {
  std::string subject;
  int32_t grade = 0;      // [1, 12]; 0: the learner's own, if known.
  uint32_t kinds = 0;     // Bit n is ResourceKind n; 0: any.
  std::vector<KcId> kcs;  // At least one of them; empty: any.
  std::string language;   // BCP 47; `zh` also takes `zh-CN`.
  float max_minutes = 0;  // 0: no limit.
  AccessibilitySet accessibility = 0;  // All of these.
  int32_t max_bandwidth_kbps = 0;      // 0: the learner's own, if known.
  std::vector<ResourceId> exclude;
};

// What the roster says of a learner, as far as ranking needs it.
struct LearnerProfile {
  LearnerId id;
  int32_t grade = 0;     // 0: not known.
  std::string language;  // Empty: not known.
  AccessibilitySet accessibility_needs = 0;
  int32_t bandwidth_kbps = 0;  // 0: no restriction.
};

// The language of sentences.
enum class ReasonLanguage : uint8_t { kEnglish, kChinese };

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_RECOMMENDATION_H_
