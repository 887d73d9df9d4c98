#include "services/server/name_maker.h"

#include "absl/strings/str_cat.h"

namespace evenlight {
namespace {

constexpr char kTimeFormat[] = "%E4Y%m%dT%H%M%SZ";
constexpr size_t kTimeSize = 16;

}  // namespace

std::string NameMaker::Make(absl::Time now) {
  uint64_t number;
  {
    MutexLock lock(mu_);
    number = random_();
  }
  return absl::StrCat(absl::FormatTime(kTimeFormat, now, absl::UTCTimeZone()),
                      "-", absl::Hex(number, absl::kZeroPad16));
}

absl::Time NameMaker::TimeOf(const std::string& name) {
  absl::Time time;
  std::string error;
  if (name.size() != kTimeSize + 17 || name[kTimeSize] != '-' ||
      !absl::ParseTime(kTimeFormat, name.substr(0, kTimeSize), &time, &error)) {
    return absl::InfiniteFuture();
  }
  return time;
}

}  // namespace evenlight
