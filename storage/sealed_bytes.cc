#include "storage/sealed_bytes.h"

#include "absl/strings/str_cat.h"
#include "core/digest.h"

namespace evenlight {
namespace {

constexpr size_t kDigestSize = 64;

}  // namespace

std::string Seal(absl::string_view bytes) {
  return absl::StrCat(Sha256Hex(bytes), "\n", bytes);
}

std::optional<absl::string_view> Unseal(absl::string_view sealed) {
  if (sealed.size() <= kDigestSize || sealed[kDigestSize] != '\n') {
    return std::nullopt;
  }
  const absl::string_view bytes = sealed.substr(kDigestSize + 1);
  if (sealed.substr(0, kDigestSize) != Sha256Hex(bytes)) return std::nullopt;
  return bytes;
}

}  // namespace evenlight
