#include "recommender/simulation/district.h"

#include <cmath>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/status_macros.h"
#include "recommender/simulation/random.h"
#include "recommender/simulation/topics.h"

namespace evenlight {
namespace {

constexpr uint32_t kRosterPurpose = 0x205;

absl::Status Validate(const DistrictOptions& options) {
  if (options.num_learners < 20 || options.num_learners > 200'000) {
    return absl::InvalidArgumentError(absl::StrCat(
        "num_learners ", options.num_learners, " is not in [20, 200000]"));
  }
  if (options.weeks < 1 || options.weeks > 52) {
    return absl::InvalidArgumentError(
        absl::StrCat("weeks ", options.weeks, " is not in [1, 52]"));
  }
  const absl::Time first = absl::UnixEpoch() + absl::Hours(24 * 365);
  if (options.end < first || options.end == absl::InfiniteFuture()) {
    return absl::InvalidArgumentError(
        absl::StrCat("end ", absl::FormatTime(options.end, absl::UTCTimeZone()),
                     " is before 1971 or infinite"));
  }
  return absl::OkStatus();
}

// Fills a district with one tier after the other.
class RosterMaker {
 public:
  explicit RosterMaker(District* district)
      : district_(*district),
        random_(district->options.seed, kRosterPurpose, 0) {}

  void AddTier(const TierSetting& setting) {
    const int num_learners = std::max(
        2, static_cast<int>(std::lround(district_.options.num_learners *
                                        setting.share_of_learners)));
    const int num_classes =
        (num_learners + setting.class_size - 1) / setting.class_size;
    for (int k = 0; k < num_classes; ++k) {
      if (k % setting.classes_per_school == 0) AddSchool(setting);
      AddClass(setting, k % setting.num_grades + 1);
      // As even as whole learners allow.
      const int begin = num_learners * k / num_classes;
      const int end = num_learners * (k + 1) / num_classes;
      for (int learner = begin; learner < end; ++learner) AddLearner(setting);
    }
  }

 private:
  void AddSchool(const TierSetting& setting) {
    const int number = ++num_schools_[setting.id];
    School school;
    school.id = absl::StrFormat("syn-s-%s-%d", setting.id, number);
    school.title =
        absl::StrCat("Synthetic ", setting.title, " School ", number);
    school.region = absl::StrCat("Synthetic County ", 1 + number % 2);
    school.tier = setting.tier;
    district_.schools.push_back(std::move(school));
    num_classes_ = 0;
  }

  void AddClass(const TierSetting& setting, int grade) {
    const School& school = district_.schools.back();
    SchoolClass c;
    c.id = absl::StrFormat("syn-c-%s-%d-%d", setting.id,
                           num_schools_[setting.id], ++num_classes_);
    c.title = absl::StrCat(school.title, ", Grade ", grade);
    c.school = school.id;
    c.grade = grade;
    Person teacher;
    teacher.actor = {
        ActorKind::kTeacher,
        absl::StrFormat("syn-t-%04d", district_.teachers.size() + 1)};
    teacher.school = school.id;
    teacher.classes = {c.id};
    teacher.language = "zh-CN";
    district_.teachers.push_back(std::move(teacher));
    district_.classes.push_back(std::move(c));
  }

  void AddLearner(const TierSetting& setting) {
    const SchoolClass& school_class = district_.classes.back();
    Person learner;
    learner.actor = {
        ActorKind::kLearner,
        absl::StrFormat("syn-l-%05d", district_.learners.size() + 1)};
    learner.school = school_class.school;
    learner.classes = {school_class.id};
    learner.grade = school_class.grade;
    learner.language = random_.Chance(.98) ? "zh-CN" : "en";
    if (random_.Chance(.01)) learner.accessibility_needs = 1u << 1;
    if (random_.Chance(.01)) learner.accessibility_needs = 1u << 3;
    learner.bandwidth_kbps = static_cast<int32_t>(
        setting.bandwidth_kbps * std::exp(random_.Normal(0, .3)));
    district_.learners.push_back(std::move(learner));

    LearnerTruth truth;
    truth.school_class = static_cast<int>(district_.classes.size()) - 1;
    truth.traits.ability = random_.Normal(setting.ability, .8);
    truth.traits.learning_rate = .5 * std::exp(random_.Normal(0, .3));
    truth.traits.p_slip = .03 + .08 * random_.Uniform();
    truth.traits.p_guess = .08 + .14 * random_.Uniform();
    truth.diligence = std::exp(random_.Normal(-.08, .4));
    truth.access = setting.access;
    truth.video_taste = random_.Uniform();
    truth.favourite_provider =
        random_.Below(static_cast<int>(kSyntheticProviders.size()));
    district_.learner_truth.push_back(truth);
  }

  District& district_;
  Random random_;
  absl::flat_hash_map<std::string, int> num_schools_;  // By tier.
  int num_classes_ = 0;                                // Of the last school.
};

}  // namespace

void AddCurriculum(District* district) {
  absl::flat_hash_map<std::string, int> index;
  const Topic* previous = nullptr;
  for (const Topic& topic : SyntheticTopics()) {
    index.emplace(topic.id, static_cast<int>(district->kcs.size()));
    KnowledgeComponent kc;
    kc.id = absl::StrCat("syn-k-", topic.id);
    kc.title = absl::StrCat(topic.title, " (", topic.title_zh, ")");
    kc.subject = topic.subject;
    kc.grade = topic.grade;
    StudentKc student_kc = {topic.grade, {}};
    if (previous != nullptr &&
        absl::string_view(previous->strand) == topic.strand) {
      kc.prerequisites.push_back(district->kcs.back().id);
      student_kc.prerequisites.push_back(index[previous->id]);
    }
    district->kcs.push_back(std::move(kc));
    district->student_kcs.push_back(std::move(student_kc));
    previous = &topic;
  }
  for (const TopicLink& link : SyntheticTopicLinks()) {
    const int from = index[link.prerequisite];
    const int to = index[link.id];
    district->kcs[to].prerequisites.push_back(district->kcs[from].id);
    district->student_kcs[to].prerequisites.push_back(from);
  }
}

void AddRoster(District* district) {
  RosterMaker maker(district);
  for (const TierSetting& setting : kTierSettings) maker.AddTier(setting);
}

absl::StatusOr<District> MakeDistrict(const DistrictOptions& options) {
  RETURN_IF_ERROR(Validate(options));
  District district;
  district.options = options;
  AddCurriculum(&district);
  AddResources(&district);
  AddRoster(&district);
  return district;
}

}  // namespace evenlight
