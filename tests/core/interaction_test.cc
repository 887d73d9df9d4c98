#include "core/interaction.h"

#include "gmock/gmock.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Event Answer() {
  Event event;
  event.id = "e1";
  event.actor.id = "l1";
  event.time = absl::FromUnixSeconds(100);
  event.verb = Verb::kAnswered;
  event.resource = "r1";
  event.kcs = {"k2", "k1", "k2"};
  event.score = 1;
  event.time_spent = absl::Seconds(90);
  return event;
}

TEST(InteractionTest, AnswerKeepsWhatModelsUse) {
  Event event = Answer();
  event.time_is_order = true;
  const Interaction interaction = ToInteraction(event);
  EXPECT_EQ(interaction.position, PositionOf(event));
  EXPECT_EQ(interaction.verb, Verb::kAnswered);
  EXPECT_TRUE(interaction.time_is_order);
  EXPECT_EQ(interaction.resource, ResourceKeyOf("r1"));
  EXPECT_TRUE(interaction.is_correct);
  EXPECT_FLOAT_EQ(interaction.minutes, 1.5f);
}

TEST(InteractionTest, KcsComeOnceInTheirOrder) {
  EXPECT_THAT(ToInteraction(Answer()).kcs,
              ElementsAre(KcKeyOf("k2"), KcKeyOf("k1")));
}

TEST(InteractionTest, ResourceIsTheQuestionUnlessOneIsNamed) {
  Event event = Answer();
  EXPECT_EQ(ToInteraction(event).question, ResourceKeyOf("r1"));
  event.question = "q1";
  EXPECT_EQ(ToInteraction(event).question, ResourceKeyOf("q1"));
}

TEST(InteractionTest, HalfTheScoreIsCorrect) {
  Event event = Answer();
  event.score = 0.5f;
  EXPECT_TRUE(ToInteraction(event).is_correct);
  event.score = 0.49f;
  EXPECT_FALSE(ToInteraction(event).is_correct);
}

TEST(InteractionTest, OtherVerbsAnswerNothing) {
  Event event = Answer();
  event.verb = Verb::kRated;
  event.stars = 4;
  const Interaction interaction = ToInteraction(event);
  EXPECT_EQ(interaction.stars, 4);
  EXPECT_FALSE(interaction.is_correct);
  EXPECT_EQ(interaction.question, ResourceKey{});
  EXPECT_THAT(interaction.kcs, IsEmpty());
}

TEST(InteractionTest, NoResourceHasNoKey) {
  Event event = Answer();
  event.verb = Verb::kAttended;
  event.resource.clear();
  EXPECT_EQ(ToInteraction(event).resource, ResourceKey{});
}

}  // namespace
}  // namespace evenlight
