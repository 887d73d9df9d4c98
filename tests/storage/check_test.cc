// What the checks of a database find in damage of every kind, and that they
// find nothing in what the stores write.

#include <fstream>

#include "absl/strings/str_cat.h"
#include "storage/catalog_store.h"
#include "storage/check_entries.h"
#include "storage/check_files.h"
#include "storage/check_track.h"
#include "storage/delivery_store.h"
#include "storage/durable_file.h"
#include "storage/goal_store.h"
#include "storage/keys.h"
#include "storage/learner_state_store.h"
#include "storage/list_store.h"
#include "storage/push_store.h"
#include "storage/records.h"
#include "storage/roster_store.h"
#include "storage/track_store.h"
#include "tests/storage/databases.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kTenant[] = "county";

Event EventOf(int64_t sequence) {
  Event event;
  event.id = absl::StrCat("e", sequence);
  event.actor = {ActorKind::kLearner, absl::StrCat("l", sequence % 3)};
  event.time = absl::FromUnixSeconds(1'700'000'000 + sequence);
  event.verb = Verb::kAnswered;
  event.resource = "r1";
  event.sequence = sequence;
  return event;
}

class CheckTest : public testing::Test {
 protected:
  void Append(Database& database, int64_t first, int64_t last) {
    WriteBatch batch;
    for (int64_t sequence = first; sequence <= last; ++sequence) {
      TrackStore(&database).Append(kTenant, EventOf(sequence), &batch);
    }
    ASSERT_THAT(database.Write(batch), IsOk());
  }

  auto Keep() {
    return [this](const Finding& finding) {
      findings_.push_back(
          absl::StrCat(finding.is_survivable ? "(survivable) " : "",
                       finding.where, ": ", finding.what));
      EXPECT_FALSE(finding.to_do.empty());
    };
  }

  std::vector<std::string> TrackFindings(const Database& database) {
    findings_.clear();
    EXPECT_THAT(CheckTrack(database, kTenant, Keep()), IsOk());
    return findings_;
  }
  std::vector<std::string> EntryFindings(const Database& database) {
    findings_.clear();
    CheckEntries(database, Keep());
    return findings_;
  }
  std::vector<std::string> FileFindings(const std::string& directory) {
    findings_.clear();
    CheckDatabaseFiles(
        directory, [](absl::string_view) {}, Keep());
    return findings_;
  }

  std::vector<std::string> findings_;
  MemoryDatabase memory_;
};

TEST_F(CheckTest, NothingIsFoundInWhatTheStoresWrite) {
  Append(memory_, 1, 600);
  WriteBatch batch;
  LearnerStateStore(&memory_).Put(kTenant, "l1", {false, 3, 1, "s"}, &batch);
  StoredList list;
  list.id = "a1";
  list.learner = "l1";
  list.request_id = std::string("q\0/", 3);
  ListStore(&memory_).Put(kTenant, list, &batch);
  StoredPush push;
  push.id = "p1";
  push.sequence = push.first_sequence = 1;
  push.class_id = "c1";
  push.learners = {"l1", "l2"};
  push.edited_by = "w1";
  push.request_id = "any / thing";
  PushStore(&memory_).Put(kTenant, push, &batch);
  DeliveryStore(&memory_).Put(kTenant, "p1", {"l1", absl::UnixEpoch(), 1},
                              &batch);
  GoalStore(&memory_).Put(kTenant, "l1", {}, &batch);
  RosterStore roster(&memory_);
  School school;
  school.id = "s1";
  roster.Put(kTenant, school, &batch);
  SchoolClass school_class;
  school_class.id = "c1";
  roster.Put(kTenant, school_class, &batch);
  Person person;
  person.actor = {ActorKind::kTeacher, "w1"};
  person.classes = {"c1"};
  ASSERT_THAT(roster.PutPerson(kTenant, person, &batch), IsOk());
  Resource resource;
  resource.id = "r1";
  CatalogStore catalog(&memory_);
  catalog.Put(kTenant, resource, &batch);
  KnowledgeComponent kc;
  kc.id = "k1";
  catalog.Put(kTenant, kc, &batch);
  catalog.PutVersion(kTenant, 3, &batch);
  ASSERT_THAT(memory_.Write(batch), IsOk());

  EXPECT_THAT(EntryFindings(memory_), IsEmpty());
  EXPECT_THAT(TrackFindings(memory_), IsEmpty());
  EXPECT_THAT(CheckPushSequences(memory_, kTenant, Keep()), IsOk());
  EXPECT_THAT(findings_, IsEmpty());
}

TEST_F(CheckTest, KeysAndValuesThatNobodyMakesAreRefused) {
  const std::string tenant("county\0", 7);
  const std::string value = EncodeEvent(EventOf(1));
  const std::string event = EventKeyOf(kTenant, {ActorKind::kLearner, "l1"},
                                       {absl::UnixEpoch(), "e1"});
  const struct {
    Family family;
    std::string key;
    std::string value;
  } cases[] = {
      {Family::kEvents, event, "\xff"},
      {Family::kEvents, event, ""},  // No sequence.
      {Family::kEvents, event + "!", value},
      {Family::kEvents, "county", value},
      {Family::kEventsBySequence, SequenceKey(kTenant, 0), event},
      {Family::kEventsBySequence, SequenceKey(kTenant, 1), "x"},
      {Family::kEventsBySequence, SequenceKey(kTenant, 1) + "x", event},
      {Family::kEventIds, IdKey(kTenant, "e/1"), EncodeSequenceOfId(1)},
      {Family::kEventIds, IdKey(kTenant, "e1"), EncodeSequenceOfId(0)},
      {Family::kLearnerState, IdKey(kTenant, ""), ""},
      {Family::kLearnerState, IdKey("no tenant", "l1"), ""},
      {Family::kCatalog, tenant, ""},
      {Family::kCatalog, tenant + "z", ""},
      {Family::kCatalog, tenant + "vx", "12345678"},
      {Family::kCatalog, tenant + "v", "1234567"},
      {Family::kCatalog, tenant + "rr1", "\xff"},
      {Family::kRoster, tenant + "p\x03" + "l1", ""},
      {Family::kRoster, tenant + "m" + "c1", ""},
      {Family::kRoster, tenant + "x" + "c1", ""},
      {Family::kLists, tenant + "u" + "p1", "1234567"},
      {Family::kLists, tenant + "h" + "1234567", ""},
      {Family::kLists, tenant + "fc" + "c1", ""},
      {Family::kLists, tenant + "d" + "p1", std::string(24, 1)},
      {Family::kLists, PushDeliveryKey(kTenant, "p1", "l1"), "x"},
      {Family::kLists, tenant + "q" + "l1", "a1"},
      {Family::kMeta, "other", "\x08\x01"},
      {Family::kMeta, "format", "\xff"},
  };
  for (const auto& c : cases) {
    EXPECT_FALSE(CheckEntry(c.family, c.key, c.value).ok())
        << testing::PrintToString(c.key);
  }
}

TEST_F(CheckTest, LogAndIndexesThatDisagreeAreNamed) {
  Append(memory_, 1, 600);
  const Event event = EventOf(300);
  const std::string key = EventKeyOf(kTenant, event.actor, PositionOf(event));
  const std::string key_start =
      EventKeyOf(kTenant, event.actor, {event.time, ""});
  struct Case {
    std::string what;
    WriteBatch damage;
    WriteBatch repair;
  };
  std::vector<Case> cases(7);
  cases[0].what = "has a sequence but is missing";
  cases[0].damage.Delete(Family::kEvents, key);
  cases[0].repair.Put(Family::kEvents, key, EncodeEvent(event));
  cases[1].what = "sequences 300 to 300 of tenant county are missing";
  cases[1].damage.Delete(Family::kEventsBySequence, SequenceKey(kTenant, 300));
  cases[1].repair.Put(Family::kEventsBySequence, SequenceKey(kTenant, 300),
                      key_start);
  cases[2].what = "its id is not among the used ids";
  cases[2].damage.Delete(Family::kEventIds, IdKey(kTenant, event.id));
  cases[2].repair.Put(Family::kEventIds, IdKey(kTenant, event.id),
                      EncodeSequenceOfId(300));
  cases[3].what = "its sequence is 300, that of its id is 299";
  cases[3].damage.Put(Family::kEventIds, IdKey(kTenant, event.id),
                      EncodeSequenceOfId(299));
  cases[3].repair = cases[2].repair;
  cases[4].what = "the id is used but has no event";
  cases[4].damage.Put(Family::kEventIds, IdKey(kTenant, "other"),
                      EncodeSequenceOfId(300));
  cases[4].repair.Delete(Family::kEventIds, IdKey(kTenant, "other"));
  cases[5].what = "sequence 300 stands for another event";
  cases[5].damage.Put(Family::kEventsBySequence, SequenceKey(kTenant, 300),
                      key_start + "x");
  cases[5].repair = cases[1].repair;
  const Event before = EventOf(299);
  Event twice = before;  // With the sequence of the next one.
  twice.sequence = 300;
  cases[6].what = "its sequence is 300, that of its id is 299";
  cases[6].damage.Put(Family::kEvents,
                      EventKeyOf(kTenant, before.actor, PositionOf(before)),
                      EncodeEvent(twice));
  cases[6].repair.Put(Family::kEvents,
                      EventKeyOf(kTenant, before.actor, PositionOf(before)),
                      EncodeEvent(before));
  for (const Case& c : cases) {
    ASSERT_THAT(memory_.Write(c.damage), IsOk());
    EXPECT_THAT(TrackFindings(memory_), Contains(HasSubstr(c.what)));
    ASSERT_THAT(memory_.Write(c.repair), IsOk());
    EXPECT_THAT(TrackFindings(memory_), IsEmpty());
  }
}

TEST_F(CheckTest, EntriesOfFormat1AreSound) {
  Append(memory_, 1, 3);
  const Event event = EventOf(2);
  const std::string key = EventKeyOf(kTenant, event.actor, PositionOf(event));
  WriteBatch batch;
  batch.Put(Family::kEventsBySequence, SequenceKey(kTenant, 2), key);
  batch.Put(Family::kEventIds, IdKey(kTenant, event.id),
            "\x0a\x10"
            "0123456789abcdef" +
                EncodeSequenceOfId(2));
  ASSERT_THAT(memory_.Write(batch), IsOk());
  EXPECT_THAT(TrackFindings(memory_), IsEmpty());
  EXPECT_THAT(EntryFindings(memory_), IsEmpty());
}

TEST_F(CheckTest, DamagedStateIsSurvivable) {
  WriteBatch batch;
  batch.Put(Family::kLearnerState, IdKey(kTenant, "l1"), "\xff");
  ASSERT_THAT(memory_.Write(batch), IsOk());
  EXPECT_THAT(EntryFindings(memory_),
              ElementsAre(HasSubstr("(survivable) family learner_state")));
}

class CheckFilesTest : public CheckTest {
 protected:
  void SetUp() override {
    auto database = OpenRocks(path_);
    ASSERT_THAT(database, IsOk());
    Append(**database, 1, 500);
    // A checkpoint has what is in tables only; what comes after is in the log.
    ASSERT_THAT((*database)->CreateCheckpoint(directory_ / "other"), IsOk());
    for (int64_t k = 501; k <= 520; ++k) Append(**database, k, k);
  }

  std::string Path(const std::string& extension) const {
    std::string largest;
    for (const auto& file : fs::directory_iterator(path_)) {
      if (file.path().extension() != extension) continue;
      if (largest.empty() || file.file_size() > fs::file_size(largest)) {
        largest = file.path().string();
      }
    }
    EXPECT_NE(largest, "");
    return largest;
  }
  static void Write(const std::string& path, const std::string& bytes) {
    fs::remove(path);  // Tables are shared with the checkpoint.
    std::ofstream(path, std::ios::binary) << bytes;
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "db";
};

TEST_F(CheckFilesTest, WholeFilesHaveNoFinding) {
  EXPECT_THAT(FileFindings(path_), IsEmpty());
  EXPECT_THAT(FileFindings(directory_ / "other"), IsEmpty());
}

TEST_F(CheckFilesTest, FlippedByteInATableNamesItAndItsFamily) {
  const std::string table = Path(".sst");
  std::string bytes = *ReadFile(table);
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 4);
  Write(table, bytes);
  EXPECT_THAT(FileFindings(path_),
              Contains(testing::AllOf(HasSubstr(table), HasSubstr("family "))));
}

TEST_F(CheckFilesTest, ShortTableIsNamed) {
  const std::string table = Path(".sst");
  const std::string bytes = *ReadFile(table);
  Write(table, bytes.substr(0, bytes.size() / 2));
  EXPECT_THAT(FileFindings(path_), Contains(HasSubstr(table)));
}

TEST_F(CheckFilesTest, FlippedByteInTheLogIsNoTornEnd) {
  const std::string log = Path(".log");
  std::string bytes = *ReadFile(log);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  Write(log, bytes);
  EXPECT_THAT(
      FileFindings(path_),
      ElementsAre(testing::AllOf(HasSubstr(fs::path(log).filename().string()),
                                 HasSubstr("the log is damaged"),
                                 testing::Not(HasSubstr("(survivable)")))));
}

TEST_F(CheckFilesTest, TornEndOfTheLogIsSurvivable) {
  const std::string log = Path(".log");
  const std::string bytes = *ReadFile(log);
  Write(log, bytes.substr(0, bytes.size() - 5));
  EXPECT_THAT(FileFindings(path_),
              ElementsAre(testing::AllOf(HasSubstr("(survivable)"),
                                         HasSubstr("ends within a record"))));
}

TEST_F(CheckFilesTest, LostTableIsFound) {
  fs::remove(Path(".sst"));
  EXPECT_THAT(FileFindings(path_), Contains(HasSubstr("does not open")));
}

TEST_F(CheckFilesTest, DirectoryThatIsHeldIsKnownWithoutTakingItsLock) {
  // The holder is another process: locks of one's own are not seen.
  EXPECT_THAT(CheckIsNotHeld(path_), IsOk());
  EXPECT_THAT(CheckIsNotHeld(directory_ / "nothing"), IsOk());
}

}  // namespace
}  // namespace evenlight
