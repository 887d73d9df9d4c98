#include "recommender/simulation/loop_learner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "recommender/simulation/baseline_policies.h"
#include "recommender/state/fold.h"

namespace evenlight {
namespace {

// 2026-03-02T00:00Z, a Monday.
constexpr absl::Time kStart = absl::FromUnixSeconds(1772409600);

class LearnerLoop {
 public:
  LearnerLoop(const LoopSetting& setting, std::vector<KcIndex> goal,
              LoopPolicy* policy, StudentModel* student, Random* random)
      : setting_(setting),
        goal_(std::move(goal)),
        policy_(*policy),
        student_(*student),
        random_(*random) {
    std::vector<int> kcs;
    for (const KcIndex kc : goal_) kcs.push_back(ToInt(kc));
    for (const int kc : WithPrerequisites(setting.course.stated, kcs)) {
      scope_.push_back(KcIndex{kc});
      const auto resources = catalog().ResourcesOf(KcIndex{kc});
      in_scope_.insert(in_scope_.end(), resources.begin(), resources.end());
    }
    std::sort(in_scope_.begin(), in_scope_.end());
  }

  LearnerRun Run() {
    run_.hours = static_cast<double>(setting_.schedule.size()) *
                 setting_.minutes_cap / 60;
    now_ = kStart;
    run_.curve.push_back(PCorrectOnGoal());
    for (size_t number = 0; number < setting_.schedule.size(); ++number) {
      RunSession(number);
      run_.curve.push_back(PCorrectOnGoal());
    }
    now_ += absl::Hours(24);
    run_.curve.push_back(PCorrectOnGoal());
    return std::move(run_);
  }

 private:
  const Catalog& catalog() const { return *setting_.course.catalog; }

  double PCorrectOnGoal() const {
    double sum = 0;
    for (const KcIndex kc : goal_)
      sum += student_.PCorrect({ToInt(kc), 0}, now_);
    return sum / static_cast<double>(goal_.size());
  }

  void RunSession(size_t number) {
    const LoopSession& session = setting_.schedule[number];
    now_ = kStart + absl::Hours(24 * session.day + session.hour);
    float minutes_left = setting_.minutes_cap;
    while (minutes_left > 0) {
      const double done =
          static_cast<double>(number) + 1 - minutes_left / setting_.minutes_cap;
      const ResourceIndex resource =
          policy_.Choose({setting_.snapshot, state_, run_.track, goal_, scope_,
                          in_scope_, session.phase, now_, minutes_left,
                          done / static_cast<double>(setting_.schedule.size())},
                         &random_);
      if (resource == ResourceIndex::kNone) break;
      minutes_left -= catalog().resource(resource).minutes;
      Study(resource);
    }
    run_.minutes_over_cap += std::max(0.0f, -minutes_left);
  }

  void Study(ResourceIndex resource) {
    const StudentItem& item = setting_.course.item(resource);
    Interaction event;
    event.resource = catalog().key(resource);
    event.question = event.resource;
    event.verb = Verb::kCompleted;
    event.minutes = catalog().resource(resource).minutes;
    ++run_.num_resources;
    run_.num_unmet += IsUnmet(resource) ? 1 : 0;
    const bool is_practice = IsPractice(catalog().resource(resource).kind);
    if (is_practice) {
      const double p = student_.PCorrect(item, now_);
      ++run_.num_practice;
      run_.num_in_band += kLoopBandLow <= p && p <= kLoopBandHigh ? 1 : 0;
      event.verb = Verb::kAnswered;
      event.is_correct = random_.Chance(p);
      event.kcs = {catalog().key(KcIndex{item.kc})};
    }
    now_ += absl::Minutes(event.minutes);
    if (is_practice) {
      student_.Answer(item, event.is_correct, now_);
    } else {
      student_.Watch(item.kc, now_);
    }
    Record(std::move(event));
  }

  void Record(Interaction event) {
    event.position = {now_, absl::StrFormat("%06d", run_.num_resources)};
    Fold(setting_.snapshot.models->tracing, event, state_);
    run_.track.push_back(std::move(event));
  }

  bool IsUnmet(ResourceIndex resource) const {
    const LoopView view = {
        setting_.snapshot, state_, run_.track, goal_, scope_, {}, {}, now_};
    for (const KcIndex kc : catalog().KcsOf(resource)) {
      if (IsServedMastered(view, kc)) continue;
      for (const KcIndex needed : catalog().curriculum().Prerequisites(kc)) {
        if (!IsServedMastered(view, needed)) return true;
      }
    }
    return false;
  }

  const LoopSetting& setting_;
  const std::vector<KcIndex> goal_;
  LoopPolicy& policy_;
  StudentModel& student_;
  Random& random_;
  std::vector<KcIndex> scope_;
  std::vector<ResourceIndex> in_scope_;

  absl::Time now_;
  LearnerState state_;
  LearnerRun run_;
};

}  // namespace

LearnerRun RunLearner(const LoopSetting& setting, std::vector<KcIndex> goal,
                      LoopPolicy* policy, StudentModel* student,
                      Random* random) {
  return LearnerLoop(setting, std::move(goal), policy, student, random).Run();
}

}  // namespace evenlight
