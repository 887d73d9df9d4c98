#include "recommender/ingest/committer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/log.h"

namespace evenlight {
namespace {

// The first drop is logged and then one of so many: drops come in floods.
constexpr int64_t kDropsPerLogLine = 1'000;

// Ids never hold a slash, so no two requests share a key.
std::string JoinKey(const TenantId& tenant, const LearnerId& learner,
                    absl::string_view request_id) {
  return absl::StrCat(tenant, "/", learner, "/", request_id);
}

// Moves up to `max` from the front of `queue`.
template <typename T>
std::vector<T> TakeFront(std::deque<T>& queue, size_t max) {
  const auto end = queue.begin() + std::min(max, queue.size());
  std::vector<T> taken(std::make_move_iterator(queue.begin()),
                       std::make_move_iterator(end));
  queue.erase(queue.begin(), end);
  return taken;
}

size_t NumEvents(const CommitWork& work) {
  size_t num_events = work.exposures.size();
  for (const Submission& submission : work.submissions) {
    num_events += submission.events.size();
  }
  return num_events;
}

template <typename Submissions>
void AnswerAll(const Submissions& submissions, const absl::Status& status) {
  for (const Submission& submission : submissions) submission.done(status);
}

}  // namespace

Committer::Committer(Options options, Database* database,
                     const ModelRegistry* registry, OnStale on_stale,
                     OnExposed on_exposed)
    : options_(options),
      database_(*database),
      on_stale_(std::move(on_stale)),
      on_exposed_(std::move(on_exposed)),
      builder_(database, registry),
      thread_([this] { Work(); }) {}

Committer::~Committer() { Stop(); }

absl::Status Committer::Submit(const TenantId& tenant,
                               std::vector<Event> events, bool all_or_nothing,
                               Done done) {
  return Queue(
      {tenant, std::move(events), all_or_nothing, {}, std::move(done), {}});
}

absl::Status Committer::SubmitWith(const TenantId& tenant,
                                   std::vector<Event> events,
                                   WriteBatch attached, Done done) {
  return Queue({tenant,
                std::move(events),
                /*all_or_nothing=*/true,
                std::move(attached),
                std::move(done),
                {}});
}

absl::Status Committer::Queue(Submission submission) {
  submission.queue_time = options_.clock->Now();
  {
    MutexLock lock(mu_);
    if (!refusal_.ok()) return refusal_;
    if (is_stopping_) {
      return absl::UnavailableError("the committer is stopping");
    }
    const auto num_events = static_cast<int64_t>(submission.events.size());
    if (num_queued_events_ + num_events > options_.max_queued_events) {
      ++figures_.num_refused;
      return absl::ResourceExhaustedError(
          absl::StrCat(num_queued_events_, " events are queued; ", num_events,
                       " more pass the limit of ", options_.max_queued_events));
    }
    num_queued_events_ += num_events;
    submissions_.push_back(std::move(submission));
  }
  wake_.NotifyOne();
  return absl::OkStatus();
}

bool Committer::SubmitExposure(const TenantId& tenant, StoredList list,
                               Event event) {
  auto shared = std::make_shared<const StoredList>(std::move(list));
  int64_t num_dropped = 0;
  {
    MutexLock lock(mu_);
    if (QueueExposure({tenant, std::move(shared), std::move(event)})) {
      if (IsTimeToWake()) wake_.NotifyOne();
      return true;
    }
    num_dropped = ++figures_.num_dropped_exposures;
  }
  if (num_dropped % kDropsPerLogLine == 1) {
    Log(LogLevel::kWarning, "list_not_recorded",
        {{"tenant", tenant}, {"dropped_since_start", num_dropped}});
  }
  return false;
}

// False if it must be dropped.
bool Committer::QueueExposure(Exposure exposure) {
  if (is_stopping_ || !refusal_.ok() ||
      exposures_.size() >= static_cast<size_t>(options_.max_queued_exposures)) {
    return false;
  }
  const StoredList& list = *exposure.list;
  if (list.request_id.empty() ||
      requests_.try_emplace(RequestKey(exposure.tenant, list), exposure.list)
          .second) {
    exposures_.push_back(std::move(exposure));
  }
  return true;
}

void Committer::SubmitState(const TenantId& tenant, const LearnerId& learner,
                            StoredLearnerState state) {
  {
    MutexLock lock(mu_);
    if (is_stopping_ || !refusal_.ok() ||
        caught_up_.size() >= static_cast<size_t>(options_.max_queued_states)) {
      ++figures_.num_dropped_states;
      return;
    }
    caught_up_.push_back({tenant, learner, std::move(state)});
    if (!IsTimeToWake()) return;
  }
  wake_.NotifyOne();
}

void Committer::Stop() {
  {
    MutexLock lock(mu_);
    is_stopping_ = true;
  }
  wake_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

std::optional<StoredList> Committer::FindQueuedRequest(
    const TenantId& tenant, const LearnerId& learner,
    absl::string_view request_id) const {
  std::shared_ptr<const StoredList> list;
  {
    MutexLock lock(mu_);
    const auto found = requests_.find(JoinKey(tenant, learner, request_id));
    if (found == requests_.end()) return std::nullopt;
    list = found->second;
  }
  return *list;
}

CommitterFigures Committer::figures() const {
  const absl::Time now = options_.clock->Now();
  MutexLock lock(mu_);
  CommitterFigures figures = figures_;
  figures.takes_writes = refusal_.ok() && !is_stopping_;
  figures.num_queued_events = num_queued_events_;
  figures.num_queued_exposures = static_cast<int64_t>(exposures_.size());
  figures.num_queued_states = static_cast<int64_t>(caught_up_.size());
  if (!submissions_.empty()) {
    figures.oldest_wait =
        std::max(absl::ZeroDuration(), now - submissions_.front().queue_time);
  }
  return figures;
}

std::string Committer::RequestKey(const TenantId& tenant,
                                  const StoredList& list) {
  return JoinKey(tenant, list.learner, list.request_id);
}

size_t Committer::NumIdleWork() const {
  return exposures_.size() + caught_up_.size();
}

// The first begins the delay, the last ends it.
bool Committer::IsTimeToWake() const {
  return NumIdleWork() == 1 ||
         NumIdleWork() == static_cast<size_t>(options_.max_idle_work);
}

void Committer::Work() {
  while (true) {
    CommitWork work = TakeWork();
    if (work.empty()) return;
    Commit(std::move(work));
  }
}

CommitWork Committer::TakeWork() {
  MutexLock lock(mu_);
  while (!is_stopping_ && submissions_.empty() && NumIdleWork() == 0) {
    wake_.Wait(mu_);
  }
  if (!is_stopping_ && submissions_.empty() &&
      NumIdleWork() < static_cast<size_t>(options_.max_idle_work)) {
    // Once: waking early, for whatever reason, only writes sooner.
    wake_.WaitFor(mu_, options_.max_idle_delay);
  }
  return TakeBatch();
}

CommitWork Committer::TakeBatch() {
  const auto max_events = static_cast<size_t>(options_.max_batch_events);
  CommitWork work;
  work.exposures = TakeFront(exposures_, max_events);
  work.caught_up =
      TakeFront(caught_up_, static_cast<size_t>(options_.max_idle_work));
  size_t num_events = 0;
  while (!submissions_.empty() && num_events < max_events) {
    num_events += submissions_.front().events.size();
    if (num_events > max_events && !work.submissions.empty()) {
      num_events -= submissions_.front().events.size();
      break;
    }
    work.submissions.push_back(std::move(submissions_.front()));
    submissions_.pop_front();
  }
  num_queued_events_ -= static_cast<int64_t>(num_events);
  return work;
}

void Committer::Commit(CommitWork work) {
  absl::StatusOr<BuiltCommit> commit = builder_.Build(work);
  if (!commit.ok()) return CommitApart(std::move(work), commit.status());
  if (!commit->batch.empty()) {
    const absl::Time begin = options_.clock->Now();
    const absl::Status written = database_.Write(commit->batch);
    const absl::Duration time = options_.clock->Now() - begin;
    if (!written.ok()) return RefuseFromNowOn(std::move(work), written);
    MutexLock lock(mu_);
    figures_.write_seconds.Add(absl::ToDoubleSeconds(time));
    figures_.write_events.Add(static_cast<double>(NumEvents(work)));
  }
  {
    MutexLock lock(mu_);
    ForgetRequests(work.exposures);
    CountOutcomes(work);
  }
  if (on_stale_) {
    for (const auto& [tenant, learner] : commit->need_catch_up) {
      on_stale_(tenant, learner);
    }
  }
  for (Submission& submission : work.submissions) {
    submission.done(std::move(submission.results));
  }
  // Last: nobody waits for it.
  if (!on_exposed_) return;
  for (const Exposure& exposure : work.exposures) {
    // One whose id was used before is on disk already.
    if (exposure.event.sequence == 0) continue;
    on_exposed_(exposure.tenant, exposure.event);
  }
}

// A record that cannot be read concerns one caller; the others go on without.
void Committer::CommitApart(CommitWork work, const absl::Status& problem) {
  const bool has_idle = !work.exposures.empty() || !work.caught_up.empty();
  if (work.submissions.size() + (has_idle ? 1 : 0) > 1) {
    CommitWork idle;
    idle.exposures = std::move(work.exposures);
    idle.caught_up = std::move(work.caught_up);
    if (has_idle) Commit(std::move(idle));
    for (Submission& submission : work.submissions) {
      CommitWork alone;
      alone.submissions.push_back(std::move(submission));
      Commit(std::move(alone));
    }
    return;
  }
  Log(LogLevel::kError, "commit_not_built", {{"problem", problem.ToString()}});
  {
    MutexLock lock(mu_);
    ++figures_.num_failed_commits;
    ForgetRequests(work.exposures);
    figures_.num_dropped_exposures +=
        static_cast<int64_t>(work.exposures.size());
  }
  AnswerAll(work.submissions, problem);
}

void Committer::RefuseFromNowOn(CommitWork work, const absl::Status& problem) {
  Log(LogLevel::kError, "commits_refused", {{"problem", problem.ToString()}});
  const absl::Status refusal = absl::UnavailableError(
      absl::StrCat("the database takes no more writes: ", problem.message()));
  std::deque<Exposure> exposures;
  std::deque<CaughtUpState> caught_up;
  std::deque<Submission> submissions;
  {
    MutexLock lock(mu_);
    refusal_ = refusal;
    ++figures_.num_failed_commits;
    exposures.swap(exposures_);
    caught_up.swap(caught_up_);
    submissions.swap(submissions_);
    requests_.clear();
    num_queued_events_ = 0;
    figures_.num_dropped_exposures +=
        static_cast<int64_t>(work.exposures.size() + exposures.size());
  }
  AnswerAll(work.submissions, refusal);
  AnswerAll(submissions, refusal);
}

void Committer::CountOutcomes(const CommitWork& work) {
  using Outcome = CommitResult::Outcome;
  for (const Submission& submission : work.submissions) {
    for (const CommitResult& result : submission.results) {
      switch (result.outcome) {
        case Outcome::kAccepted:
          // All or nothing, and one was in conflict: nothing was written.
          figures_.num_accepted += result.sequence > 0 ? 1 : 0;
          break;
        case Outcome::kDuplicate:
          ++figures_.num_duplicates;
          break;
        case Outcome::kConflict:
          ++figures_.num_conflicts;
          break;
      }
    }
  }
}

void Committer::ForgetRequests(const std::vector<Exposure>& exposures) {
  for (const Exposure& exposure : exposures) {
    if (exposure.list->request_id.empty()) continue;
    requests_.erase(RequestKey(exposure.tenant, *exposure.list));
  }
}

}  // namespace evenlight
