#include "net/imap_client.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/check.h"
#include "net/imap_command.h"

namespace linkgate::net {
namespace {

constexpr size_t kReadBlock = 64 * 1024;
constexpr size_t kWriteBlock = 256 * 1024;  // each with a deadline of its own
constexpr size_t kMaxUntagged = 200'000;    // of one answer

std::string host_of(const std::string& endpoint) {
  std::string host = endpoint.substr(0, endpoint.rfind(':'));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

}  // namespace

struct ImapClient::Answer {
  ImapResponse status;
  std::vector<ImapResponse> untagged;
};

bool ImapFolder::has(std::string_view flag) const {
  return std::any_of(flags.begin(), flags.end(),
                     [&](const std::string& own) { return ascii::iequals(own, flag); });
}

ImapClient::ImapClient(ImapClientOptions options, std::unique_ptr<SmtpStream> stream)
    : options_(std::move(options)), stream_(std::move(stream)), framer_(options_.max_response) {}

asio::awaitable<Result<std::unique_ptr<ImapClient>>> ImapClient::connect(ImapClientOptions options) {
  auto stream = co_await connect_stream(options.endpoint, options.connect_timeout);
  if (!stream) co_return std::move(stream).error();
  std::unique_ptr<ImapClient> client(new ImapClient(std::move(options), std::move(*stream)));
  auto greeted = co_await client->greet();
  if (!greeted) co_return std::move(greeted).error();
  co_return client;
}

asio::awaitable<Result<void>> ImapClient::greet() {
  const std::string host = host_of(options_.endpoint);
  if (options_.security == ImapSecurity::kTls)
    CO_TRY(co_await stream_->start_tls(host, options_.trust_file, options_.connect_timeout));
  auto greeting = co_await read();
  if (!greeting) co_return std::move(greeting).error();
  if (greeting->tag != "*" || (greeting->word != "OK" && greeting->word != "PREAUTH"))
    co_return Error(ErrorCode::kUnavailable,
                    "IMAP: the server greets with " + greeting->word + " " + greeting->text);
  if (options_.security == ImapSecurity::kStartTls) {
    auto started = co_await run(Command("STARTTLS"));
    if (!started) co_return std::move(started).error();
    if (!framer_.empty())
      co_return Error(ErrorCode::kPermission, "TLS: the peer spoke before it was asked to");
    CO_TRY(co_await stream_->start_tls(host, options_.trust_file, options_.connect_timeout));
  }
  auto learnt = co_await learn_capabilities();
  co_return learnt;
}

asio::awaitable<Result<void>> ImapClient::learn_capabilities() {
  auto answer = co_await run(Command("CAPABILITY"));
  if (!answer) co_return std::move(answer).error();
  capabilities_.clear();
  for (const ImapResponse& response : answer->untagged) {
    if (response.word != "CAPABILITY") continue;
    for (const ImapValue& value : response.values) capabilities_.push_back(value.text);
  }
  co_return Result<void>();
}

bool ImapClient::can(std::string_view capability) const {
  return std::any_of(capabilities_.begin(), capabilities_.end(),
                     [&](const std::string& one) { return ascii::iequals(one, capability); });
}

asio::awaitable<Result<ImapResponse>> ImapClient::read() {
  std::string block(kReadBlock, '\0');
  while (true) {
    auto next = framer_.next();
    if (next && *next) {
      auto parsed = parse_imap_response(**next);
      if (!parsed) broken_ = true;
      if (parsed && parsed->tag == "*" && parsed->word == "BYE") broken_ = true;
      co_return parsed;
    }
    if (!next) {
      broken_ = true;
      co_return std::move(next).error();
    }
    auto count = co_await stream_->read_some(block.data(), block.size(), options_.answer_timeout);
    if (!count) {
      broken_ = true;
      co_return std::move(count).error().with_context("IMAP");
    }
    framer_.feed(std::string_view(block).substr(0, *count));
  }
}

// Each part but the last ends in {n}: the server is to ask for the next. False: it gave its answer instead.
asio::awaitable<Result<bool>> ImapClient::write_parts(const std::vector<std::string>& parts, Answer* answer) {
  for (size_t i = 0; i < parts.size(); ++i) {
    for (std::string_view rest = parts[i]; !rest.empty();) {
      const std::string_view piece = rest.substr(0, kWriteBlock);
      rest.remove_prefix(piece.size());
      auto written = co_await stream_->write(piece, options_.answer_timeout);
      if (!written) {
        broken_ = true;
        co_return std::move(written).error().with_context("IMAP");
      }
    }
    while (i + 1 < parts.size()) {
      auto response = co_await read();
      if (!response) co_return std::move(response).error();
      if (response->tag == "+") break;
      if (response->tag != "*") {
        answer->status = *std::move(response);
        co_return false;
      }
      answer->untagged.push_back(*std::move(response));
      if (broken_ || answer->untagged.size() > kMaxUntagged) {
        broken_ = true;
        co_return Error(ErrorCode::kUnavailable, "IMAP: the server ends the connection");
      }
    }
  }
  co_return true;
}

asio::awaitable<Result<ImapClient::Answer>> ImapClient::run(Command command) {
  if (broken_) co_return Error(ErrorCode::kUnavailable, "IMAP: the connection is broken");
  const std::string tag = "L" + std::to_string(++tags_);
  Answer answer;
  auto written = co_await write_parts(command.parts(tag), &answer);
  if (!written) co_return std::move(written).error();
  while (answer.status.tag != tag) {
    auto response = co_await read();
    if (!response) co_return std::move(response).error();
    if (response->tag == tag) {
      answer.status = *std::move(response);
      break;
    }
    const bool asks = response->tag == "+";
    if (response->tag != "*" || broken_ || answer.untagged.size() > kMaxUntagged) {
      broken_ = true;
      co_return Error(ErrorCode::kUnavailable, fmt::format("IMAP: {} is answered by {} {}", command.verb(),
                                                           asks ? "+" : response->word, response->text));
    }
    answer.untagged.push_back(*std::move(response));
  }
  if (answer.status.word != "OK") co_return refusal(answer.status, command.verb());
  co_return answer;
}

asio::awaitable<Result<void>> ImapClient::sign_in(std::string user, std::string password,
                                                  std::string acts_for) {
  const bool sasl = can("AUTH=PLAIN");
  if (!sasl && !acts_for.empty())
    co_return Error(ErrorCode::kInvalidArgument,
                    "IMAP: the server has no AUTH=PLAIN, which acting for others needs");
  Command command(sasl ? "AUTHENTICATE PLAIN" : "LOGIN");
  if (sasl) {
    std::string secret = acts_for;
    secret.append(1, '\0').append(user).append(1, '\0').append(password);
    command.answer(base64_encode(secret));
  } else {
    command.text(user).text(password);
  }
  auto answer = co_await run(std::move(command));
  if (!answer) co_return std::move(answer).error();
  auto learnt = co_await learn_capabilities();
  co_return learnt;
}

asio::awaitable<Result<std::vector<ImapFolder>>> ImapClient::list() {
  auto answer = co_await run(Command("LIST \"\" \"*\""));
  if (!answer) co_return std::move(answer).error();
  std::vector<ImapFolder> folders;
  for (const ImapResponse& response : answer->untagged) {
    if (response.word != "LIST" || response.values.size() < 3) continue;
    ImapFolder folder{response.values[2].text, response.values[1].text, {}};
    for (const ImapValue& flag : response.values[0].items) folder.flags.push_back(flag.text);
    folders.push_back(std::move(folder));
  }
  co_return folders;
}

asio::awaitable<Result<ImapSelected>> ImapClient::status(std::string folder) {
  Command command("STATUS");
  command.text(folder).word("(MESSAGES UIDNEXT UIDVALIDITY)");
  auto answer = co_await run(std::move(command));
  if (!answer) co_return std::move(answer).error();
  ImapSelected found;
  for (const ImapResponse& response : answer->untagged) {
    if (response.word != "STATUS" || response.values.size() < 2) continue;
    const auto& items = response.values[1].items;
    for (size_t i = 0; i + 1 < items.size(); i += 2) {
      if (items[i].is("MESSAGES")) found.messages = imap_number(items[i + 1]);
      if (items[i].is("UIDNEXT")) found.uid_next = imap_number(items[i + 1]);
      if (items[i].is("UIDVALIDITY")) found.uid_validity = imap_number(items[i + 1]);
    }
  }
  co_return found;
}

asio::awaitable<Result<ImapSelected>> ImapClient::open(std::string verb, std::string folder) {
  Command command(std::move(verb));
  command.text(folder);
  auto answer = co_await run(std::move(command));
  if (!answer) co_return std::move(answer).error();
  ImapSelected found;
  for (const ImapResponse& response : answer->untagged) {
    if (response.word == "EXISTS") found.messages = response.number;
    if (response.code.size() < 2) continue;
    if (response.has_code("UIDVALIDITY")) found.uid_validity = imap_number(response.code[1]);
    if (response.has_code("UIDNEXT")) found.uid_next = imap_number(response.code[1]);
  }
  co_return found;
}

asio::awaitable<Result<ImapSelected>> ImapClient::select(std::string folder) {
  return open("SELECT", std::move(folder));
}
asio::awaitable<Result<ImapSelected>> ImapClient::examine(std::string folder) {
  return open("EXAMINE", std::move(folder));
}

asio::awaitable<Result<std::vector<uint32_t>>> ImapClient::search_header(std::string field,
                                                                         std::vector<std::string> values) {
  CHECK(!values.empty() && values.size() <= kMaxSearchValues);
  Command command("UID SEARCH");
  for (size_t i = 0; i < values.size(); ++i) {
    if (i + 1 < values.size()) command.word("OR");
    command.word("HEADER").text(field).text(values[i]);
  }
  auto answer = co_await run(std::move(command));
  if (!answer) co_return std::move(answer).error();
  std::vector<uint32_t> uids;
  for (const ImapResponse& response : answer->untagged) {
    if (response.word != "SEARCH") continue;
    for (const ImapValue& value : response.values) {
      if (const uint32_t uid = imap_number(value)) uids.push_back(uid);
    }
  }
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  co_return uids;
}

asio::awaitable<Result<std::vector<ImapMessage>>> ImapClient::fetch_items(std::vector<uint32_t> uids,
                                                                          std::string items) {
  std::vector<ImapMessage> messages;
  if (uids.empty()) co_return messages;
  Command command("UID FETCH");
  command.word(print_imap_set(uids)).word("(UID FLAGS INTERNALDATE RFC822.SIZE " + items + ")");
  auto answer = co_await run(std::move(command));
  if (!answer) co_return std::move(answer).error();
  for (ImapResponse& response : answer->untagged) {
    auto message = imap_message(&response);
    if (message && std::binary_search(uids.begin(), uids.end(), message->uid))
      messages.push_back(*std::move(message));
  }
  co_return messages;
}

asio::awaitable<Result<std::vector<ImapMessage>>> ImapClient::fetch_field(std::vector<uint32_t> uids,
                                                                          std::string field) {
  return fetch_items(std::move(uids), "BODY.PEEK[HEADER.FIELDS (" + field + ")]");
}
asio::awaitable<Result<std::vector<ImapMessage>>> ImapClient::fetch(std::vector<uint32_t> uids) {
  return fetch_items(std::move(uids), "BODY.PEEK[]");
}

asio::awaitable<Result<ImapCopied>> ImapClient::move(std::vector<uint32_t> uids, std::string folder) {
  const bool has_move = can("MOVE");
  if (!has_move && !can("UIDPLUS"))
    co_return Error(ErrorCode::kInvalidArgument, "IMAP: the server has neither MOVE nor UIDPLUS");
  Command command(has_move ? "UID MOVE" : "UID COPY");
  command.word(print_imap_set(uids)).text(folder);
  auto answer = co_await run(std::move(command));
  if (!answer) co_return std::move(answer).error();
  ImapCopied copied = imap_copied(answer->status);
  for (const ImapResponse& response : answer->untagged) {
    if (response.has_code("COPYUID")) copied = imap_copied(response);
  }
  if (!has_move) CO_TRY(co_await remove(std::move(uids)));
  co_return copied;
}

asio::awaitable<Result<void>> ImapClient::remove(std::vector<uint32_t> uids) {
  if (!can("UIDPLUS")) co_return Error(ErrorCode::kInvalidArgument, "IMAP: the server has no UIDPLUS");
  Command mark("UID STORE"), expunge("UID EXPUNGE");
  mark.word(print_imap_set(uids)).word("+FLAGS.SILENT (\\Deleted)");
  expunge.word(print_imap_set(uids));
  auto marked = co_await run(std::move(mark));
  if (!marked) co_return std::move(marked).error();
  auto expunged = co_await run(std::move(expunge));
  if (!expunged) co_return std::move(expunged).error();
  co_return Result<void>();
}

asio::awaitable<Result<ImapCopied>> ImapClient::append(std::string folder, const std::string& octets,
                                                       std::vector<std::string> flags,
                                                       std::string internal_date) {
  std::erase_if(flags, [](const std::string& flag) { return !is_imap_flag(flag); });
  Command command("APPEND");
  command.text(folder).word(fmt::format("({})", fmt::join(flags, " ")));
  if (!internal_date.empty()) command.text(internal_date);
  command.literal(octets);
  auto answer = co_await run(std::move(command));
  if (!answer) co_return std::move(answer).error();
  co_return imap_copied(answer->status);
}

asio::awaitable<Result<void>> ImapClient::create(std::string folder) {
  Command command("CREATE");
  command.text(folder);
  auto answer = co_await run(std::move(command));
  if (!answer) co_return std::move(answer).error();
  co_return Result<void>();
}

asio::awaitable<void> ImapClient::sign_out() {
  if (broken_) co_return;
  auto answer = co_await run(Command("LOGOUT"));
  (void)answer;
  broken_ = true;
}

}  // namespace linkgate::net
