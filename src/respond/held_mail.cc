#include "respond/held_mail.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/base64.h"
#include "base/file_system.h"
#include "respond/message_summary.h"
#include "state/held_seal.h"

namespace linkgate::respond {
namespace {

constexpr mode_t kKeyMode = 0640;  // for the group of the folder, which gateways are in

std::string held_id(const state::HeldMail& mail, const std::string& mailbox) {
  const std::string place = fmt::format("{}\n{}\n{}\nheld", mail.network_message_id, mail.recipient, mailbox);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(place.data()), place.size(), digest);
  return hex_encode(std::string_view(reinterpret_cast<const char*>(digest), 16));
}

// As IMAP has it: "17-Jul-1996 02:44:25 +0000".
std::string internal_date(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return fmt::format("{:%d-%b-%Y %H:%M:%S} +0000", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

state::SealedMessage held_in(const std::string& mailbox, const state::HeldMail& mail,
                             const std::string& octets, const QuarantineKey& key, std::chrono::seconds keep) {
  state::SealedMessage out;
  state::HeldMessage& held = out.held;
  held.id = held_id(mail, mailbox);
  held.network_message_id = mail.network_message_id;
  held.recipient = mail.recipient;
  held.mailbox = mailbox;
  held.folder = "INBOX";
  held.internal_date = internal_date(mail.time);
  const MessageSummary summary = summarise(octets);
  held.subject = summary.subject;
  held.sender = summary.from;
  held.size = octets.size();
  held.stored = mail.time;
  held.expires = mail.time + keep;
  out.sealed = seal_message(key, held.id, octets);
  return out;
}

}  // namespace

Result<void> offer_held_key(const std::string& state_folder, const QuarantineKey& key) {
  const std::string path = state::held_key_file(state_folder), fresh = path + ".new";
  const std::string text = state::held_key_text(state::held_public_key(key));
  const auto there = real_file_system().read(path);
  if (there && *there == text) return {};
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kKeyMode);
  const bool written = fd >= 0 && ::fchmod(fd, kKeyMode) == 0 &&
                       ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!written) return Error(ErrorCode::kIo, fresh + ": cannot be written: " + std::strerror(error));
  return real_file_system().rename(fresh, path);
}

Result<size_t> take_held(state::HeldStore& from, state::QuarantineStore& to, const QuarantineKey& key,
                         const MailboxNames& names, std::chrono::seconds keep) {
  TRY_ASSIGN(const auto mails, from.oldest(kHeldAtOnce));
  for (const state::HeldMail& mail : mails) {
    TRY_ASSIGN(const std::string octets, state::open_held(key, mail.sealed));
    std::vector<std::string> mailboxes = names.of(mail.recipient);
    if (mailboxes.empty()) mailboxes.push_back(mail.recipient);  // a release says what is wrong with it
    std::vector<state::SealedMessage> sealed;
    for (const std::string& mailbox : mailboxes) sealed.push_back(held_in(mailbox, mail, octets, key, keep));
    TRY(to.put(sealed));
    TRY(from.remove(mail.network_message_id, mail.recipient));
  }
  return mails.size();
}

}  // namespace linkgate::respond
