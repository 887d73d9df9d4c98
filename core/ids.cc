#include "core/ids.h"

#include <xxhash.h>

#include <algorithm>

#include "absl/strings/ascii.h"

namespace evenlight {

bool IsValidId(absl::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '.' || c == '_' || c == '-';
         });
}

KcKey KcKeyOf(absl::string_view kc) {
  return KcKey{XXH3_64bits(kc.data(), kc.size())};
}

ResourceKey ResourceKeyOf(absl::string_view resource) {
  return ResourceKey{XXH3_64bits(resource.data(), resource.size())};
}

}  // namespace evenlight
