#include "core/digest.h"

#include <fstream>

#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

// FIPS 180-4 examples.
TEST(DigestTest, AgreesWithThePublishedExamples) {
  EXPECT_EQ(Sha256Hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestTest, FileHasTheDigestOfItsBytes) {
  const std::string path = testing::TempDir() + "/digest_test";
  const std::string bytes(200'000, 'x');
  std::ofstream(path, std::ios::binary) << bytes;
  const auto digest = Sha256HexOfFile(path);
  ASSERT_THAT(digest, IsOk());
  EXPECT_EQ(*digest, Sha256Hex(bytes));
}

TEST(DigestTest, MissingFileIsNamed) {
  const auto digest = Sha256HexOfFile("/no/such/file");
  EXPECT_THAT(digest, HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(std::string(digest.status().message()),
              testing::HasSubstr("/no/such/file"));
}

TEST(DigestTest, DirectoryIsNoFile) {
  EXPECT_FALSE(Sha256HexOfFile(testing::TempDir()).ok());
}

}  // namespace
}  // namespace evenlight
