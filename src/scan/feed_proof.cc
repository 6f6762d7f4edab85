#include "scan/feed_proof.h"

#include <sodium.h>

#include <array>

#include "base/ascii.h"
#include "base/base64.h"

namespace linkgate::scan {
namespace {

constexpr size_t kPiece = 1 << 20;  // of a feed that is hashed, between releases of its memory
constexpr size_t kDigestDigits = 2 * crypto_hash_sha256_BYTES;
constexpr size_t kKeyId = 8;
constexpr std::string_view kTrusted = "trusted comment: ";

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

template <typename Update>
Result<void> for_each_piece(FeedBytes& bytes, Update update) {
  TRY_ASSIGN(const std::string_view view, bytes.view());
  for (size_t at = 0; at < view.size(); at += kPiece) {
    update(view.substr(at, kPiece));
    bytes.release_pages();
  }
  return {};
}

Result<std::string> sha256_of(FeedBytes& bytes) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  TRY(for_each_piece(bytes, [&](std::string_view piece) {
    crypto_hash_sha256_update(&state, octets(piece), piece.size());
  }));
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(&state, digest.data());
  std::string text(kDigestDigits + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  text.resize(kDigestDigits);
  return text;
}

// "untrusted comment", signature, trusted comment, signature of that: lines without their ends.
struct Minisignature {
  bool is_hashed = false;
  std::string key_id, signature, comment, comment_signature;
};

Result<Minisignature> parse_minisignature(std::string_view proof) {
  const Error none(ErrorCode::kInvalidArgument, "has a signature that is none of minisign's");
  const auto lines = ascii::split(proof, '\n');
  if (lines.size() < 4) return none;
  const auto first = base64_decode(ascii::trim(lines[1])), last = base64_decode(ascii::trim(lines[3]));
  std::string_view comment = lines[2];
  if (comment.ends_with('\r')) comment.remove_suffix(1);
  if (!first || !last || first->size() != 2 + kKeyId + crypto_sign_BYTES ||
      last->size() != crypto_sign_BYTES || !comment.starts_with(kTrusted))
    return none;
  if (!first->starts_with("Ed") && !first->starts_with("ED")) return none;
  Minisignature parsed;
  parsed.is_hashed = first->starts_with("ED");
  parsed.key_id = first->substr(2, kKeyId);
  parsed.signature = first->substr(2 + kKeyId);
  parsed.comment = comment.substr(kTrusted.size());
  parsed.comment_signature = *last;
  return parsed;
}

Result<std::string> parse_key(std::string_view public_key) {
  const auto key = base64_decode(ascii::trim(public_key));
  if (!key || key->size() != 2 + kKeyId + crypto_sign_PUBLICKEYBYTES || !key->starts_with("Ed"))
    return Error(ErrorCode::kInvalidArgument, "is no public key of minisign (\"RW...\", 56 characters)");
  return *key;
}

bool verifies(std::string_view signature, std::string_view message, std::string_view key) {
  return crypto_sign_verify_detached(octets(signature), octets(message), message.size(), octets(key)) == 0;
}

}  // namespace

Result<void> check_sha256(FeedBytes& bytes, std::string_view proof, std::string_view file_name) {
  std::string wanted;
  for (const std::string_view line : ascii::split(proof, '\n')) {
    const std::string_view text = ascii::trim(line), digest = text.substr(0, kDigestDigits);
    bool is_digest = digest.size() == kDigestDigits;
    for (const char c : digest) is_digest = is_digest && ascii::is_hex(c);
    if (!is_digest || (text.size() > kDigestDigits && !ascii::is_space(text[kDigestDigits]))) continue;
    std::string_view name = ascii::trim(text.substr(kDigestDigits));
    if (name.starts_with('*')) name.remove_prefix(1);
    name = name.substr(name.rfind('/') == name.npos ? 0 : name.rfind('/') + 1);
    if (!name.empty() && name != file_name && !wanted.empty()) continue;
    wanted = ascii::to_lower(digest);
    if (name == file_name) break;
  }
  if (wanted.empty()) return Error(ErrorCode::kInvalidArgument, "has a checksum that is no SHA-256");
  TRY_ASSIGN(const std::string digest, sha256_of(bytes));
  if (digest == wanted) return {};
  return Error(ErrorCode::kCorrupt, "does not have the SHA-256 that its checksum says (" +
                                        wanted.substr(0, 12) + "...), but " + digest.substr(0, 12) + "...");
}

Result<void> check_minisign_key(std::string_view public_key) {
  TRY(parse_key(public_key));
  return {};
}

Result<void> check_minisign(FeedBytes& bytes, std::string_view proof, std::string_view public_key) {
  TRY_ASSIGN(const std::string key, parse_key(public_key));
  TRY_ASSIGN(const Minisignature signature, parse_minisignature(proof));
  if (key.substr(2, kKeyId) != signature.key_id)
    return Error(ErrorCode::kCorrupt, "is signed with another key");
  const std::string_view public_part = std::string_view(key).substr(2 + kKeyId);
  bool is_genuine = false;
  if (signature.is_hashed) {
    crypto_generichash_state state;
    std::array<unsigned char, crypto_generichash_BYTES_MAX> digest{};
    crypto_generichash_init(&state, nullptr, 0, digest.size());
    TRY(for_each_piece(bytes, [&](std::string_view piece) {
      crypto_generichash_update(&state, octets(piece), piece.size());
    }));
    crypto_generichash_final(&state, digest.data(), digest.size());
    is_genuine = verifies(signature.signature, {reinterpret_cast<const char*>(digest.data()), digest.size()},
                          public_part);
  } else {
    TRY_ASSIGN(const std::string_view view, bytes.view());
    is_genuine = verifies(signature.signature, view, public_part);
  }
  if (!is_genuine ||
      !verifies(signature.comment_signature, signature.signature + signature.comment, public_part))
    return Error(ErrorCode::kCorrupt, "does not have the signature that belongs to it");
  return {};
}

}  // namespace linkgate::scan
