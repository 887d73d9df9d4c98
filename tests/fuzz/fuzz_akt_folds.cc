// Any bytes as a file of AKT folds: sequences, or an error that names a line.

#include <cstdint>
#include <sstream>
#include <string>

#include "services/interop/akt_folds.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::istringstream in(
      std::string(reinterpret_cast<const char*>(bytes), size));
  (void)evenlight::ReadAktFile(&in);
  return 0;
}
