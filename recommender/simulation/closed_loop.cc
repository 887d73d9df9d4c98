#include "recommender/simulation/closed_loop.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/mutex.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

constexpr uint32_t kLearnerPurpose = 0x1ea;
constexpr uint32_t kAnswerPurpose = 0xa45;
constexpr int kGoalKcs = 3;
constexpr double kAbilityDeviation = 0.6;
constexpr int kMinCohort = 100;
// Students of the cohort have streams of their own.
constexpr uint32_t kCohortStream = 1u << 24;

size_t TierOf(int number, int num_learners) {
  const double place = (number + .5) / num_learners;
  double sum = 0;
  for (size_t tier = 0; tier + 1 < kNumLoopTiers; ++tier) {
    sum += kTierSettings[tier].share_of_learners;
    if (place < sum) return tier;
  }
  return kNumLoopTiers - 1;
}

// One school of one student model, with all policies.
class SchoolLoop {
 public:
  SchoolLoop(const ClosedLoopOptions& options, StudentKind kind, int number)
      : options_(options),
        seed_(options.seed * 1000 + number),
        course_(MakeCourse(seed_)),
        world_(MakeStudentWorld(kind, course_, seed_)) {}

  absl::StatusOr<std::vector<SeedFigures>> Run() {
    const std::vector<std::vector<Interaction>> tracks =
        RunCohort(course_, world_, options_.num_learners, options_.minutes_cap);
    ASSIGN_OR_RETURN(ModelSet models,
                     options_.fit_models({course_, tracks, seed_}));
    models.version = 1;
    snapshot_ = Bind(course_.catalog,
                     std::make_shared<const ModelSet>(std::move(models)));
    std::vector<SeedFigures> figures;
    for (const std::string& policy : options_.policies) {
      figures.push_back(RunPolicy(policy));
    }
    return figures;
  }

 private:
  SeedFigures RunPolicy(const std::string& name) const {
    SeedFigures figures;
    for (int number = 0; number < options_.num_learners; ++number) {
      const LoopLearner learner =
          MakeLoopLearner(seed_, number, options_.num_learners);
      const auto stream = static_cast<uint32_t>(number);
      const std::unique_ptr<StudentModel> student =
          MakeStudent(world_, learner.ability, stream);
      const std::unique_ptr<LoopPolicy> policy =
          MakeLoopPolicy(name, student.get(), &course_);
      Random random(seed_, kAnswerPurpose, stream);
      Add(RunLearner(SettingOf(*snapshot_), learner.goal, policy.get(),
                     student.get(), &random),
          learner.tier, &figures);
    }
    const double num_learners = options_.num_learners;
    figures.gain_per_hour /= num_learners;
    for (double& point : figures.curve) point /= num_learners;
    return figures;
  }

  LoopSetting SettingOf(const ServingSnapshot& snapshot) const {
    return {.course = course_,
            .snapshot = snapshot,
            .minutes_cap = static_cast<float>(options_.minutes_cap)};
  }

  static void Add(const LearnerRun& run, size_t tier, SeedFigures* figures) {
    const double gain_per_hour = run.gain() / run.hours;
    figures->gain_per_hour += gain_per_hour;
    figures->minutes_over_cap += run.minutes_over_cap;
    figures->num_resources += run.num_resources;
    figures->num_practice += run.num_practice;
    figures->num_in_band += run.num_in_band;
    figures->num_unmet += run.num_unmet;
    figures->tier_gains[tier] += gain_per_hour;
    ++figures->tier_learners[tier];
    figures->curve.resize(run.curve.size());
    for (size_t point = 0; point < run.curve.size(); ++point) {
      figures->curve[point] += run.curve[point];
    }
  }

  const ClosedLoopOptions& options_;
  const int64_t seed_;
  const Course course_;
  const StudentWorld world_;
  std::shared_ptr<const ServingSnapshot> snapshot_;
};

absl::Status CheckRange(absl::string_view name, int value, int min, int max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is ", value, ", not in [", min, ", ", max, "]"));
}

absl::Status CheckOnce(const std::vector<std::string>& names,
                       absl::string_view what) {
  if (names.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("there is no ", what));
  }
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (std::find(names.begin(), name, *name) != name) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, " `", *name, "` is named twice"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<StudentKind>> Check(
    const ClosedLoopOptions& options) {
  RETURN_IF_ERROR(CheckRange("seeds", options.num_seeds, 1, 1000));
  RETURN_IF_ERROR(CheckRange("learners", options.num_learners, 1, 100000));
  RETURN_IF_ERROR(CheckRange("minutes", options.minutes_cap, 4, 120));
  RETURN_IF_ERROR(CheckOnce(options.students, "student model"));
  RETURN_IF_ERROR(CheckOnce(options.policies, "policy"));
  for (const std::string& policy : options.policies) {
    RETURN_IF_ERROR(CheckLoopPolicy(policy));
  }
  std::vector<StudentKind> kinds;
  for (const std::string& student : options.students) {
    ASSIGN_OR_RETURN(const StudentKind kind, FindStudent(student));
    kinds.push_back(kind);
  }
  return kinds;
}

// Counts schools that are done, on whatever thread.
class Countdown {
 public:
  Countdown(int64_t total, const std::function<void(double)>& progress)
      : total_(total), progress_(progress) {}

  void CountOne() {
    const MutexLock lock(mu_);
    ++num_done_;
    if (progress_) {
      progress_(static_cast<double>(num_done_) / static_cast<double>(total_));
    }
  }

 private:
  const int64_t total_;
  const std::function<void(double)>& progress_;
  Mutex mu_;
  int64_t num_done_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace

LoopLearner MakeLoopLearner(int64_t seed, int number, int num_learners) {
  LoopLearner learner;
  Random random(seed, kLearnerPurpose, static_cast<uint32_t>(number));
  while (learner.goal.size() < kGoalKcs) {
    const KcIndex kc{random.Below(kNumCourseKcs)};
    if (std::find(learner.goal.begin(), learner.goal.end(), kc) ==
        learner.goal.end()) {
      learner.goal.push_back(kc);
    }
  }
  learner.tier = TierOf(number, num_learners);
  learner.ability =
      random.Normal(kTierSettings[learner.tier].ability, kAbilityDeviation);
  return learner;
}

std::vector<std::vector<Interaction>> RunCohort(const Course& course,
                                                const StudentWorld& world,
                                                int num_learners,
                                                int minutes_cap) {
  const int num_cohort = std::max(kMinCohort, num_learners);
  const std::shared_ptr<const ServingSnapshot> no_models =
      Bind(course.catalog, std::make_shared<const ModelSet>());
  std::vector<std::vector<Interaction>> tracks;
  for (int number = 0; number < num_cohort; ++number) {
    const uint32_t stream = kCohortStream + static_cast<uint32_t>(number);
    const LoopLearner learner =
        MakeLoopLearner(world.seed + (int64_t{1} << 40), number, num_cohort);
    const std::unique_ptr<StudentModel> student =
        MakeStudent(world, learner.ability, stream);
    const std::unique_ptr<LoopPolicy> policy = MakeLoopPolicy(
        number % 2 == 0 ? "random" : "curriculum", nullptr, nullptr);
    Random random(world.seed, kAnswerPurpose, stream);
    tracks.push_back(
        RunLearner({.course = course,
                    .snapshot = *no_models,
                    .minutes_cap = static_cast<float>(minutes_cap)},
                   learner.goal, policy.get(), student.get(), &random)
            .track);
  }
  return tracks;
}

absl::StatusOr<std::vector<LoopCell>> RunClosedLoop(
    const ClosedLoopOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<StudentKind> kinds, Check(options));
  std::vector<LoopCell> cells;
  for (const std::string& student : options.students) {
    for (const std::string& policy : options.policies) {
      cells.push_back({policy, student, {}});
      cells.back().seeds.resize(options.num_seeds);
    }
  }
  const auto num_kinds = static_cast<int64_t>(kinds.size());
  const int64_t num_schools = num_kinds * options.num_seeds;
  std::vector<absl::Status> statuses(num_schools);
  Countdown countdown(num_schools, options.progress);
  ParallelFor(options.num_threads, num_schools, 1,
              [&](int64_t school, int64_t) {
                const int64_t kind = school % num_kinds;
                const auto number = static_cast<int>(school / num_kinds);
                auto figures = SchoolLoop(options, kinds[kind], number).Run();
                statuses[school] = figures.status();
                for (size_t policy = 0;
                     figures.ok() && policy < figures->size(); ++policy) {
                  cells[kind * options.policies.size() + policy].seeds[number] =
                      std::move((*figures)[policy]);
                }
                countdown.CountOne();
              });
  for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
  return cells;
}

}  // namespace evenlight
