#include "recommender/training/resource_settings.h"

#include <cmath>
#include <random>
#include <string>

namespace evenlight {
namespace {

struct Ials {
  float unobserved_weight;
  float regularization;
};

// On 40,000 places (Gowalla) the first two are best, at 64 and at 256 factors;
// on 2,300 courses (MOOCCubeX), where everybody used many, the last two, which
// pull harder towards 0.
constexpr Ials kIalsSettings[] = {
    {0.01f, 0.003f}, {0.03f, 0.003f}, {0.05f, 0.02f}, {0.3f, 0.02f}};

// Little on small catalogs, more on large ones.
constexpr float kEaseSettings[] = {300, 100, 1000, 3000};

// Of the cosine's weight of a learner: the root of the degree, then all of it.
constexpr float kLearnerExponents[] = {0.5f, 1.0f, 0.0f};

constexpr int kHalfLifeDays[] = {90, 30, 7};

absl::Duration Days(double days) { return days * absl::Hours(24); }

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}

  double Between(double low, double high) {
    const double share = std::ldexp(static_cast<double>(random_() >> 11), -53);
    return low + share * (high - low);
  }
  double LogBetween(double low, double high) {
    return std::exp(Between(std::log(low), std::log(high)));
  }

 private:
  std::mt19937_64 random_;
};

ResourceSetting RandomSetting(double mean_scale, bool has_times, Draw& draw) {
  ResourceSetting setting;
  setting.unobserved_weight = static_cast<float>(draw.LogBetween(0.003, 1));
  setting.exponent = static_cast<float>(draw.Between(0.7, 1));
  setting.regularization = static_cast<float>(
      draw.LogBetween(0.001, 0.03) *
      std::pow(mean_scale, 1.0 - static_cast<double>(setting.exponent)));
  setting.num_neighbours = static_cast<int>(draw.LogBetween(20, 1000));
  setting.learner_exponent = static_cast<float>(draw.Between(0, 1));
  setting.neighbour_exponent = static_cast<float>(draw.Between(0.3, 0.7));
  setting.ease_regularization = static_cast<float>(draw.LogBetween(10, 3000));
  const absl::Duration half_life = Days(draw.LogBetween(3, 1000));
  if (has_times) setting.half_life = half_life;
  return setting;
}

}  // namespace

std::vector<ResourceSetting> DefaultSettings(absl::string_view model,
                                             bool has_times) {
  std::vector<ResourceSetting> settings;
  if (model == kIals) {
    for (const Ials& ials : kIalsSettings) {
      ResourceSetting& setting = settings.emplace_back();
      setting.unobserved_weight = ials.unobserved_weight;
      setting.regularization = ials.regularization;
    }
  } else if (model == kItemKnn) {
    for (const float exponent : kLearnerExponents) {
      settings.emplace_back().learner_exponent = exponent;
    }
  } else if (model == kEase) {
    for (const float lambda : kEaseSettings) {
      settings.emplace_back().ease_regularization = lambda;
    }
  } else {
    settings.emplace_back();
    if (!has_times) return settings;
    for (const int days : kHalfLifeDays) {
      settings.emplace_back().half_life = Days(days);
    }
  }
  return settings;
}

std::vector<ResourceSetting> RandomSettings(absl::string_view model, int count,
                                            int64_t seed, double mean_scale,
                                            bool has_times) {
  std::vector<ResourceSetting> settings;
  // Popularity has nothing to draw but the half-life.
  if (model == kPopularity && !has_times) return settings;
  Draw draw(static_cast<uint64_t>(seed));
  for (int number = 0; number < count; ++number) {
    settings.push_back(RandomSetting(mean_scale, has_times, draw));
  }
  return settings;
}

}  // namespace evenlight
