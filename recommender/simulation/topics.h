// The topics of the synthetic curriculum: what nine school years teach in three
// subjects, in words. Invented for demonstration; no country's syllabus.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_TOPICS_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_TOPICS_H_

#include "absl/types/span.h"

namespace evenlight {

struct Topic {
  const char* subject;
  const char* strand;  // Topics of one strand build on one another, in order.
  int grade;           // 1-9, never falling within a strand.
  const char* id;      // Unique.
  const char* title;   // English.
  const char* title_zh;
};

// Strand by strand.
absl::Span<const Topic> SyntheticTopics();

// `id` needs `prerequisite` of another strand.
struct TopicLink {
  const char* prerequisite;
  const char* id;
};
absl::Span<const TopicLink> SyntheticTopicLinks();

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_TOPICS_H_
