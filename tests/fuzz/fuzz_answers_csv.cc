// Any bytes as a CSV of answers: rows, refused rows, or an error of the file.

#include <cstdint>
#include <sstream>
#include <string>

#include "services/interop/answers_csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::istringstream in(
      std::string(reinterpret_cast<const char*>(bytes), size));
  (void)evenlight::ReadAnswersCsv(&in);
  return 0;
}
