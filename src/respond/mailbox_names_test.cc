#include "respond/mailbox_names.h"

#include <gmock/gmock.h>

#include "base/folder_for_test.h"
#include "respond/quarantine_seal.h"

namespace linkgate::respond {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(MailboxNames, LeadsWhereTheMtaDelivers) {
  const auto names =
      MailboxNames::parse({},
                          "# who is who\nsales@corp.test Ada@corp.test, bob@corp.test\n"
                          "all@corp.test sales@corp.test\n  eve@corp.test\n@old.test ada@corp.test\n"
                          "ada+lists@corp.test lists@corp.test\nkeep@corp.test keep@corp.test, x@corp.test\n"
                          "ring@corp.test ring2@corp.test\nring2@corp.test ring@corp.test\n")
          .value();
  EXPECT_THAT(names.of("Ada@Corp.test"), ElementsAre("ada@corp.test"));
  EXPECT_THAT(names.of("ada+news@corp.test"), ElementsAre("ada@corp.test"));
  EXPECT_THAT(names.of("ada+lists@corp.test"), ElementsAre("lists@corp.test"));
  EXPECT_THAT(names.of("all+x@corp.test"), ElementsAre("eve@corp.test", "ada@corp.test", "bob@corp.test"));
  EXPECT_THAT(names.of("whoever@old.test"), ElementsAre("ada@corp.test"));
  EXPECT_THAT(names.of("keep@corp.test"), ElementsAre("keep@corp.test", "x@corp.test"));
  EXPECT_TRUE(names.of("ring@corp.test").empty());
  MailboxesConfig local;
  local.name = "local";
  EXPECT_THAT(MailboxNames::parse(local, "").value().of("Ada+x@corp.test"), ElementsAre("ada"));
}

TEST(MailboxNames, SaysWhichLineIsNone) {
  MailboxesConfig config;
  config.aliases_file = "virtual";
  EXPECT_THAT(MailboxNames::parse(config, "a@b c@d\n\nalone\n").error().message(), HasSubstr("virtual:3:"));
}

class QuarantineSeal : public FolderTest {};

TEST_F(QuarantineSeal, OpensWhatItSealedAndNothingElse) {
  const auto key = quarantine_key(folder_ + "/key").value();
  EXPECT_EQ(quarantine_key(folder_ + "/key").value(), key);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{65536}, size_t{200'001}}) {
    const std::string message(size, 'x');
    const std::string sealed = seal_message(key, "id", message);
    EXPECT_EQ(open_message(key, "id", sealed).value(), message);
    EXPECT_FALSE(open_message(key, "other", sealed).has_value());
    EXPECT_FALSE(open_message(key, "id", sealed.substr(0, sealed.size() - 1)).has_value());
    std::string changed = sealed;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    EXPECT_FALSE(open_message(key, "id", changed).has_value());
  }
  const std::string cut = seal_message(key, "id", std::string(65536 * 2, 'x')).substr(0, 24 + 65536 + 17);
  EXPECT_FALSE(open_message(key, "id", cut).has_value()) << "a whole piece, but not the last";
  EXPECT_FALSE(open_message(key, "id", "").has_value());
  EXPECT_EQ(quarantine_key(folder_ + "/none", true).error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace linkgate::respond
