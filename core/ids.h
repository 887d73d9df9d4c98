// Names of things: durable ids as clients make them, keys that stand for them
// in a learner's state, and dense rows within one model or catalog.
//
// Rows and keys are types of their own, so that one can never be stored where
// another is meant.

#ifndef EVENLIGHT_CORE_IDS_H_
#define EVENLIGHT_CORE_IDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace evenlight {

// Durable ids: 1-64 characters of [A-Za-z0-9._-], unique within a tenant and
// kind. Resource names such as `learners/l1` exist at the network's edge only.
using TenantId = std::string;
using EventId = std::string;
using LearnerId = std::string;
using ResourceId = std::string;  // Also of a question within a resource.
using KcId = std::string;
using SchoolId = std::string;
using ClassId = std::string;
using ListId = std::string;

// True if `id` is 1-64 characters of [A-Za-z0-9._-].
bool IsValidId(absl::string_view id);

// What a durable id may be, for error messages.
inline constexpr char kIdRule[] = "1-64 characters of [A-Za-z0-9._-]";

// A 64-bit fingerprint of a durable id, equal on every machine and in every
// version (XXH3): states and models of one tenant meet in it. Two ids of one
// tenant collide with probability n^2 / 2^65.
enum class KcKey : uint64_t {};
enum class ResourceKey : uint64_t {};  // Also of a question.

KcKey KcKeyOf(absl::string_view kc);
ResourceKey ResourceKeyOf(absl::string_view resource);

// Rows of the matrices of one ModelSet: dense, from 0, meaningless outside it.
// kNone stands for "the model does not know it".
enum class ResourceRow : int32_t { kNone = -1 };
enum class QuestionRow : int32_t { kNone = -1 };
enum class KcRow : int32_t { kNone = -1 };

// Positions within one Catalog snapshot, meaningless outside it.
enum class ResourceIndex : int32_t { kNone = -1 };
enum class KcIndex : int32_t { kNone = -1 };

constexpr int32_t ToInt(ResourceRow row) { return static_cast<int32_t>(row); }
constexpr int32_t ToInt(QuestionRow row) { return static_cast<int32_t>(row); }
constexpr int32_t ToInt(KcRow row) { return static_cast<int32_t>(row); }
constexpr int32_t ToInt(ResourceIndex i) { return static_cast<int32_t>(i); }
constexpr int32_t ToInt(KcIndex i) { return static_cast<int32_t>(i); }

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_IDS_H_
