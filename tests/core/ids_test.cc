#include "core/ids.h"

#include "gtest/gtest.h"

namespace evenlight {
namespace {

TEST(IdsTest, ValidIdsAreShortAndPlain) {
  for (const std::string& id :
       {std::string("a"), std::string("A-9._"), std::string(64, 'x')}) {
    EXPECT_TRUE(IsValidId(id)) << id;
  }
}

TEST(IdsTest, EverythingElseIsNotAnId) {
  for (const std::string& id :
       {std::string(), std::string(65, 'x'), std::string("a b"),
        std::string("a/b"), std::string("a\0b", 3), std::string("\xe5\xad\xa6"),
        std::string("a\n")}) {
    EXPECT_FALSE(IsValidId(id)) << id;
  }
}

// Computed once, with libxxhash 0.8.1: states on disk hold these numbers.
TEST(IdsTest, KeysAreStoredAndNeverChange) {
  EXPECT_EQ(static_cast<uint64_t>(KcKeyOf("k1")), 0x81afbf86b72a36c5);
  EXPECT_EQ(static_cast<uint64_t>(ResourceKeyOf("k1")), 0x81afbf86b72a36c5);
  EXPECT_NE(KcKeyOf("k1"), KcKeyOf("k2"));
}

}  // namespace
}  // namespace evenlight
