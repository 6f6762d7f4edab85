#include <gtest/gtest.h>

#include "base/base64.h"
#include "url/sealed_link.h"

namespace linkgate::url {
namespace {

const Time kNow = Time(std::chrono::seconds(1'763'765'533));

SealingKey fresh(uint32_t id, KeyState state, int age_in_days = 0) {
  SealingKey key = generate_key(id, kNow - std::chrono::hours(24 * age_in_days));
  key.state = state;
  return key;
}

TEST(Keyring, FreshKeysArePublishedAndDiffer) {
  const SealingKey a = generate_key(1, kNow);
  const SealingKey b = generate_key(2, kNow);
  EXPECT_EQ(a.state, KeyState::kPublished);
  EXPECT_EQ(a.created, kNow);
  EXPECT_NE(a.secret, b.secret);
  EXPECT_EQ(Keyring({a, b}).sealing(), nullptr);
  EXPECT_EQ(Keyring({a, b}).find(2)->id, 2u);
  EXPECT_EQ(Keyring({a, b}).find(3), nullptr);
}

TEST(Token, OpensUnderItsPurposeAndKeyOnly) {
  const SealingKey key = fresh(1, KeyState::kSealing);
  const Keyring keys({key});
  const std::string token = seal_token("click", "report 17", keys);
  EXPECT_EQ(open_token("click", token, keys), "report 17");
  EXPECT_EQ(seal_token("click", "report 17", keys), token);
  EXPECT_EQ(seal_token("click", "", keys).empty(), false);
  EXPECT_EQ(open_token("click", seal_token("click", "", keys), keys), "");
  EXPECT_FALSE(open_token("continue", token, keys));
  EXPECT_FALSE(open_token("click", token, Keyring({fresh(1, KeyState::kSealing)})));
  EXPECT_FALSE(open_token("click", token, Keyring()));
  for (const std::string& broken :
       {std::string(), std::string("A"), token.substr(1), token + "A", "x" + token}) {
    EXPECT_FALSE(open_token("click", broken, keys)) << broken;
  }
  SealingKey revoked = key;
  revoked.state = KeyState::kRevoked;
  EXPECT_FALSE(open_token("click", token, Keyring({revoked})));
}

TEST(Token, IsSealedByTheNewestKeyWhereNoneSeals) {
  const SealingKey old_key = fresh(1, KeyState::kOpenOnly, 30);
  const SealingKey published = fresh(2, KeyState::kPublished, 1);
  const SealingKey revoked = fresh(3, KeyState::kRevoked);
  const std::string token = seal_token("click", "x", Keyring({old_key, published, revoked}));
  EXPECT_EQ(open_token("click", token, Keyring({published})), "x");
  EXPECT_EQ(seal_token("click", "x", Keyring({revoked})), "");
}

TEST(MessageStamp, VerifiesUntilTheIdOrTheMacChanges) {
  const SealingKey key = fresh(9, KeyState::kSealing);
  const Keyring keys({key});
  const std::string id = "01234567-89ab-cdef-0123-456789abcdef";
  const std::string stamp = message_stamp(id, keys);
  EXPECT_EQ(verify_message_stamp(stamp, keys), id);
  EXPECT_EQ(message_stamp(id, keys), stamp);
  std::string other = stamp;
  other[0] = '1';
  EXPECT_FALSE(verify_message_stamp(other, keys));
  for (size_t i = id.size(); i < stamp.size(); ++i) {
    std::string changed = stamp;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_message_stamp(changed, keys)) << i;
  }
  EXPECT_FALSE(verify_message_stamp(id, keys));
  EXPECT_FALSE(verify_message_stamp(id + ".", keys));
  EXPECT_FALSE(verify_message_stamp("", keys));
  EXPECT_FALSE(verify_message_stamp(stamp, Keyring({fresh(9, KeyState::kSealing)})));
  SealingKey later = key;
  later.state = KeyState::kOpenOnly;
  EXPECT_EQ(verify_message_stamp(stamp, Keyring({later, fresh(10, KeyState::kSealing)})), id);
}

TEST(MessageIdHash, IsStableOverRotation) {
  const SealingKey first = fresh(1, KeyState::kSealing, 10);
  SealingKey retired = first;
  retired.state = KeyState::kRevoked;
  const auto hash = message_id_hash("queue id, sender, bytes", Keyring({first}));
  EXPECT_EQ(message_id_hash("queue id, sender, bytes", Keyring({fresh(2, KeyState::kSealing), retired})),
            hash);
  EXPECT_NE(message_id_hash("queue id, sender, byteS", Keyring({first})), hash);
  EXPECT_NE(message_id_hash("queue id, sender, bytes", Keyring({fresh(1, KeyState::kSealing, 10)})), hash);
  EXPECT_EQ(uuid_text(hash)[14], '8');  // RFC 9562: version 8
}

TEST(Uuid, TextAndBytesAreInverse) {
  const std::string text = "01234567-89ab-cdef-0123-456789abcdef";
  EXPECT_EQ(uuid_text(*parse_uuid(text)), text);
  EXPECT_EQ(uuid_text(*parse_uuid("01234567-89AB-CDEF-0123-456789ABCDEF")), text);
  for (const std::string_view bad :
       {"", "01234567-89ab-cdef-0123-456789abcde", "0123456789abcdef0123456789abcdef0000",
        "01234567-89ab-cdef-0123-456789abcdeg", "01234567+89ab-cdef-0123-456789abcdef",
        "{01234567-89ab-cdef-0123-456789abcdef}"}) {
    EXPECT_FALSE(parse_uuid(bad)) << bad;
  }
}

}  // namespace
}  // namespace linkgate::url
