// Any bytes as either file of a model version: a model set or DATA_LOSS.

#include <cstdint>
#include <string>

#include "recommender/models/model_set_io.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const std::string rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  auto files = evenlight::EncodeModelSet(evenlight::ModelSet());
  files[bytes[0] % 2 == 0 ? "tracing.pb" : "factors.pb"] = rest;
  const auto models = evenlight::DecodeModelSet(1, files);
  if (models.ok()) (void)evenlight::EncodeModelSet(**models);
  return 0;
}
