#include "recommender/lifecycle/model_registry.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

std::shared_ptr<const ModelSet> Version(int64_t version) {
  auto models = std::make_shared<ModelSet>();
  models->version = version;
  return models;
}

TEST(ModelRegistryTest, ServesVersionZeroBeforeTheFirstPublish) {
  const ModelRegistry registry;
  ASSERT_NE(registry.Serving("county"), nullptr);
  EXPECT_EQ(registry.Serving("county")->version, 0);
}

TEST(ModelRegistryTest, TenantsServeTheirOwn) {
  ModelRegistry registry;
  registry.Publish("county", Version(3));
  EXPECT_EQ(registry.Serving("county")->version, 3);
  EXPECT_EQ(registry.Serving("elsewhere")->version, 0);
}

TEST(ModelRegistryTest, AnyVersionMayFollowAnother) {
  ModelRegistry registry;
  registry.Publish("county", Version(3));
  registry.Publish("county", Version(2));
  EXPECT_EQ(registry.Serving("county")->version, 2);
}

TEST(ModelRegistryTest, RetiredSetLivesAsLongAsItsLastReader) {
  ModelRegistry registry;
  registry.Publish("county", Version(1));
  auto reader = registry.Serving("county");
  const std::weak_ptr<const ModelSet> watch = reader;
  registry.Publish("county", Version(2));
  EXPECT_EQ(reader->version, 1);
  reader.reset();
  EXPECT_TRUE(watch.expired());
}

TEST(ModelRegistryTest, ReadersNeverSeeNullOrGoBackWhilePublishing) {
  ModelRegistry registry;
  std::atomic<bool> is_over = false;
  std::atomic<int> num_wrong = 0;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 4; ++reader) {
    readers.emplace_back([&] {
      int64_t last = 0;
      while (!is_over) {
        const auto models = registry.Serving("county");
        if (models == nullptr || models->version < last) ++num_wrong;
        if (models != nullptr) last = models->version;
      }
    });
  }
  for (int64_t version = 1; version < 3000; ++version) {
    registry.Publish("county", Version(version));
  }
  is_over = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(num_wrong, 0);
}

}  // namespace
}  // namespace evenlight
