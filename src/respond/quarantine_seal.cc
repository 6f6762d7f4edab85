#include "respond/quarantine_seal.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/base64.h"
#include "base/check.h"
#include "base/file_system.h"

namespace linkgate::respond {
namespace {

constexpr size_t kPiece = 64 * 1024;
constexpr size_t kPieceOverhead = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr size_t kHeader = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr unsigned char kMore = 0;  // TAG_MESSAGE
static_assert(crypto_secretstream_xchacha20poly1305_KEYBYTES == sizeof(QuarantineKey));

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Error corrupt() {
  return Error(ErrorCode::kCorrupt, "quarantine: a message does not open: it was changed, or the key was");
}

// Two programs that make it at once agree: one of them creates the file, the other reads it.
Result<void> make_key(const std::string& path) {
  QuarantineKey key;
  randombytes_buf(key.data(), key.size());
  const std::string line = hex_encode({reinterpret_cast<const char*>(key.data()), key.size()}) + "\n";
  const std::string fresh = path + "." + std::to_string(::getpid());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = fd >= 0 &&
                       ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                       ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  const bool linked = written && (::link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int error = errno;
  ::unlink(fresh.c_str());
  if (!linked) return Error(ErrorCode::kIo, path + ": cannot be made: " + std::strerror(error));
  return {};
}

}  // namespace

Result<QuarantineKey> quarantine_key(const std::string& path, bool read_only) {
  CHECK(sodium_init() >= 0);
  if (!read_only && ::access(path.c_str(), F_OK) != 0) TRY(make_key(path));
  TRY_ASSIGN(std::string text, real_file_system().read(path));
  while (text.ends_with('\n')) text.pop_back();
  const auto decoded = hex_decode(text);
  QuarantineKey key;
  if (!decoded || decoded->size() != key.size())
    return Error(ErrorCode::kCorrupt, path + ": holds no key of 64 hexadecimal digits");
  std::memcpy(key.data(), decoded->data(), key.size());
  return key;
}

std::string seal_message(const QuarantineKey& key, std::string_view id, std::string_view message) {
  crypto_secretstream_xchacha20poly1305_state state;
  std::string out(kHeader, '\0');
  crypto_secretstream_xchacha20poly1305_init_push(&state, bytes(out), key.data());
  while (true) {
    const std::string_view piece = message.substr(0, kPiece);
    message.remove_prefix(piece.size());
    const unsigned char tag = message.empty() ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : kMore;
    const size_t at = out.size();
    out.resize(at + piece.size() + kPieceOverhead);
    crypto_secretstream_xchacha20poly1305_push(&state, bytes(out) + at, nullptr, bytes(piece), piece.size(),
                                               bytes(id), id.size(), tag);
    if (message.empty()) return out;
  }
}

Result<std::string> open_message(const QuarantineKey& key, std::string_view id, std::string_view sealed) {
  crypto_secretstream_xchacha20poly1305_state state;
  if (sealed.size() < kHeader ||
      crypto_secretstream_xchacha20poly1305_init_pull(&state, bytes(sealed), key.data()) != 0)
    return corrupt();
  sealed.remove_prefix(kHeader);
  std::string out;
  while (true) {
    const std::string_view piece = sealed.substr(0, kPiece + kPieceOverhead);
    sealed.remove_prefix(piece.size());
    if (piece.size() < kPieceOverhead) return corrupt();
    const size_t at = out.size();
    out.resize(at + piece.size() - kPieceOverhead);
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&state, bytes(out) + at, nullptr, &tag, bytes(piece),
                                                   piece.size(), bytes(id), id.size()) != 0)
      return corrupt();
    const bool last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (last != sealed.empty()) return corrupt();
    if (last) return out;
  }
}

}  // namespace linkgate::respond
