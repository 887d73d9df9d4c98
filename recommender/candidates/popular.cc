#include "recommender/candidates/popular.h"

#include "recommender/candidates/top_few.h"

namespace evenlight {
namespace {

const InterestParams& Params(const LearnerView& view) {
  return view.snapshot().models->interest.params();
}

void ProposePopularInGrade(const SourceInput& input,
                           std::vector<Candidate>& candidates) {
  int32_t num_left = input.limit;
  for (const auto& [row, popularity] :
       Params(input.view).grades.at(input.grade)) {
    if (num_left == 0) return;
    const ResourceIndex resource =
        input.view.snapshot().catalog_rows[ToInt(row)];
    if (resource == ResourceIndex::kNone || !(popularity > 0) ||
        !input.is_eligible(resource)) {
      continue;
    }
    candidates.push_back({resource, Reason::kPopular});
    --num_left;
  }
}

void ProposePopularInTenant(const SourceInput& input,
                            std::vector<Candidate>& candidates) {
  const std::vector<float>& popularity = input.view.snapshot().popularity;
  TopFew best(input.limit);
  for (const ResourceIndex resource : input.scope) {
    const float value = popularity[ToInt(resource)];
    if (value > 0 && best.Takes(value, resource) &&
        input.is_eligible(resource)) {
      best.Add(value, resource);
    }
  }
  for (const auto& [value, resource] : best.Take()) {
    candidates.push_back({resource, Reason::kPopular});
  }
}

}  // namespace

bool HasGradePopularity(const LearnerView& view, int32_t grade) {
  const auto& grades = Params(view).grades;
  const auto found = grades.find(grade);
  return grade != 0 && found != grades.end() && !found->second.empty();
}

void ProposePopular(const SourceInput& input,
                    std::vector<Candidate>& candidates) {
  if (HasGradePopularity(input.view, input.grade)) {
    ProposePopularInGrade(input, candidates);
  } else {
    ProposePopularInTenant(input, candidates);
  }
}

}  // namespace evenlight
