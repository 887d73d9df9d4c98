// deploy/alerts.yml against what a server shows: a rule over a name that does
// not exist never fires, and nobody notices.

#include <fstream>
#include <regex>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "recommender/models/model_set_io.h"
#include "storage/model_directory.h"
#include "tests/services/server/server_world.h"
#include "tests/support/http_get.h"

namespace evenlight {
namespace {

using testing::SizeIs;

// The expressions of a rules file. One ends where the next key begins.
std::vector<std::string> ExpressionsIn(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> expressions;
  bool is_inside = false;
  for (std::string line; std::getline(file, line);) {
    absl::string_view text = absl::StripAsciiWhitespace(line);
    if (absl::ConsumePrefix(&text, "expr:")) {
      is_inside = true;
      expressions.emplace_back();
    } else if (text.empty() || absl::StartsWith(text, "#") ||
               absl::StartsWith(text, "-") || absl::EndsWith(text, ":") ||
               absl::StartsWith(text, "for:")) {
      is_inside = false;
    }
    if (is_inside) absl::StrAppend(&expressions.back(), " ", text);
  }
  return expressions;
}

// What `pattern` finds, by its first group.
std::vector<std::string> AllOf(const std::string& text,
                               const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end;
       match != end; ++match) {
    found.push_back((*match)[1]);
  }
  return found;
}

// The names of metrics in an expression: its words but for labels, ranges and
// those of PromQL.
std::vector<std::string> MetricsIn(const std::string& expression) {
  const std::set<std::string> language = {
      "by", "histogram_quantile", "increase", "le", "or", "rate", "sum", "time",
      "up"};
  const std::string bare = std::regex_replace(
      expression, std::regex("\\{[^}]*\\}|\\[[^\\]]*\\]"), "");
  std::vector<std::string> metrics;
  for (const std::string& word : AllOf(bare, "([A-Za-z_][A-Za-z0-9_]*)")) {
    if (!language.contains(word)) metrics.push_back(word);
  }
  return metrics;
}

class AlertsTest : public ServerWorld {
 protected:
  AlertsTest() {
    EXPECT_THAT(ModelDirectory(config_.model_dir, kTenant)
                    .Publish(EncodeModelSet(ModelSet()), {}, {}),
                IsOk());
    config_.metrics_address = "127.0.0.1:0";
    Restart();
    shown_ = HttpGet(server_->metrics_address(), "/metrics");
  }

  // A sample of `metric` with `label` of this value.
  bool Shows(const std::string& metric, const std::string& label = "",
             const std::string& value = "") const {
    for (absl::string_view line : absl::StrSplit(shown_, '\n')) {
      if (!absl::ConsumePrefix(&line, metric)) continue;
      if (!absl::StartsWith(line, "{") && !absl::StartsWith(line, " "))
        continue;
      if (label.empty() ||
          absl::StrContains(line, absl::StrCat(label, "=\"", value, "\""))) {
        return true;
      }
    }
    return false;
  }

  std::string shown_;
  const std::vector<std::string> expressions_ =
      ExpressionsIn("deploy/alerts.yml");
};

TEST_F(AlertsTest, EveryRuleIsOverMetricsThatAServerShows) {
  ASSERT_THAT(expressions_, SizeIs(8));
  int num_metrics = 0;
  for (const std::string& expression : expressions_) {
    for (const std::string& metric : MetricsIn(expression)) {
      EXPECT_TRUE(Shows(metric)) << metric << " of" << expression;
      ++num_metrics;
    }
  }
  EXPECT_EQ(num_metrics, 9);
}

TEST_F(AlertsTest, EveryLabelOfARuleIsShownWithEachOfItsValues) {
  int num_values = 0;
  for (const std::string& expression : expressions_) {
    const std::regex selector("([a-z_]+)\\{([a-z_]+)=~?\"([^\"]*)\"\\}");
    for (std::sregex_iterator
             match(expression.begin(), expression.end(), selector),
         end;
         match != end; ++match) {
      if ((*match)[1] == "up") continue;  // Prometheus's own.
      const std::string values = (*match)[3];
      for (absl::string_view value : absl::StrSplit(values, '|')) {
        EXPECT_TRUE(Shows((*match)[1], (*match)[2], std::string(value)))
            << value << " of" << expression;
        ++num_values;
      }
    }
  }
  EXPECT_EQ(num_values, 9);
}

}  // namespace
}  // namespace evenlight
