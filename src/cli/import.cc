// linkgate import: delivers a folder of messages through the gateway, as if they had just arrived.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "base/ascii.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/message_bytes.h"
#include "cli/talk.h"
#include "mail/rewriter.h"
#include "net/smtp_client.h"

namespace linkgate::cli {
namespace {

namespace asio = boost::asio;
using net::SmtpClient;
using net::SmtpReply;

struct Options {
  std::string folder, sender, ending = ".eml";
  std::vector<std::string> recipients;
};

struct Delivery {
  std::string file;
  net::SmtpEnvelope envelope;
  std::string content;
};

struct Tally {
  size_t delivered = 0, refused = 0, failed = 0;  // recipients
};

// The inbound listener of the running gateway, or of the configuration where somebody else started it.
Result<net::SmtpNextHop> inbound_listener(const Config& config) {
  for (size_t i = 0; i < config.gateway.listeners.size(); ++i) {
    const GatewayListenerConfig& listener = config.gateway.listeners[i];
    if (listener.outbound) continue;
    std::string address = listener.listen;
    if (const auto run = running(config)) {
      for (const auto& bound : run->listeners) {
        if (bound.name == fmt::format("gateway.{}", i)) address = bound.address;
      }
    }
    return net::SmtpNextHop::parse(listener.protocol + ":" + address);
  }
  return Error(ErrorCode::kInvalidArgument, "no inbound [[gateway.listener]] is configured");
}

// Whom a message is for: what the command says, else what the message says of its delivery, else its To and
// Cc.
Result<Delivery> read_delivery(const std::string& file, const Options& options, uint64_t max_bytes) {
  Delivery out{.file = file};
  TRY_ASSIGN(const std::string raw, read_file(file, max_bytes));
  out.content = with_crlf(without_mbox_line(raw));
  auto message = mail::Message::parse(out.content);
  if (!message) return std::move(message).error().with_context(file);
  std::vector<std::string> recipients = options.recipients;
  for (const char* header : {"Delivered-To", "X-Original-To"}) {
    if (recipients.empty()) recipients = message->header(header);
  }
  if (recipients.empty()) {
    recipients = message->envelope().to;
    recipients.insert(recipients.end(), message->envelope().cc.begin(), message->envelope().cc.end());
  }
  for (const std::string& recipient : recipients) {
    const std::string_view address = ascii::trim(recipient);
    if (address.find('@') != std::string_view::npos)
      out.envelope.recipients.push_back({std::string(address), "", ""});
  }
  if (out.envelope.recipients.empty())
    return Error(ErrorCode::kInvalidArgument, file + ": for nobody; give --recipient");
  out.envelope.sender = options.sender.empty() ? message->envelope().from_address : options.sender;
  out.envelope.body = is_ascii(out.content) ? "" : "8BITMIME";
  return out;
}

void count(const Delivery& delivery, size_t recipient, const SmtpReply& reply, Tally& tally) {
  if (reply.positive()) {
    ++tally.delivered;
    return;
  }
  ++(reply.permanent() ? tally.refused : tally.failed);
  fmt::print(stderr, "linkgate: {} for {}: {} {}\n", delivery.file,
             delivery.envelope.recipients[recipient].address, reply.code, reply.text());
}

asio::awaitable<Result<void>> deliver(SmtpClient& client, const Delivery& delivery, Tally& tally) {
  auto replies = co_await client.send(delivery.envelope, delivery.content);
  if (!replies) co_return std::move(replies).error().with_context(delivery.file);
  std::optional<SmtpReply> shared;  // SMTP has one for all
  for (size_t i = 0; i < replies->size(); ++i) {
    SmtpReply reply = (*replies)[i];
    if (reply.code == 0 && shared) reply = *shared;
    if (reply.code == 0) {
      auto last = co_await client.final_reply();
      if (!last) co_return std::move(last).error().with_context(delivery.file);
      reply = *std::move(last);
      if (client.protocol() == net::SmtpProtocol::kSmtp) shared = reply;
    }
    count(delivery, i, reply, tally);
  }
  co_return Result<void>();
}

// One connection for all, made anew where it broke. The Error is that of the first message that nobody could
// take.
asio::awaitable<Result<void>> deliver_all(const net::SmtpNextHop& gateway,
                                          const std::vector<std::string>& files, const Options& options,
                                          uint64_t max_bytes, Tally& tally) {
  net::SmtpClientOptions client_options;
  client_options.hop = gateway;
  client_options.hostname = "localhost";
  std::unique_ptr<SmtpClient> client;
  for (const std::string& file : files) {
    const auto delivery = read_delivery(file, options, max_bytes);
    if (!delivery) {
      fmt::print(stderr, "linkgate: {}\n", delivery.error().message());
      ++tally.refused;
      continue;
    }
    if (!client || !client->usable()) {
      net::SmtpClientOptions fresh = client_options;
      auto connected = co_await SmtpClient::connect(std::move(fresh));
      if (!connected) co_return std::move(connected).error();
      client = *std::move(connected);
    }
    auto done = co_await deliver(*client, *delivery, tally);
    if (!done) co_return std::move(done).error();
  }
  if (client) co_await client->quit();
  co_return Result<void>();
}

asio::awaitable<void> keep(asio::awaitable<Result<void>> work, std::optional<Result<void>>& outcome) {
  outcome.emplace(co_await std::move(work));
}

Result<int> run(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.config());
  TRY_ASSIGN(const std::vector<std::string> files, files_below(options.folder, options.ending));
  if (files.empty())
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{}: holds no *{}", options.folder, options.ending));
  TRY_ASSIGN(const net::SmtpNextHop gateway, inbound_listener(*config));
  asio::io_context io{1};
  Tally tally;
  std::optional<Result<void>> outcome;
  asio::co_spawn(
      io, keep(deliver_all(gateway, files, options, config->gateway.max_message_bytes, tally), outcome),
      asio::detached);
  io.run();
  fmt::print("{} messages: {} copies delivered, {} refused, {} not now\n", files.size(), tally.delivered,
             tally.refused, tally.failed);
  if (outcome && !*outcome) return std::move(*outcome).error();
  return tally.failed > 0 ? kFailed : tally.refused > 0 ? kNo : kYes;
}

}  // namespace

void add_import(Commands& commands) {
  const auto options = std::make_shared<Options>();
  commands.add("import", "deliver a folder of messages through the gateway, as if they had just arrived")
      .argument("DIR", options->folder, "looked through with its subfolders")
      .options("--recipient", options->recipients,
               "deliver to this address; else Delivered-To, else X-Original-To, else To and Cc")
      .option("--sender", options->sender, "the envelope sender; else From")
      .option("--ending", options->ending, "which files (default .eml)")
      .action([options](Context& context) { return run(context, *options); });
}

}  // namespace linkgate::cli
