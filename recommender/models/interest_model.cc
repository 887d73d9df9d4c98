#include "recommender/models/interest_model.h"

#include <cassert>

namespace evenlight {

InterestModel::InterestModel(InterestParams params)
    : params_(std::make_shared<const InterestParams>(std::move(params))) {
  assert(params_->popularity.size() == params_->resources.size());
  assert(!has_factors() || params_->factors.factors.rows() == num_resources());
  assert(!has_neighbours() ||
         params_->neighbours.num_resources() == num_resources());

  rows_.reserve(params_->resources.size());
  for (size_t row = 0; row < params_->resources.size(); ++row) {
    rows_.emplace(ResourceKeyOf(params_->resources[row]),
                  static_cast<ResourceRow>(row));
  }
}

ResourceRow InterestModel::FindResource(ResourceKey resource) const {
  const auto it = rows_.find(resource);
  return it == rows_.end() ? ResourceRow::kNone : it->second;
}

}  // namespace evenlight
