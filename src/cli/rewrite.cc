// linkgate rewrite: one message from standard input to standard output, as the gateway would deliver it.
#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/first_start.h"
#include "cli/recipient.h"
#include "cli/rows.h"
#include "gateway/rewrite_one.h"
#include "mail/signature.h"

namespace linkgate::cli {
namespace {

struct Options {
  std::string recipient, sender, message;
  bool outbound = false, quiet = false, report = false;
  std::string format = "table";
};

std::string_view place_word(mail::Place place) {
  switch (place) {
    case mail::Place::kHtml:
      return "HTML";
    case mail::Place::kText:
      return "text";
    case mail::Place::kCalendar:
      return "calendar";
    case mail::Place::kForm:
      return "form";
    case mail::Place::kSubject:
      return "subject";
  }
  return "";
}

// Each link and what became of it.
Rows rows_of(const std::vector<gateway::LinkReport>& links) {
  Rows rows{{"result", "place", "part", "url"}, {}};
  for (const gateway::LinkReport& link : links)
    rows.rows.push_back({link.result, place_word(link.place), link.content_type, link.url});
  return rows;
}

Result<void> write_all(std::string_view bytes) {
  std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::cout.flush();
  if (!std::cout) return Error(ErrorCode::kIo, "standard output: cannot be written");
  return {};
}

Result<int> run(Context& context, const Options& options) {
  if (options.recipient.empty() && !options.outbound)
    return Error(ErrorCode::kInvalidArgument, "--recipient is missing: links are sealed for somebody");
  if (!options.recipient.empty()) TRY(check_recipient(options.recipient));
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const std::string message, read_all(std::cin, config->gateway.max_message_bytes));
  TRY_ASSIGN(const auto policy_store, state::open_policy_store(state_options(*config, true)));
  TRY_ASSIGN(const auto policies, state::load_policy_view(*policy_store));
  TRY_ASSIGN(const auto key_store, state::open_key_store(state_options(*config, true)));
  TRY_ASSIGN(const url::Keyring keys, key_store->load());
  TRY_ASSIGN(const auto long_links, state::open_delivery_store(state_options(*config)));
  std::optional<mail::SignatureTrust> trust;
  if (!config->gateway.signature_trust.empty()) {
    TRY_ASSIGN(const std::string certificates, read_file(config->gateway.signature_trust));
    TRY_ASSIGN(trust, mail::SignatureTrust::from_pem(certificates));
  }
  gateway::SealingContext sealing;
  sealing.click_origin = config->click.origin;
  TRY_ASSIGN(sealing.click_host, gateway::host_of_origin(config->click.origin));
  sealing.keys = &keys;
  sealing.long_links = long_links.get();
  sealing.trust = trust ? &*trust : nullptr;

  const gateway::RewriteRequest request{.recipient = options.recipient,
                                        .sender = options.sender,
                                        .message_id = options.message,
                                        .outbound = options.outbound};
  TRY_ASSIGN(const gateway::RewriteResult result,
             gateway::rewrite_one(message, request, *policies, sealing, SystemClock().now()));
  TRY(write_all(options.report ? print(rows_of(result.report), options.format) : result.bytes));
  if (!options.quiet && !options.report) {
    for (const auto& [reason, count] : result.links) fmt::print(stderr, "{} links: {}\n", count, reason);
  }
  return kYes;
}

}  // namespace

void add_rewrite(Commands& commands) {
  const auto options = std::make_shared<Options>();
  commands.add("rewrite", "seal the links of one message: standard input to standard output")
      .option("--recipient", options->recipient, "whom it is delivered to")
      .option("--sender", options->sender, "the envelope sender")
      .option("--message", options->message, "NetworkMessageId to use (a UUID)")
      .flag("--outbound", options->outbound, "take our wrappers off instead, as for mail that leaves")
      .flag("--report", options->report, "print each link and what becomes of it instead of the message")
      .format(options->format)
      .flag("--quiet", options->quiet, "do not count the links on standard error")
      .notes("linkgate rewrite --recipient ada@corp.example < in.eml > out.eml")
      .action([options](Context& context) { return run(context, *options); });
}

}  // namespace linkgate::cli
