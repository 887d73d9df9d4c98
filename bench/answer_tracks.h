// Answers as a school's learners give them, made from a seed, with the shape of
// ASSISTments 2009: half of the learners give up to 24 answers, a tenth more
// than 170, the most 1,040; questions come in short runs on one knowledge
// component; a few components are practised much.

#ifndef EVENLIGHT_BENCH_ANSWER_TRACKS_H_
#define EVENLIGHT_BENCH_ANSWER_TRACKS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/event.h"
#include "core/ids.h"
#include "storage/database.h"

namespace evenlight {

// Versions of RFC 9562's 36 characters: 122 random bits, or the time in
// milliseconds and then 74 random bits.
enum class EventIds { kRandom, kTimeOrdered };

// One thread. Equal seeds give equal events.
class AnswerTracks {
 public:
  static constexpr int kNumKcs = 110;
  static constexpr int kQuestionsOfKc = 153;

  // For about so many answers: an eighth of the learners who give them learn at
  // a time.
  AnswerTracks(int64_t num_answers, EventIds ids, uint64_t seed);

  // Puts the catalog that the answers are about.
  static WriteBatch Catalog(const TenantId& tenant);

  // The next answers; each learner's are in order. They come in sessions of
  // `session_answers` of one learner, as an import has them or an app that was
  // offline; 1: each is sent when it is given. There is no end: who has
  // finished gives the seat to somebody new.
  std::vector<Event> Next(int num_answers, int session_answers);

  // Who has begun so far.
  int64_t num_learners() const { return num_seated_; }

 private:
  // One who is learning.
  struct Seat {
    int64_t learner = 0;
    int num_left = 0;
    int kc = 0;
    int num_left_on_kc = 0;
    absl::Time last = absl::InfinitePast();
  };

  void Seated(Seat& seat);
  Event Answer(Seat& seat);
  std::string NewId(absl::Time time);

  const EventIds ids_;
  std::mt19937_64 random_;
  std::discrete_distribution<int> kcs_;
  std::vector<Seat> seats_;
  int64_t num_seated_ = 0;
  absl::Time now_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_ANSWER_TRACKS_H_
