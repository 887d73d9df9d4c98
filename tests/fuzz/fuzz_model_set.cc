// Any bytes as one file of a model version: a model set or DATA_LOSS.

#include <cstdint>
#include <iterator>
#include <string>

#include "recommender/models/model_set_io.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const std::string rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  auto files = evenlight::EncodeModelSet(evenlight::ModelSet());
  constexpr const char* kNames[] = {"tracing.pb", "factors.pb", "ranker.pb"};
  files[kNames[bytes[0] % std::size(kNames)]] = rest;
  const auto models = evenlight::DecodeModelSet(1, files);
  if (models.ok()) (void)evenlight::EncodeModelSet(**models);
  return 0;
}
