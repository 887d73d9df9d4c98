#include "recommender/models/exact_top.h"

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"
#include "recommender/models/top_kernels.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr FactorScan::Options kInFull = {.has_coarse_copy = false};
constexpr FactorScan::Options kCoarse = {.has_coarse_copy = true};

bool AnyRow(ResourceRow) { return true; }

// Column by column smaller, as factors in their eigenbasis are; every fifth row
// repeats one before it, and every eleventh is zero.
FactorMatrix RandomFactors(Eigen::Index rows, Eigen::Index cols,
                           uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  FactorMatrix factors(rows, cols);
  for (Eigen::Index row = 0; row < rows; ++row) {
    for (Eigen::Index col = 0; col < cols; ++col) {
      factors(row, col) = normal(random) / static_cast<float>(1 + col % 7);
    }
    if (row % 5 == 4) factors.row(row) = factors.row(row / 2);
    if (row % 11 == 10) factors.row(row).setZero();
  }
  return factors;
}

absl::Span<const float> RowOf(const FactorMatrix& matrix, Eigen::Index row) {
  return {matrix.row(row).data(), static_cast<size_t>(matrix.cols())};
}

// Of `rows`, by a stable sort of their scores.
std::vector<ScoredRow> SortedTop(
    const FactorMatrix& factors, absl::Span<const float> query,
    std::vector<ResourceRow> rows, size_t limit,
    const std::function<bool(ResourceRow)>& is_eligible) {
  std::sort(rows.begin(), rows.end());
  std::vector<ScoredRow> scored;
  for (const ResourceRow row : rows) {
    if (!is_eligible(row)) continue;
    scored.push_back({0, row});
    const absl::Span<const float> values = RowOf(factors, ToInt(row));
    ScoreRows({values.data(), 1, values.size()}, query.data(),
              &scored.back().score);
  }
  std::stable_sort(
      scored.begin(), scored.end(),
      [](const ScoredRow& a, const ScoredRow& b) { return a.score > b.score; });
  scored.resize(std::min(limit, scored.size()));
  return scored;
}

std::vector<ResourceRow> AllRows(const FactorMatrix& factors) {
  std::vector<ResourceRow> rows;
  for (int32_t row = 0; row < factors.rows(); ++row) {
    rows.push_back(ResourceRow{row});
  }
  return rows;
}

std::vector<std::pair<float, int32_t>> Pairs(
    const std::vector<ScoredRow>& scored) {
  std::vector<std::pair<float, int32_t>> pairs;
  for (const ScoredRow& s : scored) pairs.emplace_back(s.score, ToInt(s.row));
  return pairs;
}

// Restores the machine's own vector target at the end of a test.
class TargetGuard {
 public:
  ~TargetGuard() { hwy::SetSupportedTargetsForTest(0); }
  void Use(int64_t target) { hwy::SetSupportedTargetsForTest(target); }
};

struct Size {
  Eigen::Index rows;
  Eigen::Index cols;
};

class FactorScanTest : public testing::TestWithParam<Size> {
 protected:
  const FactorMatrix factors_ =
      RandomFactors(GetParam().rows, GetParam().cols, 1);
  const FactorMatrix queries_ = RandomFactors(37, GetParam().cols, 2);
  const FactorScan in_full_{factors_, kInFull};
  const FactorScan coarse_{factors_, kCoarse};
};

INSTANTIATE_TEST_SUITE_P(Sizes, FactorScanTest,
                         testing::Values(Size{1, 5}, Size{17, 1}, Size{239, 37},
                                         Size{1024, 16}, Size{3001, 5},
                                         Size{3001, 37}, Size{3001, 64},
                                         Size{2500, 130}),
                         [](const auto& info) {
                           return std::to_string(info.param.rows) + "x" +
                                  std::to_string(info.param.cols);
                         });

TEST_P(FactorScanTest, TheTopIsWhatAStableSortOfTheEligibleGives) {
  std::mt19937 random(3);
  for (Eigen::Index query = 0; query < queries_.rows(); ++query) {
    std::vector<char> is_in(static_cast<size_t>(factors_.rows()));
    const auto share = random() % 101;  // From nothing to everything.
    for (char& in : is_in) in = random() % 100 < share;
    const auto is_eligible = [&](ResourceRow row) {
      return is_in[static_cast<size_t>(row)] != 0;
    };
    const int limit = static_cast<int>(random() % 150);
    const auto expected =
        Pairs(SortedTop(factors_, RowOf(queries_, query), AllRows(factors_),
                        static_cast<size_t>(limit), is_eligible));
    EXPECT_EQ(
        Pairs(in_full_.TopRows(RowOf(queries_, query), limit, is_eligible)),
        expected);
    EXPECT_EQ(
        Pairs(coarse_.TopRows(RowOf(queries_, query), limit, is_eligible)),
        expected);
  }
}

TEST_P(FactorScanTest, ABatchGivesWhatItsQueriesGiveAlone) {
  for (const Eigen::Index num_queries : {1, 3, 4, 9, 17, 32, 37}) {
    const FactorMatrix queries = queries_.topRows(num_queries);
    const auto is_eligible = [](size_t query, ResourceRow row) {
      return (static_cast<size_t>(row) * 7 + query) % 3 != 0;
    };
    const auto batch = in_full_.TopRowsBatch(queries, 20, is_eligible);
    ASSERT_THAT(batch, SizeIs(static_cast<size_t>(num_queries)));
    for (size_t query = 0; query < batch.size(); ++query) {
      const auto alone = in_full_.TopRows(
          RowOf(queries, static_cast<Eigen::Index>(query)), 20,
          [&](ResourceRow row) { return is_eligible(query, row); });
      EXPECT_EQ(Pairs(batch[query]), Pairs(alone)) << "query " << query;
    }
  }
}

TEST_P(FactorScanTest, AListGivesTheTopOfItsRowsInWhateverOrder) {
  std::mt19937 random(4);
  std::vector<ResourceRow> rows = AllRows(factors_);
  std::shuffle(rows.begin(), rows.end(), random);
  rows.resize((rows.size() + 1) / 2);
  const auto is_even = [](ResourceRow row) { return ToInt(row) % 2 == 0; };
  for (Eigen::Index query = 0; query < queries_.rows(); ++query) {
    const auto expected =
        SortedTop(factors_, RowOf(queries_, query), rows, 30, is_even);
    EXPECT_EQ(
        Pairs(coarse_.TopRowsOf(rows, RowOf(queries_, query), 30, is_even)),
        Pairs(expected));
  }
}

TEST_P(FactorScanTest, FewerThanAskedOnlyIfFewerAreEligible) {
  const auto is_third = [](ResourceRow row) { return ToInt(row) % 3 == 0; };
  const auto num_eligible = static_cast<size_t>((factors_.rows() + 2) / 3);
  const int limit = static_cast<int>(factors_.rows()) + 5;
  const absl::Span<const float> query = RowOf(queries_, 0);
  EXPECT_THAT(in_full_.TopRows(query, limit, is_third), SizeIs(num_eligible));
  EXPECT_THAT(coarse_.TopRows(query, limit, is_third), SizeIs(num_eligible));
  for (const auto& top : in_full_.TopRowsBatch(
           queries_, limit,
           [&](size_t, ResourceRow row) { return is_third(row); })) {
    EXPECT_THAT(top, SizeIs(num_eligible));
  }
}

TEST_P(FactorScanTest, NothingIsFoundWhenNothingIsAskedFor) {
  const absl::Span<const float> query = RowOf(queries_, 0);
  EXPECT_THAT(coarse_.TopRows(query, 0, AnyRow), IsEmpty());
  EXPECT_THAT(in_full_.TopRows(query, -1, AnyRow), IsEmpty());
  EXPECT_THAT(in_full_.TopRowsOf({}, query, 10, AnyRow), IsEmpty());
  EXPECT_THAT(in_full_.TopRowsBatch(queries_, 0,
                                    [](size_t, ResourceRow) { return true; }),
              testing::Each(IsEmpty()));
}

TEST_P(FactorScanTest, EveryVectorTargetGivesTheSameTopButForNearTies) {
  TargetGuard guard;
  const absl::Span<const float> query = RowOf(queries_, 0);
  const auto expected = in_full_.TopRows(query, 50, AnyRow);
  // Two sums of products cannot differ by more of the products' size.
  const float size =
      factors_.rowwise().norm().maxCoeff() * queries_.row(0).norm();
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    guard.Use(target);
    SCOPED_TRACE(hwy::TargetName(target));
    const auto found = coarse_.TopRows(query, 50, AnyRow);
    const auto batch = in_full_.TopRowsBatch(
        queries_, 50, [](size_t, ResourceRow) { return true; });
    EXPECT_EQ(Pairs(batch[0]), Pairs(found));
    EXPECT_EQ(Pairs(in_full_.TopRows(query, 50, AnyRow)), Pairs(found));
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      EXPECT_NEAR(found[i].score, expected[i].score, 1e-5f * size);
      if (found[i].row == expected[i].row) continue;
      const float other =
          factors_.row(ToInt(found[i].row)).dot(queries_.row(0));
      EXPECT_NEAR(other, expected[i].score, 1e-5f * size);
    }
  }
}

TEST(FactorScanTiesTest, EqualScoresGoToTheLowerRow) {
  FactorMatrix factors(2000, 3);
  factors.rowwise() = Eigen::RowVector3f(0.1f, -0.2f, 0.3f);
  const FactorMatrix queries = FactorMatrix::Ones(5, 3);
  const FactorScan scan(factors);
  const auto is_odd = [](ResourceRow row) { return ToInt(row) % 2 == 1; };
  for (const auto& top :
       {scan.TopRows(RowOf(queries, 0), 3, is_odd),
        FactorScan(factors, kInFull).TopRows(RowOf(queries, 0), 3, is_odd),
        scan.TopRowsOf({{ResourceRow{9}, ResourceRow{5}, ResourceRow{3},
                         ResourceRow{1}, ResourceRow{7}}},
                       RowOf(queries, 0), 3, is_odd),
        scan.TopRowsBatch(queries, 3, [&](size_t, ResourceRow row) {
          return is_odd(row);
        })[4]}) {
    ASSERT_THAT(top, SizeIs(3));
    EXPECT_THAT((std::vector{top[0].row, top[1].row, top[2].row}),
                ElementsAre(ResourceRow{1}, ResourceRow{3}, ResourceRow{5}));
  }
}

TEST(FactorScanFilterTest, OnlyRowsThatWouldBeTakenAskAndOnlyOnce) {
  const FactorMatrix factors = RandomFactors(50'000, 16, 5);
  const FactorMatrix query = RandomFactors(1, 16, 6);
  for (const FactorScan::Options& options : {kInFull, kCoarse}) {
    const FactorScan scan(factors, options);
    std::set<ResourceRow> asked;
    scan.TopRows(RowOf(query, 0), 10, [&](ResourceRow row) {
      EXPECT_TRUE(asked.insert(row).second);
      return true;
    });
    // In random order 10 (1 + ln(50,000 / 10)) = 95 are expected.
    EXPECT_LT(asked.size(), 200u);
  }
}

TEST(FactorScanCoarseTest, NumbersOfAnySizeAreFoundExactly) {
  for (const float size : {1e-42f, 1e-30f, 1e-3f, 1e15f}) {
    FactorMatrix factors = RandomFactors(2000, 8, 7) * size;
    factors.row(77) *= 1000.0f;  // One row far larger than the rest.
    const FactorMatrix query = RandomFactors(1, 8, 8);
    const auto expected =
        SortedTop(factors, RowOf(query, 0), AllRows(factors), 100, AnyRow);
    EXPECT_EQ(Pairs(FactorScan(factors).TopRows(RowOf(query, 0), 100, AnyRow)),
              Pairs(expected))
        << size;
  }
}

TEST(FactorScanCoarseTest, NoRowThatReachesTheThresholdIsPassedOver) {
  const FactorMatrix factors = RandomFactors(4000, 37, 9);
  const CoarseFactors coarse(factors);
  const FactorMatrix queries = RandomFactors(20, 37, 10);
  std::vector<int32_t> rows(coarse.num_blocks() * CoarseRows::kBlockRows);
  std::vector<float> scores(4000);
  for (Eigen::Index query = 0; query < queries.rows(); ++query) {
    ScoreRows({factors.data(), 4000, 37}, RowOf(queries, query).data(),
              scores.data());
    const float threshold = scores[static_cast<size_t>(query)];
    const size_t count = FindPossible(
        coarse.Blocks(0, coarse.num_blocks()),
        coarse.Round(RowOf(queries, query)).view(), threshold, rows.data());
    const std::set<int32_t> possible(
        rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count));
    for (int32_t row = 0; row < 4000; ++row) {
      if (scores[static_cast<size_t>(row)] < threshold) continue;
      EXPECT_TRUE(possible.contains(row)) << "row " << row;
    }
  }
}

TEST(FactorScanEmptyTest, AnEmptyMatrixGivesNothing) {
  const FactorMatrix factors(0, 8);
  const FactorMatrix query = RandomFactors(4, 8, 1);
  EXPECT_THAT(FactorScan(factors).TopRows(RowOf(query, 0), 5, AnyRow),
              IsEmpty());
  EXPECT_THAT(FactorScan(factors).TopRowsBatch(
                  query, 5, [](size_t, ResourceRow) { return true; }),
              testing::Each(IsEmpty()));
}

}  // namespace
}  // namespace evenlight
