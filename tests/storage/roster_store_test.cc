#include "storage/roster_store.h"

#include "storage/keys.h"
#include "tests/storage/databases.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Person MakePerson(ActorKind kind, const std::string& id,
                  std::vector<ClassId> classes) {
  Person person;
  person.actor = {kind, id};
  person.classes = std::move(classes);
  return person;
}

class RosterStoreTest : public DatabaseContract {
 protected:
  RosterStore store() { return RosterStore(database_.get()); }
  void PutPeople(const TenantId& tenant, const std::vector<Person>& people) {
    WriteBatch batch;
    for (const Person& person : people) {
      ASSERT_THAT(store().PutPerson(tenant, person, &batch), IsOk());
    }
    Write(batch);
  }
  std::vector<LearnerId> Learners(const TenantId& tenant, const ClassId& id) {
    return store().GetMembers(tenant, id)->learners;
  }
};

INSTANTIATE_TEST_SUITE_P(All, RosterStoreTest, AllDatabases(), NameOfKind);

TEST_P(RosterStoreTest, SchoolsClassesAndPeopleOfOneIdAreApart) {
  const School school{"x", "School", "north", Tier::kVillage};
  const SchoolClass school_class{"x", "Class", "x", 5};
  Person person = MakePerson(ActorKind::kLearner, "x", {"x"});
  person.accessibility_needs = 0b1010;
  WriteBatch batch;
  store().Put("t", school, &batch);
  store().Put("t", school_class, &batch);
  ASSERT_THAT(store().PutPerson("t", person, &batch), IsOk());
  Write(batch);
  EXPECT_EQ(*store().GetSchool("t", "x"), school);
  EXPECT_EQ(*store().GetClass("t", "x"), school_class);
  EXPECT_EQ(*store().GetPerson("t", {ActorKind::kLearner, "x"}), person);
  EXPECT_EQ(*store().GetPerson("t", {ActorKind::kTeacher, "x"}), std::nullopt);
  EXPECT_EQ(*store().GetSchool("u", "x"), std::nullopt);
  EXPECT_EQ(*store().GetClass("t", "y"), std::nullopt);
}

TEST_P(RosterStoreTest, MembersAreInOrderAndByKind) {
  PutPeople("t", {MakePerson(ActorKind::kTeacher, "b", {"c"}),
                  MakePerson(ActorKind::kLearner, "z", {"c", "d"}),
                  MakePerson(ActorKind::kLearner, "a", {"c"}),
                  MakePerson(ActorKind::kLearner, "q", {"c-"})});
  const auto members = store().GetMembers("t", "c");
  ASSERT_THAT(members, IsOk());
  EXPECT_THAT(members->learners, ElementsAre("a", "z"));
  EXPECT_THAT(members->teachers, ElementsAre("b"));
  EXPECT_THAT(Learners("t", "d"), ElementsAre("z"));
  EXPECT_THAT(Learners("t", "none"), IsEmpty());
}

TEST_P(RosterStoreTest, PersonWhoChangesClassLeavesTheOldOne) {
  PutPeople("t", {MakePerson(ActorKind::kLearner, "l", {"a", "b"})});
  PutPeople("t", {MakePerson(ActorKind::kLearner, "l", {"b", "c"})});
  EXPECT_THAT(Learners("t", "a"), IsEmpty());
  EXPECT_THAT(Learners("t", "b"), ElementsAre("l"));
  EXPECT_THAT(Learners("t", "c"), ElementsAre("l"));
}

TEST_P(RosterStoreTest, LaterPersonInABatchWins) {
  PutPeople("t", {MakePerson(ActorKind::kLearner, "l", {"a"})});
  PutPeople("t", {MakePerson(ActorKind::kLearner, "l", {"b"}),
                  MakePerson(ActorKind::kLearner, "l", {"c"})});
  EXPECT_THAT(Learners("t", "a"), IsEmpty());
  EXPECT_THAT(Learners("t", "b"), IsEmpty());
  EXPECT_THAT(Learners("t", "c"), ElementsAre("l"));
}

TEST_P(RosterStoreTest, ListsKeepToTheirTenantAndBeginWhereAsked) {
  for (const TenantId tenant : {"a", "a-", "ab"}) {
    WriteBatch batch;
    for (const ClassId id : {"c1", "c2", "c3"}) {
      store().Put(tenant, SchoolClass{id, tenant, "s", 1}, &batch);
    }
    Write(batch);
    PutPeople(tenant, {MakePerson(ActorKind::kLearner, tenant + "l", {}),
                       MakePerson(ActorKind::kTeacher, tenant + "t", {})});
  }
  std::vector<ClassId> classes;
  EXPECT_THAT(store().ListClasses("a", "c2",
                                  [&](const SchoolClass& school_class) {
                                    EXPECT_EQ(school_class.title, "a");
                                    classes.push_back(school_class.id);
                                    return true;
                                  }),
              IsOk());
  EXPECT_THAT(classes, ElementsAre("c2", "c3"));
  std::vector<std::string> teachers;
  EXPECT_THAT(store().ListPeople("a", ActorKind::kTeacher,
                                 [&](const Person& person) {
                                   teachers.push_back(person.actor.id);
                                   return true;
                                 }),
              IsOk());
  EXPECT_THAT(teachers, ElementsAre("at"));
}

TEST_P(RosterStoreTest, BrokenRecordNamesItsPerson) {
  PutOne(Family::kRoster, PersonKey("t7", ActorKind::kTeacher, "p9"),
         "\xff\xff");
  const auto person = store().GetPerson("t7", {ActorKind::kTeacher, "p9"});
  EXPECT_THAT(person, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(std::string(person.status().message()),
              testing::HasSubstr("teacher p9 of tenant t7"));
}

}  // namespace
}  // namespace evenlight
