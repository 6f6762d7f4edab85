#pragma once
// One connection to an IMAP server (RFC 3501), as much of it as taking messages out of mailboxes and putting
// them back needs. Messages are named by UID alone, so that what others do meanwhile shifts nothing. Use from
// one io_context thread, one call at a time.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/imap_response.h"
#include "net/smtp_stream.h"

namespace linkgate::net {

enum class ImapSecurity { kNone, kStartTls, kTls };

struct ImapClientOptions {
  std::string endpoint;  // "HOST:PORT", "[v6]:PORT", "unix:/path"
  ImapSecurity security = ImapSecurity::kNone;
  std::string trust_file;  // PEM; empty: the system's authorities
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds answer_timeout{120'000};  // between two pieces of an answer
  size_t max_response = kMaxImapResponse;
};

struct ImapFolder {
  std::string name;  // as the server writes it (modified UTF-7 or UTF-8): to be given back unchanged
  std::string delimiter;
  std::vector<std::string> flags;  // "\Noselect", "\Junk" ...
  bool has(std::string_view flag) const;
  bool selectable() const { return !has("\\Noselect") && !has("\\NonExistent"); }
};

struct ImapSelected {
  uint32_t uid_validity = 0, uid_next = 0, messages = 0;
};

struct ImapMessage {
  uint32_t uid = 0;
  std::vector<std::string> flags;  // "\Seen", "$Label1"; without "\Recent"
  std::string internal_date;       // "17-Jul-1996 02:44:25 -0700"
  uint32_t size = 0;               // of the whole message
  std::string octets;              // of what was asked for: header fields, or all
};

// COPYUID or APPENDUID: what became of which message. Empty where the server did not say.
struct ImapCopied {
  uint32_t uid_validity = 0;
  std::vector<std::pair<uint32_t, uint32_t>> uids;  // here, there
};

// Errors, for all calls: kUnavailable, kTimeout (the connection is of no more use: see usable()); kNotFound,
// kPermission, kLimit (over quota), kUnavailable with usable() still true (locked, "try again") for a NO of
// the server; kInternal for a BAD, kInvalidArgument for what is no IMAP.
class ImapClient {
 public:
  static asio::awaitable<Result<std::unique_ptr<ImapClient>>> connect(ImapClientOptions options);

  bool can(std::string_view capability) const;  // "MOVE", "UIDPLUS"
  bool usable() const { return !broken_; }
  // Octets of the password go over the wire: REQUIRES TLS or a server that is trusted on this way.
  // `acts_for`: the authorisation identity of SASL PLAIN, empty: oneself.
  asio::awaitable<Result<void>> sign_in(std::string user, std::string password, std::string acts_for);
  asio::awaitable<Result<std::vector<ImapFolder>>> list();
  asio::awaitable<Result<ImapSelected>> status(std::string folder);
  asio::awaitable<Result<ImapSelected>> select(std::string folder);   // to change it
  asio::awaitable<Result<ImapSelected>> examine(std::string folder);  // changes nothing, not even \Recent
  // Messages of which a header field of this name holds one of `values` as a substring. At most
  // kMaxSearchValues of them; the answer may hold too many, never too few.
  asio::awaitable<Result<std::vector<uint32_t>>> search_header(std::string field,
                                                               std::vector<std::string> values);
  // Those that are still there. Nothing is marked as read.
  asio::awaitable<Result<std::vector<ImapMessage>>> fetch_field(std::vector<uint32_t> uids,
                                                                std::string field);
  asio::awaitable<Result<std::vector<ImapMessage>>> fetch(std::vector<uint32_t> uids);
  // MOVE, or COPY, \Deleted and UID EXPUNGE. kInvalidArgument: the server has neither MOVE nor UIDPLUS.
  asio::awaitable<Result<ImapCopied>> move(std::vector<uint32_t> uids, std::string folder);
  // Gone for good. Needs UIDPLUS: without it, what the user marked would go as well.
  asio::awaitable<Result<void>> remove(std::vector<uint32_t> uids);
  // \Recent and what the folder does not take are left out by the server.
  asio::awaitable<Result<ImapCopied>> append(std::string folder, const std::string& octets,
                                             std::vector<std::string> flags, std::string internal_date);
  asio::awaitable<Result<void>> create(std::string folder);
  asio::awaitable<void> sign_out();

 private:
  class Command;
  struct Answer;
  ImapClient(ImapClientOptions options, std::unique_ptr<SmtpStream> stream);
  asio::awaitable<Result<void>> greet();
  asio::awaitable<Result<void>> learn_capabilities();
  asio::awaitable<Result<ImapResponse>> read();
  asio::awaitable<Result<bool>> write_parts(const std::vector<std::string>& parts, Answer* answer);
  asio::awaitable<Result<Answer>> run(Command command);
  asio::awaitable<Result<ImapSelected>> open(std::string verb, std::string folder);
  asio::awaitable<Result<std::vector<ImapMessage>>> fetch_items(std::vector<uint32_t> uids,
                                                                std::string items);

  ImapClientOptions options_;
  std::unique_ptr<SmtpStream> stream_;
  ImapFramer framer_;
  std::vector<std::string> capabilities_;
  uint32_t tags_ = 0;
  bool broken_ = false;
};

inline constexpr size_t kMaxSearchValues = 50;

}  // namespace linkgate::net
