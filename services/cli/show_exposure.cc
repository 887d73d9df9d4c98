#include "services/cli/show_exposure.h"

#include <string>
#include <vector>

#include "evenlight/v1/report_service.pb.h"
#include "services/cli/methods.h"
#include "services/cli/report_file.h"
#include "services/cli/text.h"

namespace evenlight {
namespace {

constexpr int kNumDigits = 3;

std::string TierWord(v1::Tier tier) {
  return tier == v1::TIER_UNSPECIFIED ? "not_known"
                                      : WordOf(v1::Tier_Name(tier), "TIER_");
}

void Show(const v1::GetExposureResponse& exposure, const Console& console) {
  for (const v1::TierExposure& tier : exposure.tiers()) {
    console.Figures({{"tier", TierWord(tier.tier())},
                     {"learners", tier.num_learners()},
                     {"lists", tier.num_lists()},
                     Rounded("exposure", tier.exposure(), kNumDigits)});
  }
  std::vector<LogField> all = {
      exposure.has_parity() ? Rounded("parity", exposure.parity(), kNumDigits)
                            : LogField("parity", "too_few_tiers"),
      {"since", TextOfTime(exposure.start_time())},
      {"new_resources", exposure.num_new_resources()}};
  if (exposure.num_left_out() > 0) {
    all.push_back({"not_counted", exposure.num_left_out()});
  }
  console.Figures(all);
  for (const v1::NewResourceExposure& one : exposure.new_resources()) {
    console.Figures({{"new_resource", IdOf(one.resource())},
                     Rounded("exposure", one.exposure(), kNumDigits),
                     Rounded("budget_left", one.budget_left(), kNumDigits),
                     {"title", one.title()}});
  }
}

}  // namespace

int ShowExposure(const ShowExposureOptions& options, Client* client,
                 const Console& console) {
  v1::GetExposureRequest request;
  request.set_max_new_resources(options.max_new_resources);
  const absl::StatusOr<v1::GetExposureResponse> exposure =
      Invoke(client, kGetExposure, request);
  if (!exposure.ok()) return console.Fail("show exposure", exposure.status());
  if (console.is_json) {
    console.Json(*exposure);
  } else {
    Show(*exposure, console);
  }
  return kExitOk;
}

}  // namespace evenlight
