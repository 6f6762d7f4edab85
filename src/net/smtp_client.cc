#include "net/smtp_client.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/check.h"
#include "net/smtp_data.h"

namespace linkgate::net {
namespace {

constexpr size_t kContentBlock = 64 * 1024;  // written at once, so that each block has its own deadline

}  // namespace

Result<SmtpNextHop> SmtpNextHop::parse(std::string_view text) {
  SmtpNextHop hop;
  const std::string_view scheme = text.substr(0, text.find(':'));
  if (scheme == "lmtp") {
    hop.protocol = SmtpProtocol::kLmtp;
  } else if (scheme == "smtp") {
    hop.protocol = SmtpProtocol::kSmtp;
  } else {
    return Error(ErrorCode::kInvalidArgument, "next hop is not lmtp:... or smtp:...: " + std::string(text));
  }
  hop.endpoint = text.substr(std::min(text.size(), scheme.size() + 1));
  const bool is_unix = hop.endpoint.rfind("unix:/", 0) == 0;
  if (!is_unix && hop.endpoint.rfind(':') == std::string::npos) {
    return Error(ErrorCode::kInvalidArgument, "next hop has no port: " + std::string(text));
  }
  return hop;
}

SmtpClient::SmtpClient(SmtpClientOptions options, std::unique_ptr<SmtpStream> stream)
    : options_(std::move(options)), stream_(std::move(stream)) {}

asio::awaitable<Result<std::unique_ptr<SmtpClient>>> SmtpClient::connect(SmtpClientOptions options) {
  auto stream = co_await connect_stream(options.hop.endpoint, options.connect_timeout);
  if (!stream) co_return std::move(stream).error();
  std::unique_ptr<SmtpClient> client(new SmtpClient(std::move(options), std::move(*stream)));
  auto greeted = co_await client->hello();
  if (!greeted) co_return std::move(greeted).error();
  co_return client;
}

asio::awaitable<Result<void>> SmtpClient::hello() {
  auto greeting = co_await read_reply();
  if (!greeting) co_return std::move(greeting).error();
  if (!greeting->positive())
    co_return Error(ErrorCode::kUnavailable, "next hop greets with " + greeting->wire());
  const bool lmtp = options_.hop.protocol == SmtpProtocol::kLmtp;
  std::string line = (lmtp ? "LHLO " : "EHLO ") + options_.hostname;
  auto answer = co_await command(std::move(line));
  if (!answer) co_return std::move(answer).error();
  if (!answer->positive() && !lmtp && answer->permanent()) {
    std::string old = "HELO " + options_.hostname;
    answer = co_await command(std::move(old));
    if (!answer) co_return std::move(answer).error();
    if (answer->positive()) co_return Result<void>();
  }
  if (!answer->positive())
    co_return Error(ErrorCode::kUnavailable, "next hop answers hello with " + answer->text());
  for (size_t i = 1; i < answer->lines.size(); ++i) add_extension(answer->lines[i], &extensions_);
  co_return Result<void>();
}

asio::awaitable<Result<SmtpReply>> SmtpClient::read_reply() {
  SmtpReplyParser parser;
  while (true) {
    auto line = co_await stream_->read_line(kMaxSmtpReplyLine, options_.reply_timeout);
    if (!line) {
      broken_ = true;
      co_return std::move(line).error();
    }
    auto whole = parser.take(*line);
    if (!whole) {
      broken_ = true;
      co_return std::move(whole).error();
    }
    if (*whole) break;
  }
  SmtpReply reply = parser.finish();
  if (reply.code == 421) broken_ = true;  // the peer closes
  co_return reply;
}

asio::awaitable<Result<SmtpReply>> SmtpClient::command(std::string line) {
  line += "\r\n";
  auto written = co_await stream_->write(line, options_.reply_timeout);
  if (!written) {
    broken_ = true;
    co_return std::move(written).error();
  }
  auto reply = co_await read_reply();
  co_return reply;
}

// MAIL, RCPT and DATA: in one piece where the peer pipelines, else one after the other. `data` is the reply
// to DATA, code 0 where it was not sent.
asio::awaitable<Result<std::vector<SmtpReply>>> SmtpClient::send_envelope(const SmtpEnvelope& envelope,
                                                                          uint64_t size, SmtpReply* data) {
  std::vector<std::string> lines;
  lines.push_back(mail_command(envelope, size, extensions_));
  for (const SmtpRecipient& recipient : envelope.recipients)
    lines.push_back(rcpt_command(recipient, extensions_));
  lines.emplace_back("DATA");
  if (extensions_.pipelining) {
    std::string all;
    for (const std::string& line : lines) all += line + "\r\n";
    auto written = co_await stream_->write(all, options_.reply_timeout);
    if (!written) co_return std::move(written).error();
  }
  std::vector<SmtpReply> replies;
  bool any_accepted = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    const bool is_data = i + 1 == lines.size();
    if (!extensions_.pipelining && is_data && !any_accepted) break;
    Result<SmtpReply> reply(SmtpReply{});
    if (extensions_.pipelining) {
      reply = co_await read_reply();
    } else {
      std::string line = lines[i];
      reply = co_await command(std::move(line));
    }
    if (!reply) co_return std::move(reply).error();
    if (is_data) {
      *data = *reply;
      break;
    }
    any_accepted = any_accepted || (i > 0 && reply->positive());
    replies.push_back(*reply);
    if (i == 0 && !reply->positive() && !extensions_.pipelining) break;
  }
  co_return replies;
}

asio::awaitable<Result<void>> SmtpClient::send_content(std::string_view content) {
  SmtpDataEncoder encoder;
  std::string block;
  block.reserve(kContentBlock + kContentBlock / 8);
  while (true) {
    const std::string_view piece = content.substr(0, kContentBlock);
    content.remove_prefix(piece.size());
    block.clear();
    encoder.put(piece, &block);
    if (content.empty()) encoder.finish(&block);
    auto written = co_await stream_->write(block, options_.reply_timeout);
    if (!written) co_return std::move(written).error();
    if (content.empty()) co_return Result<void>();
  }
}

asio::awaitable<Result<std::vector<SmtpReply>>> SmtpClient::send(const SmtpEnvelope& envelope,
                                                                 std::string_view content) {
  CHECK(!broken_ && replies_owed_ == 0);
  content_sent_ = false;
  SmtpReply data;
  auto replies = co_await send_envelope(envelope, content.size(), &data);
  if (!replies) {
    broken_ = true;
    co_return std::move(replies).error();
  }
  const SmtpReply mail = replies->front();
  replies->erase(replies->begin());
  replies->resize(envelope.recipients.size());
  size_t accepted = 0;
  for (SmtpReply& reply : *replies) {
    if (!mail.positive()) reply = mail;
    if (reply.positive()) ++accepted;
  }
  const bool go_on = data.code == 354;
  for (SmtpReply& reply : *replies) {
    if (!reply.positive()) continue;
    reply = go_on ? SmtpReply() : data;
  }
  if (!go_on) {
    if (!broken_ && (data.code == 0 || mail.positive())) {
      auto reset = co_await command("RSET");
      if (!reset || !reset->positive()) broken_ = true;
    }
    co_return replies;
  }
  // A peer that pipelines may say 354 though it took no recipient (RFC 2920 section 3.1): then nothing but
  // the end is sent.
  content_sent_ = accepted > 0;
  auto sent = co_await send_content(accepted > 0 ? content : std::string_view());
  if (!sent) {
    broken_ = true;
    co_return std::move(sent).error();
  }
  replies_owed_ = options_.hop.protocol == SmtpProtocol::kLmtp ? accepted : 1;
  if (accepted == 0 && replies_owed_ == 1) {
    auto ignored = co_await final_reply();
    if (!ignored) broken_ = true;
  }
  co_return replies;
}

asio::awaitable<Result<SmtpReply>> SmtpClient::final_reply() {
  CHECK(replies_owed_ > 0);
  auto reply = co_await read_reply();
  --replies_owed_;
  co_return reply;
}

bool SmtpClient::usable() { return !broken_ && replies_owed_ == 0 && !stream_->has_input(); }

asio::awaitable<void> SmtpClient::quit() {
  if (!usable()) co_return;
  broken_ = true;
  auto ignored = co_await stream_->write("QUIT\r\n", std::chrono::milliseconds(1000));
  (void)ignored;
}

}  // namespace linkgate::net
