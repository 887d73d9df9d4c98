#include "recommender/path/schedule.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "recommender/path/review_queue.h"
#include "recommender/path/work_order.h"

namespace evenlight {
namespace {

constexpr float kReviewShare = 0.25f;
constexpr float kOneReviewShare = 0.5f;
// Minutes are sums of floats.
constexpr float kSlack = 1e-3f;

struct Progress {
  int32_t num_given = 0;  // Questions so far.
  int32_t num_left = 0;   // Until it is done.
  bool wants_medium = false;
};

class Scheduler {
 public:
  Scheduler(const ScheduleInput& input, const ScheduleRules& rules)
      : input_(input),
        rules_(rules),
        foundations_(FoundationsOf(input.needs)),
        progress_(input.needs.size()),
        used_(input.choices.all.size(), false),
        reviews_(&input.choices),
        review_day_(input.choices.all.size(), -1) {
    schedule_.done_day.assign(input.needs.size(), -1);
    schedule_.is_blocked.assign(input.needs.size(), false);
    for (NeedIndex need = 0; need < num_needs(); ++need) Begin(need);
    order_ = ChooseOrder();
    CountShared();
  }

  Schedule Run() {
    for (day_ = 0; day_ < rules_.num_days; ++day_) {
      left_ = rules_.minutes_per_day;
      if (day_ == 0) left_ -= rules_.minutes_spent_today;
      const bool is_whole = day_ > 0;
      if (FillDay() == Filled::kNothing && is_whole && IsStuck()) {
        GiveUpTheRest();
      }
      if (IsFinished()) break;
    }
    return std::move(schedule_);
  }

 private:
  NeedIndex num_needs() const {
    return static_cast<NeedIndex>(input_.needs.size());
  }
  const Choice& choice(ChoiceIndex index) const {
    return input_.choices.all[index];
  }
  bool IsDone(NeedIndex need) const { return schedule_.done_day[need] >= 0; }
  // Nothing is left to be done for it.
  bool IsOver(NeedIndex need) const {
    return IsDone(need) || progress_[need].num_left == 0;
  }
  bool AllDone(const std::vector<NeedIndex>& needs) const {
    return std::all_of(needs.begin(), needs.end(),
                       [&](NeedIndex need) { return IsDone(need); });
  }

  // --- Before the first day ---

  bool IsShort(ChoiceIndex index) const {
    return choice(index).minutes <= rules_.minutes_per_day + kSlack;
  }

  void Begin(NeedIndex index) {
    const Need& need = input_.needs[index];
    const auto& questions = input_.choices.questions[index];
    const auto num_questions = static_cast<int32_t>(
        std::count_if(questions.begin(), questions.end(),
                      [&](ChoiceIndex c) { return IsShort(c); }));
    progress_[index].num_left = std::min(need.num_answers, num_questions);
    progress_[index].wants_medium =
        rules_.is_comfortable && !input_.choices.media[index].empty();
    const bool is_blocked =
        need.effort.num_right > kMaxAnswers ||
        num_questions < need.effort.num_right ||
        std::any_of(need.before.begin(), need.before.end(),
                    [&](NeedIndex b) { return schedule_.is_blocked[b]; });
    schedule_.is_blocked[index] = is_blocked;
  }

  // Minutes of the need's own questions.
  float MinutesOf(NeedIndex index) const {
    int32_t num_left = progress_[index].num_left;
    float minutes = 0;
    for (const ChoiceIndex c : input_.choices.questions[index]) {
      if (num_left == 0) break;
      if (!IsShort(c)) continue;
      minutes += choice(c).minutes;
      --num_left;
    }
    return minutes;
  }

  std::vector<NeedIndex> ChooseOrder() const {
    std::vector<float> minutes;
    for (NeedIndex need = 0; need < num_needs(); ++need) {
      minutes.push_back(MinutesOf(need));
    }
    return OrderOfWork({.needs = input_.needs,
                        .foundations = foundations_,
                        .minutes = minutes,
                        .is_blocked = schedule_.is_blocked,
                        .first_goal = rules_.style.first_goal});
  }

  // --- A day ---

  enum class Filled { kNothing, kReviews, kWork };

  Filled FillDay() {
    std::vector<Scheduled> reviews;
    if (rules_.is_comfortable) reviews = KeepReviews();
    Filled filled = reviews.empty() ? Filled::kNothing : Filled::kReviews;
    while (AddNext()) filled = Filled::kWork;
    for (Scheduled& review : reviews) {
      schedule_.activities.push_back(std::move(review));
    }
    while (AddReview(left_, schedule_.activities)) {
    }
    return filled;
  }

  bool Fits(const Choice& c) const { return c.minutes <= left_ + kSlack; }

  bool IsOpenToday(const Choice& c) const {
    return c.from <= input_.calendar.Begin(day_) &&
           c.until >= input_.calendar.End(day_);
  }

  // The next activity of the first need in order that has one which fits;
  // those last that would do better to wait.
  bool AddNext() {
    for (const bool is_patient : {true, false}) {
      if (is_patient && !rules_.style.is_patient) continue;
      for (const NeedIndex need : order_) {
        if (IsOver(need) || !AllDone(input_.needs[need].before)) continue;
        if (is_patient && ShouldWait(need)) continue;
        if (AddMedium(need) || AddQuestion(need)) return true;
      }
    }
    return false;
  }

  // A question will count for it and for another need as well, once that one's
  // turn has come: an answer less in all.
  bool ShouldWait(NeedIndex need) const {
    const auto& questions = input_.choices.questions[need];
    return std::any_of(
        questions.begin(), questions.end(), [&](ChoiceIndex index) {
          if (used_[index]) return false;
          const auto& others = choice(index).needs;
          return std::any_of(others.begin(), others.end(), [&](NeedIndex o) {
            return o != need && !IsOver(o) && !Counts(o) &&
                   !foundations_[o][need];
          });
        });
  }

  bool AddMedium(NeedIndex need) {
    if (!progress_[need].wants_medium) return false;
    for (const ChoiceIndex index : input_.choices.media[need]) {
      const Choice& c = choice(index);
      if (used_[index] || !Fits(c) || !IsOpenToday(c) || !AllDone(c.before)) {
        continue;
      }
      Scheduled medium = Take(ActivityKind::kLearn, index, need);
      for (const NeedIndex served : medium.serves) {
        progress_[served].wants_medium = false;
      }
      schedule_.activities.push_back(std::move(medium));
      return true;
    }
    return false;
  }

  // A medium that fits on no day does not hold up the questions; one that only
  // does not fit today does, if there is another day.
  bool WaitsForMedium(NeedIndex need) const {
    if (!progress_[need].wants_medium || day_ + 1 == rules_.num_days) {
      return false;
    }
    const auto& media = input_.choices.media[need];
    return std::any_of(media.begin(), media.end(), [&](ChoiceIndex index) {
      return !used_[index] && IsShort(index) && IsOpenToday(choice(index)) &&
             AllDone(choice(index).before);
    });
  }

  bool AddQuestion(NeedIndex need) {
    if (WaitsForMedium(need)) return false;
    const bool is_check = IsCheckNext(need);
    const ChoiceIndex index = BestQuestion(need, is_check);
    if (index < 0) return false;
    const bool is_unseen = choice(index).is_new;
    Scheduled question = Take(
        is_check && is_unseen ? ActivityKind::kCheck : ActivityKind::kPractise,
        index, need);
    for (const NeedIndex served : question.serves) {
      ++progress_[served].num_given;
      if (--progress_[served].num_left > 0) continue;
      if (!schedule_.is_blocked[served]) Finish(served);
    }
    schedule_.activities.push_back(std::move(question));
    return true;
  }

  bool IsCheckNext(NeedIndex need) const {
    const Progress& progress = progress_[need];
    return progress.num_left == 1 || (progress.num_given == 0 &&
                                      input_.needs[need].effort.num_right == 1);
  }

  // -1 if none fits today.
  ChoiceIndex BestQuestion(NeedIndex need, bool is_check) const {
    std::vector<std::pair<Rank, ChoiceIndex>> ranked;
    const auto& questions = input_.choices.questions[need];
    for (size_t k = 0; k < questions.size(); ++k) {
      const Choice& c = choice(questions[k]);
      if (used_[questions[k]] || !IsShort(questions[k]) || !IsOpenToday(c) ||
          !AllDone(c.before)) {
        continue;
      }
      ranked.emplace_back(RankOf(c, is_check, static_cast<int32_t>(k)),
                          questions[k]);
    }
    std::sort(ranked.begin(), ranked.end());
    return rules_.style.takes_longest ? Longest(ranked, need) : First(ranked);
  }

  using Rank =
      std::tuple<bool, float, int32_t, bool, int32_t, int32_t, float, int32_t>;
  using Ranked = std::vector<std::pair<Rank, ChoiceIndex>>;

  ChoiceIndex First(const Ranked& ranked) const {
    for (const auto& [rank, index] : ranked) {
      if (Fits(choice(index))) return index;
    }
    return -1;
  }

  ChoiceIndex Longest(Ranked ranked, NeedIndex need) const {
    const auto num = static_cast<size_t>(progress_[need].num_left);
    if (ranked.size() > num) ranked.resize(num);
    ChoiceIndex longest = -1;
    for (const auto& [rank, index] : ranked) {
      if (!Fits(choice(index))) continue;
      if (longest < 0 || choice(index).minutes > choice(longest).minutes) {
        longest = index;
      }
    }
    return longest;
  }

  // Lower is better: unseen and a quiz for a check; then what serves most
  // needs, those with the most left, that few others serve; then short or good.
  Rank RankOf(const Choice& c, bool is_check, int32_t position) const {
    int32_t num_served = 0;
    int32_t num_left = 0;
    int32_t num_others = 0;
    for (const NeedIndex need : c.needs) {
      if (!Counts(need)) continue;
      ++num_served;
      num_left += progress_[need].num_left;
      num_others += num_shared_[need];
    }
    const float share = c.minutes / static_cast<float>(std::max(1, num_served));
    return {is_check && !c.is_new,
            rules_.style.is_thrifty ? share : 0,
            -num_served,
            is_check != c.is_quiz,
            -num_left,
            num_others,
            rules_.is_comfortable ? 0 : c.minutes,
            position};
  }

  // Would an answer count for it now?
  bool Counts(NeedIndex need) const {
    return !IsOver(need) && AllDone(input_.needs[need].before);
  }

  // Unused questions of each need that serve another need as well.
  void CountShared() {
    num_shared_.assign(input_.needs.size(), 0);
    listed_.resize(input_.choices.all.size());
    for (NeedIndex need = 0; need < num_needs(); ++need) {
      for (const ChoiceIndex c : input_.choices.questions[need]) {
        if (choice(c).needs.size() < 2) continue;
        ++num_shared_[need];
        listed_[c].push_back(need);
      }
    }
  }

  void Use(ChoiceIndex index) {
    if (used_[index]) return;
    used_[index] = true;
    for (const NeedIndex need : listed_[index]) --num_shared_[need];
  }

  Scheduled Take(ActivityKind kind, ChoiceIndex index, NeedIndex carrying) {
    Use(index);
    left_ -= choice(index).minutes;
    Scheduled taken = {kind, index,     carrying, input_.needs[carrying].kc,
                       day_, {carrying}};
    for (const NeedIndex need : choice(index).needs) {
      if (need != carrying && Counts(need)) taken.serves.push_back(need);
    }
    return taken;
  }

  void Finish(NeedIndex need) {
    schedule_.done_day[need] = day_;
    const int32_t num_given = progress_[need].num_given;
    const int32_t num_right =
        std::min(num_given, input_.needs[need].effort.num_right);
    reviews_.AddMastered(need, num_right, num_given - num_right,
                         input_.calendar.Begin(day_));
  }

  // --- Reviews ---

  std::vector<Scheduled> KeepReviews() {
    std::vector<Scheduled> reviews;
    float budget = left_ * kReviewShare;
    while (AddReview(budget, reviews)) {
      budget -= choice(reviews.back().choice).minutes;
    }
    if (reviews.empty()) AddReview(left_ * kOneReviewShare, reviews);
    return reviews;
  }

  // One that is due today and takes at most `minutes`.
  bool AddReview(float minutes, std::vector<Scheduled>& reviews) {
    const absl::Time time = input_.calendar.Begin(day_);
    const auto next = reviews_.Next(time, [&](ChoiceIndex question) {
      return IsForReview(question, minutes);
    });
    if (!next.has_value()) return false;
    Use(next->question);
    review_day_[next->question] = day_;
    left_ -= choice(next->question).minutes;
    const FadingKc& fading = input_.choices.fading[next->fading];
    reviews.push_back({ActivityKind::kReview,
                       next->question,
                       fading.need,
                       fading.kc,
                       day_,
                       {}});
    reviews_.MarkDone(*next, time);
    return true;
  }

  // One that was a review before may be one again; a question for what is new
  // may not, it will be known.
  bool IsForReview(ChoiceIndex question, float minutes) const {
    const Choice& c = choice(question);
    const bool is_free = !used_[question] || review_day_[question] >= 0;
    return is_free && review_day_[question] != day_ &&
           c.minutes <= minutes + kSlack && IsOpenToday(c) && AllDone(c.needs);
  }

  // --- The end ---

  // Nothing was done on a whole day, and nothing opens later.
  bool IsStuck() const {
    for (const NeedIndex need : order_) {
      if (IsOver(need)) continue;
      for (const ChoiceIndex index : input_.choices.questions[need]) {
        if (!used_[index] && choice(index).from > input_.calendar.Begin(day_)) {
          return false;
        }
      }
    }
    return true;
  }

  // What has had as many questions as right answers are needed is done as far
  // as the catalog goes: a shared question was used elsewhere.
  void GiveUpTheRest() {
    bool is_freed = false;
    for (const NeedIndex need : order_) {
      if (IsOver(need) || !AllDone(input_.needs[need].before)) continue;
      if (progress_[need].num_given < input_.needs[need].effort.num_right) {
        continue;
      }
      Finish(need);
      is_freed = true;
    }
    if (is_freed) return;
    for (const NeedIndex need : order_) {
      if (!IsDone(need)) progress_[need].num_left = 0;
    }
  }

  bool IsFinished() const {
    const bool has_work = std::any_of(order_.begin(), order_.end(),
                                      [&](NeedIndex n) { return !IsOver(n); });
    // An essential schedule is asked when the goal is done, and what follows
    // only as far as it has review days.
    return !has_work && !rules_.is_comfortable &&
           day_ + 1 >= rules_.num_review_days;
  }

  const ScheduleInput& input_;
  const ScheduleRules& rules_;
  const Foundations foundations_;
  std::vector<Progress> progress_;
  std::vector<bool> used_;
  std::vector<int32_t> num_shared_;             // By need.
  std::vector<std::vector<NeedIndex>> listed_;  // By choice, if shared.
  ReviewQueue reviews_;
  std::vector<int32_t> review_day_;  // Of a choice; -1: never.
  std::vector<NeedIndex> order_;     // Of work.
  int32_t day_ = 0;
  float left_ = 0;  // Minutes of the day.
  Schedule schedule_;
};

}  // namespace

bool Schedule::IsDone() const {
  return std::all_of(done_day.begin(), done_day.end(),
                     [](int32_t day) { return day >= 0; });
}

int32_t Schedule::NumGoalsBy(int32_t day, absl::Span<const Need> needs) const {
  int32_t num = 0;
  for (size_t need = 0; need < needs.size(); ++need) {
    const bool is_done = done_day[need] >= 0 && done_day[need] <= day;
    num += is_done && needs[need].is_goal ? 1 : 0;
  }
  return num;
}

Schedule MakeSchedule(const ScheduleInput& input, const ScheduleRules& rules) {
  return Scheduler(input, rules).Run();
}

}  // namespace evenlight
