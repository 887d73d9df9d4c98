#include "services/server/server_figures.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "core/process_figures.h"

namespace evenlight {
namespace {

using Figures = std::vector<Figure>;

void Append(Figures from, Figures& to) {
  for (Figure& figure : from) to.push_back(std::move(figure));
}

Figure Labelled(const char* name, const char* help, FigureKind kind) {
  return {name, help, kind, {}};
}

void AddSample(const char* label, const std::string& of, int64_t count,
               Figure& to) {
  to.samples.push_back({{{label, of}}, static_cast<double>(count)});
}

// A figure without labels.
struct Count {
  const char* name;
  const char* help;
  int64_t count;
};

void AddCounters(std::initializer_list<Count> counts, Figures& figures) {
  for (const Count& one : counts) {
    figures.push_back(
        Counter(one.name, one.help, static_cast<double>(one.count)));
  }
}

void AddGauges(std::initializer_list<Count> counts, Figures& figures) {
  for (const Count& one : counts) {
    figures.push_back(
        Gauge(one.name, one.help, static_cast<double>(one.count)));
  }
}

// Sources count among the stages by names of their own.
void AddStages(const StageMeter& meter, Figures& figures) {
  constexpr FigureKind kCounter = FigureKind::kCounter;
  Figure seconds =
      Labelled("evenlight_stage_seconds",
               "Time of a stage of RecommendResources", FigureKind::kHistogram);
  Figure left_out = Labelled(
      "evenlight_stage_left_out_total",
      "Lists for which no time was left for a stage or source", kCounter);
  Figure failed = Labelled("evenlight_stage_failures_total",
                           "Failures of a stage or source", kCounter);
  Figure candidates = Labelled("evenlight_stage_candidates_total",
                               "Candidates that a stage left", kCounter);
  Figure proposed = Labelled("evenlight_source_proposed_total",
                             "Candidates that a source proposed", kCounter);
  Figure shown =
      Labelled("evenlight_source_shown_total",
               "Of those a source proposed, those on the list", kCounter);
  for (const auto& [name, totals] : meter.Read()) {
    AddSample("stage", name, totals.num_left_out, left_out);
    AddSample("stage", name, totals.num_failed, failed);
    if (absl::StartsWith(name, "source:")) {
      AddSample("source", name, totals.num_left, proposed);
      AddSample("source", name, totals.num_shown, shown);
    } else {
      AddSample("stage", name, totals.num_left, candidates);
      seconds.samples.push_back({{{"stage", name}}, 0, totals.seconds});
    }
  }
  Append({seconds, left_out, failed, candidates, proposed, shown}, figures);
}

void AddDegraded(const DegradedMeter& meter, Figures& figures) {
  Figure degraded = Labelled(
      "evenlight_degraded_answers_total",
      "Answers made from less than there should be; one with two causes counts "
      "for both",
      FigureKind::kCounter);
  const DegradedMeter::Counts counts = meter.Read();
  for (size_t cause = 0; cause < counts.size(); ++cause) {
    AddSample("cause", kDegradedCauseNames[cause], counts[cause], degraded);
  }
  figures.push_back(std::move(degraded));
}

void AddExecutor(const ExecutorFigures& executor, Figures& figures) {
  AddGauges({{"evenlight_executor_threads", "Threads that work on requests",
              executor.num_threads},
             {"evenlight_executor_running_tasks", "Requests being worked on",
              executor.num_running},
             {"evenlight_executor_queued_tasks",
              "Requests that wait for a thread", executor.num_queued}},
            figures);
  AddCounters({{"evenlight_executor_refused_total",
                "Requests refused as too many waited", executor.num_refused}},
              figures);
}

void AddLimit(const ConcurrencyLimit::Figures& limit, Figures& figures) {
  AddGauges({{"evenlight_calls_limit",
              "Calls that may wait for a thread or run on one", limit.limit},
             {"evenlight_calls_inside",
              "Calls that wait for a thread or run on one", limit.num_inside}},
            figures);
  Figure refused = Labelled("evenlight_calls_refused_total",
                            "Calls refused as they would have waited too long",
                            FigureKind::kCounter);
  for (size_t level = 0; level < limit.num_refused.size(); ++level) {
    AddSample("priority", kPriorityNames[level], limit.num_refused[level],
              refused);
  }
  figures.push_back(std::move(refused));
}

void AddCommitQueue(const CommitterFigures& committer, Figures& figures) {
  AddGauges(
      {{"evenlight_commit_queued_events", "Events that wait for the committer",
        committer.num_queued_events},
       {"evenlight_commit_queued_exposures",
        "Lists shown that wait for the next commit",
        committer.num_queued_exposures},
       {"evenlight_commit_queued_states",
        "Refolded states that wait for the next commit",
        committer.num_queued_states}},
      figures);
  figures.push_back(Gauge("evenlight_commit_lag_seconds",
                          "How long the event that is first in the queue has "
                          "waited to be folded and committed",
                          absl::ToDoubleSeconds(committer.oldest_wait)));
  AddCounters(
      {{"evenlight_commit_refused_total",
        "Submissions of events refused as the queue was full",
        committer.num_refused},
       {"evenlight_exposures_dropped_total",
        "Lists shown that were not recorded", committer.num_dropped_exposures},
       {"evenlight_states_dropped_total",
        "Refolded states that found the queue full",
        committer.num_dropped_states}},
      figures);
}

void AddCommits(const CommitterFigures& committer, Figures& figures) {
  AddGauges({{"evenlight_commit_takes_writes",
              "1 while events are taken; 0 after the disk refused a write, "
              "until a restart",
              committer.takes_writes ? 1 : 0}},
            figures);
  AddCounters({{"evenlight_commit_failures_total",
                "Commits that could not be built or written",
                committer.num_failed_commits}},
              figures);
  Figure events = Labelled("evenlight_commit_events_total",
                           "Events that commits answered, by outcome",
                           FigureKind::kCounter);
  AddSample("outcome", "accepted", committer.num_accepted, events);
  AddSample("outcome", "duplicate", committer.num_duplicates, events);
  AddSample("outcome", "conflict", committer.num_conflicts, events);
  figures.push_back(std::move(events));
  figures.push_back(Distribution("evenlight_commit_batch_events",
                                 "Events and exposures in one synced write",
                                 committer.write_events));
  figures.push_back(Distribution("evenlight_commit_write_seconds",
                                 "Time of one synced write",
                                 committer.write_seconds));
}

void AddStates(const FigureSources& sources, Figures& figures) {
  const StateWorkerFigures worker = sources.state_worker->figures();
  AddGauges({{"evenlight_states_waiting",
              "Learners whose state waits to be refolded", worker.num_waiting}},
            figures);
  AddCounters(
      {{"evenlight_refold_failures_total",
        "Refolds in the background that failed", worker.num_failed},
       {"evenlight_refolds_total", "States refolded from the log, by whomever",
        sources.state_reader->num_refolds()}},
      figures);
}

void AddModels(const ModelFigures& models, Figures& figures) {
  Figure version =
      Labelled("evenlight_model_version", "The version that serves a tenant",
               FigureKind::kGauge);
  Figure published =
      Labelled("evenlight_model_published_timestamp_seconds",
               "When that version was published, in seconds since 1970",
               FigureKind::kGauge);
  for (const auto& [tenant, served] : models.served) {
    AddSample("tenant", tenant, served.version, version);
    if (served.publish_time == absl::UnixEpoch()) continue;
    AddSample("tenant", tenant, absl::ToUnixSeconds(served.publish_time),
              published);
  }
  figures.push_back(std::move(version));
  figures.push_back(std::move(published));
  AddCounters({{"evenlight_model_load_failures_total",
                "Versions and directories of models found broken",
                models.num_failed_loads}},
              figures);
}

}  // namespace

std::vector<Figure> ReadFigures(const FigureSources& sources) {
  Figures figures = sources.calls->Read();
  AddStages(*sources.stages, figures);
  AddDegraded(*sources.degraded, figures);
  AddExecutor(sources.executor->figures(), figures);
  AddLimit(sources.limit->Read(), figures);
  const CommitterFigures committer = sources.committer->figures();
  AddCommitQueue(committer, figures);
  AddCommits(committer, figures);
  AddStates(sources, figures);
  AddModels(sources.models->figures(), figures);
  figures.push_back(Distribution("evenlight_catalog_build_seconds",
                                 "Time to build a catalog after a change, or "
                                 "to bind it to a model",
                                 sources.catalogs->build_seconds()));
  Append(sources.database->Figures(), figures);
  Append(ReadProcessFigures(), figures);
  return figures;
}

}  // namespace evenlight
