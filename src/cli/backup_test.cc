// Events through a backup and back, with a real event store.
#include <gmock/gmock.h>

#include "cli/borrowed_store.h"
#include "cli/installed.h"
#include "cli/run_for_test.h"
#include "events/row.h"
#include "supervise/data_directory.h"

namespace linkgate::cli {
namespace {

class BackupOfEvents : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    if (!std::filesystem::exists(installed_program("store")))
      GTEST_SKIP() << "linkgate-store is not built here";
  }
  Config config_at(const std::string& data) const {
    Config config;
    config.data = data;
    return config;
  }
};

TEST_F(BackupOfEvents, HoldsEveryRow) {
  ASSERT_EQ(run({"keys", "rotate"}).code, 0);
  const Config here = config_at(data());
  ASSERT_TRUE(supervise::prepare_data_directory(here, false));
  {
    const auto store = BorrowedStore::open(here, false);
    ASSERT_TRUE(store) << store.error().message();
    ASSERT_TRUE(store::migrate((*store)->client()));
    events::Row row(*events::find_table("EmailEvents"), SystemClock().now(), "row-1", 1);
    const std::string line = row.set("Subject", "kept").finish();
    const auto inserted = (*store)->client().insert("EmailEvents", {line});
    ASSERT_TRUE(inserted) << inserted.error().message();
  }
  const Outcome made = run({"backup", folder_ + "/copy"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_TRUE(std::filesystem::is_empty(BorrowedStore::backup_folder(here))) << "nothing is left behind";

  const std::string other = folder_ + "/other";
  const Outcome restored = run({"restore", folder_ + "/copy", "--data", other});
  ASSERT_EQ(restored.code, 0) << restored.err;
  EXPECT_THAT(restored.err, testing::HasSubstr("Z linkgate info: store: schema version"))
      << "as programs log";
  const auto store = BorrowedStore::open(config_at(other), false);
  ASSERT_TRUE(store) << store.error().message();
  const auto rows = (*store)->client().query("SELECT Subject FROM linkgate.EmailEvents FINAL", {});
  ASSERT_TRUE(rows) << rows.error().message();
  EXPECT_THAT(rows->rows, testing::ElementsAre("[\"kept\"]"));
}

}  // namespace
}  // namespace linkgate::cli
