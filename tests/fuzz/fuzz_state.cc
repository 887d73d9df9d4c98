// Any bytes: a state or DATA_LOSS, and what is a state survives a round trip.

#include <cstdint>
#include <cstdlib>

#include "recommender/state/state_io.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const auto state = evenlight::DecodeState(
      absl::string_view(reinterpret_cast<const char*>(bytes), size));
  if (!state.ok()) return 0;
  const std::string encoded = evenlight::EncodeState(*state);
  const auto again = evenlight::DecodeState(encoded);
  if (!again.ok() || evenlight::EncodeState(*again) != encoded) std::abort();
  return 0;
}
