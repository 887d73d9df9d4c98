#include "storage/database.h"

#include "tests/storage/databases.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using Entry = std::pair<std::string, std::string>;
using Entries = std::vector<Entry>;

class DatabaseTest : public DatabaseContract {
 protected:
  Entries Scan(Family family, absl::string_view begin, absl::string_view end) {
    Entries entries;
    EXPECT_THAT(
        database_->Scan(family, begin, end,
                        [&](absl::string_view key, absl::string_view value) {
                          entries.emplace_back(key, value);
                          return true;
                        }),
        IsOk());
    return entries;
  }
  std::optional<std::string> Get(Family family, absl::string_view key) {
    const auto value = database_->Get(family, key);
    EXPECT_THAT(value, IsOk());
    return *value;
  }
  std::optional<std::string> LastKey(absl::string_view begin,
                                     absl::string_view end) {
    const auto key = database_->LastKey(Family::kEvents, begin, end);
    EXPECT_THAT(key, IsOk());
    return *key;
  }
};

INSTANTIATE_TEST_SUITE_P(All, DatabaseTest, AllDatabases(), NameOfKind);

TEST_P(DatabaseTest, FamiliesAreApart) {
  PutOne(Family::kEvents, "k", "v");
  EXPECT_THAT(Get(Family::kEvents, "k"), Optional(std::string("v")));
  EXPECT_EQ(Get(Family::kLists, "k"), std::nullopt);
}

TEST_P(DatabaseTest, EmptyValueIsAValue) {
  PutOne(Family::kRoster, "k", "");
  EXPECT_THAT(Get(Family::kRoster, "k"), Optional(std::string()));
}

TEST_P(DatabaseTest, LaterChangeInABatchWins) {
  WriteBatch batch;
  batch.Put(Family::kEvents, "a", "1");
  batch.Put(Family::kEvents, "a", "2");
  batch.Put(Family::kEvents, "b", "1");
  batch.Delete(Family::kEvents, "b");
  batch.Delete(Family::kEvents, "c");
  batch.Put(Family::kEvents, "c", "3");
  Write(batch);
  EXPECT_EQ(Scan(Family::kEvents, "", ""), (Entries{{"a", "2"}, {"c", "3"}}));
}

TEST_P(DatabaseTest, KeysOrderAsUnsignedBytes) {
  for (const char* key : {"\xff", "b", "\x80", "a", "ab"}) {
    PutOne(Family::kEvents, key, "");
  }
  EXPECT_EQ(
      Scan(Family::kEvents, "", ""),
      (Entries{{"a", ""}, {"ab", ""}, {"b", ""}, {"\x80", ""}, {"\xff", ""}}));
}

TEST_P(DatabaseTest, ScanHoldsItsBeginAndNotItsEnd) {
  for (const char* key : {"a", "b", "c", "d"}) {
    PutOne(Family::kEvents, key, "");
  }
  EXPECT_EQ(Scan(Family::kEvents, "b", "d"), (Entries{{"b", ""}, {"c", ""}}));
  EXPECT_EQ(Scan(Family::kEvents, "c", ""), (Entries{{"c", ""}, {"d", ""}}));
  EXPECT_THAT(Scan(Family::kEvents, "b", "b"), IsEmpty());
  EXPECT_THAT(Scan(Family::kEvents, "c", "b"), IsEmpty());
}

TEST_P(DatabaseTest, ScanEndsWhenTheVisitorSaysSo) {
  for (const char* key : {"a", "b", "c"}) PutOne(Family::kEvents, key, "");
  int num_visits = 0;
  EXPECT_THAT(database_->Scan(Family::kEvents, "", "",
                              [&](absl::string_view, absl::string_view) {
                                return ++num_visits < 2;
                              }),
              IsOk());
  EXPECT_EQ(num_visits, 2);
}

TEST_P(DatabaseTest, ScanSeesOneMomentAndItsVisitorMayWrite) {
  for (const char* key : {"a", "b"}) PutOne(Family::kEvents, key, "");
  Entries seen;
  EXPECT_THAT(
      database_->Scan(Family::kEvents, "", "",
                      [&](absl::string_view key, absl::string_view value) {
                        seen.emplace_back(key, value);
                        PutOne(Family::kEvents, std::string(key) + "z", "");
                        return true;
                      }),
      IsOk());
  EXPECT_EQ(seen, (Entries{{"a", ""}, {"b", ""}}));
  EXPECT_EQ(Scan(Family::kEvents, "", "").size(), 4u);
}

TEST_P(DatabaseTest, LastKeyIsWithinItsBounds) {
  EXPECT_EQ(LastKey("", ""), std::nullopt);
  for (const char* key : {"a", "c", "e"}) PutOne(Family::kEvents, key, "");
  EXPECT_EQ(LastKey("", ""), "e");
  EXPECT_EQ(LastKey("", "e"), "c");
  EXPECT_EQ(LastKey("b", "d"), "c");
  EXPECT_EQ(LastKey("d", "e"), std::nullopt);
  EXPECT_EQ(LastKey("f", ""), std::nullopt);
  EXPECT_EQ(LastKey("", "a"), std::nullopt);
  EXPECT_EQ(LastKey("c", "c"), std::nullopt);
}

TEST_P(DatabaseTest, MultiGetAnswersInTheOrderAsked) {
  PutOne(Family::kEvents, "a", "1");
  PutOne(Family::kEvents, "b", "2");
  const auto values =
      database_->MultiGet(Family::kEvents, {"b", "x", "a", "b"});
  ASSERT_THAT(values, IsOk());
  EXPECT_THAT(*values, ElementsAre("2", std::nullopt, "1", "2"));
  const auto none = database_->MultiGet(Family::kEvents, {});
  ASSERT_THAT(none, IsOk());
  EXPECT_THAT(*none, IsEmpty());
}

TEST_P(DatabaseTest, BytesOfAnyKindComeBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes.push_back(static_cast<char>(byte));
  PutOne(Family::kMeta, bytes, bytes + bytes);
  EXPECT_EQ(Get(Family::kMeta, bytes), bytes + bytes);
}

TEST(PrefixEndTest, IsTheLeastKeyAboveThePrefix) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd(std::string("a\0", 2)), "a\x01");
  EXPECT_EQ(PrefixEnd("a\xff\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff"), "");
  EXPECT_EQ(PrefixEnd(""), "");
}

TEST(MemoryDatabaseTest, WritesFailAsToldAndChangeNothing) {
  MemoryDatabase database;
  WriteBatch batch;
  batch.Put(Family::kEvents, "k", "v");
  database.FailWrites(absl::UnavailableError("full"));
  EXPECT_THAT(database.Write(batch), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_EQ(*database.Get(Family::kEvents, "k"), std::nullopt);
  database.FailWrites(absl::OkStatus());
  EXPECT_THAT(database.Write(batch), IsOk());
  EXPECT_EQ(*database.Get(Family::kEvents, "k"), "v");
}

}  // namespace
}  // namespace evenlight
