#include "recommender/training/item_knn.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

using Neighbour = ResourceNeighbours::Neighbour;

constexpr int64_t kRowsPerChunk = 256;
constexpr size_t kMaxEngagements = 10'000;

// What a learner or resource of `degree` is multiplied by.
float Scale(size_t degree, float exponent) {
  return degree == 0 ? 0 : std::pow(static_cast<float>(degree), -exponent);
}

// Scales of all rows, by degree.
std::vector<float> Scales(const EngagementTable& table, float exponent) {
  std::vector<float> scales;
  scales.reserve(static_cast<size_t>(table.num_learners()));
  for (int64_t row = 0; row < table.num_learners(); ++row) {
    scales.push_back(Scale(table.Of(row).size(), exponent));
  }
  return scales;
}

bool IsCloser(const Neighbour& a, const Neighbour& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity
                                      : a.resource < b.resource;
}

void KeepClosest(size_t count, std::vector<Neighbour>& neighbours) {
  const size_t kept = std::min(count, neighbours.size());
  const auto middle = neighbours.begin() + static_cast<int64_t>(kept);
  std::partial_sort(neighbours.begin(), middle, neighbours.end(), IsCloser);
  neighbours.erase(middle, neighbours.end());
}

class Fitter {
 public:
  Fitter(const EngagementTable& table, const ItemKnnOptions& options)
      : by_learner_(table),
        by_resource_(Transpose(table)),
        options_(options),
        learner_scales_(Scales(table, options.learner_exponent)),
        used_scales_(Scales(by_resource_, 1 - options.neighbour_exponent)),
        neighbour_scales_(Scales(by_resource_, options.neighbour_exponent)) {}

  // The neighbours of one resource. `sums` has a zero per resource, and again
  // when it returns.
  std::vector<Neighbour> NeighboursOf(int64_t row,
                                      std::vector<float>& sums) const {
    std::vector<Neighbour> neighbours;
    for (const Engagement& of_row : by_resource_.Of(row)) {
      const int64_t learner = ToInt(of_row.resource);
      const auto engagements = by_learner_.Of(learner);
      if (engagements.size() > kMaxEngagements) continue;
      for (const Engagement& other : engagements) {
        float& sum = sums[ToInt(other.resource)];
        if (sum == 0) neighbours.push_back({other.resource, 0});
        sum += learner_scales_[learner];
      }
    }
    for (Neighbour& neighbour : neighbours) {
      const int32_t other = ToInt(neighbour.resource);
      neighbour.similarity =
          sums[other] * used_scales_[row] * neighbour_scales_[other];
      sums[other] = 0;
    }
    std::erase_if(neighbours, [&](const Neighbour& neighbour) {
      return ToInt(neighbour.resource) == row;
    });
    KeepClosest(static_cast<size_t>(options_.num_neighbours), neighbours);
    return neighbours;
  }

 private:
  const EngagementTable& by_learner_;
  const EngagementTable by_resource_;
  const ItemKnnOptions& options_;
  const std::vector<float> learner_scales_;
  const std::vector<float> used_scales_;
  const std::vector<float> neighbour_scales_;
};

}  // namespace

absl::StatusOr<ResourceNeighbours> FitItemKnn(const EngagementTable& table,
                                              const ItemKnnOptions& options) {
  RETURN_IF_ERROR(ValidateTable(table));
  if (options.num_neighbours < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "number of neighbours ", options.num_neighbours, " is less than 1"));
  }
  const Fitter fitter(table, options);
  std::vector<std::vector<Neighbour>> rows(table.num_resources);
  ParallelFor(options.num_threads, table.num_resources, kRowsPerChunk,
              [&](int64_t begin, int64_t end) {
                std::vector<float> sums(table.num_resources);
                for (int64_t row = begin; row < end; ++row) {
                  rows[row] = fitter.NeighboursOf(row, sums);
                }
              });
  ResourceNeighbours result;
  for (const std::vector<Neighbour>& row : rows) {
    result.neighbours.insert(result.neighbours.end(), row.begin(), row.end());
    result.begin.push_back(static_cast<int64_t>(result.neighbours.size()));
  }
  return result;
}

}  // namespace evenlight
