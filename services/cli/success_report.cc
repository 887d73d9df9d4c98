#include "services/cli/success_report.h"

#include "services/cli/report_file.h"

namespace evenlight {
namespace {

void AppendBin(const ReliabilityBin& bin, std::vector<LogField>& row) {
  row.push_back({"answers", bin.num_answers});
  row.push_back(Rounded("mean_p", bin.mean_p, 4));
  row.push_back(Rounded("share_correct", bin.share_correct, 4));
}

}  // namespace

void AppendSuccess(const TracingMetrics& metrics, std::vector<LogField>& row) {
  row.push_back({"answers", metrics.num_answers});
  row.push_back(Rounded("auc", metrics.auc, 4));
  row.push_back(Rounded("auc_se", metrics.auc_error, 4));
  row.push_back(Rounded("log_loss", metrics.log_loss, 4));
  row.push_back(Rounded("log_loss_se", metrics.log_loss_error, 4));
  row.push_back(Rounded("ece", metrics.calibration_error, 4));
}

void PrintReliability(const LogField& whose,
                      const std::vector<ReliabilityBin>& bins,
                      const Console& console) {
  for (size_t bin = 0; bin < bins.size(); ++bin) {
    if (bins[bin].num_answers == 0) continue;
    std::vector<LogField> row = {
        {"figures", "reliability"},
        whose,
        Rounded("from_p",
                static_cast<double>(bin) / static_cast<double>(bins.size()),
                4)};
    AppendBin(bins[bin], row);
    console.Figures(row);
  }
}

LogField ReliabilityList(const std::vector<ReliabilityBin>& bins) {
  return ListOf("reliability", bins, [](const ReliabilityBin& bin) {
    std::vector<LogField> row;
    AppendBin(bin, row);
    return row;
  });
}

}  // namespace evenlight
