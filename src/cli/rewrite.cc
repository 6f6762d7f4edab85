// linkgate rewrite: messages as the gateway would deliver them. One from standard input to standard output,
// or with --jsonl files to files.
#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/first_start.h"
#include "cli/json_lines.h"
#include "cli/recipient.h"
#include "cli/rows.h"
#include "gateway/rewrite_one.h"
#include "mail/signature.h"

namespace linkgate::cli {
namespace {

struct Options {
  std::string recipient, sender, message;
  bool outbound = false, quiet = false, report = false, jsonl = false;
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

// What all messages of one run share.
class Rewriter {
 public:
  static Result<std::unique_ptr<Rewriter>> open(const Config& config, const Options& options) {
    std::unique_ptr<Rewriter> self(new Rewriter(config, options));
    TRY_ASSIGN(self->policy_store_, state::open_policy_store(state_options(config, true)));
    TRY_ASSIGN(self->policies_, state::load_policy_view(*self->policy_store_));
    TRY_ASSIGN(const auto key_store, state::open_key_store(state_options(config, true)));
    TRY_ASSIGN(self->keys_, key_store->load());
    if (self->keys_.keys().empty())
      return Error(ErrorCode::kUnavailable,
                   "this installation has no sealing keys; linkgate keys rotate makes one");
    TRY_ASSIGN(self->long_links_, state::open_delivery_store(state_options(config)));
    if (!config.gateway.signature_trust.empty()) {
      TRY_ASSIGN(const std::string certificates, read_file(config.gateway.signature_trust));
      TRY_ASSIGN(self->trust_, mail::SignatureTrust::from_pem(certificates));
    }
    self->sealing_.click_origin = config.click.origin;
    TRY_ASSIGN(self->sealing_.click_host, gateway::host_of_origin(config.click.origin));
    self->sealing_.keys = &self->keys_;
    self->sealing_.long_links = self->long_links_.get();
    self->sealing_.trust = self->trust_ ? &*self->trust_ : nullptr;
    return self;
  }

  Result<gateway::RewriteResult> rewrite(std::string_view message, const std::string& recipient) const {
    const gateway::RewriteRequest request{.recipient = recipient,
                                          .sender = options_.sender,
                                          .message_id = options_.message,
                                          .outbound = options_.outbound};
    return gateway::rewrite_one(message, request, *policies_, sealing_, SystemClock().now());
  }

  uint64_t max_bytes() const { return config_.gateway.max_message_bytes; }

 private:
  Rewriter(const Config& config, const Options& options) : config_(config), options_(options) {}

  const Config& config_;
  const Options& options_;
  std::unique_ptr<state::PolicyStore> policy_store_;
  std::shared_ptr<const state::PolicyView> policies_;
  url::Keyring keys_;
  std::unique_ptr<state::DeliveryStore> long_links_;
  std::optional<mail::SignatureTrust> trust_;
  gateway::SealingContext sealing_;
};

Result<void> check_whom(const std::string& recipient, bool outbound) {
  if (!recipient.empty()) return check_recipient(recipient);
  if (outbound) return {};
  return Error(ErrorCode::kInvalidArgument, "--recipient is missing: links are sealed for somebody");
}

// The answer to a line of --jsonl.
std::string answer(const std::string& file, const gateway::RewriteResult& result) {
  std::vector<std::pair<std::string, Cell>> counts;
  for (const auto& [reason, count] : result.links) counts.emplace_back(reason, static_cast<int64_t>(count));
  std::string left = "[";
  for (const gateway::LinkReport& link : result.report) {
    if (link.replaced()) continue;
    left += (left.size() > 1 ? "," : "") + json_object({{"url", link.seen}, {"reason", link.result}});
  }
  return json_object({{"file", file},
                      {"message", result.network_message_id},
                      {"links", Cell::json(json_object(counts))},
                      {"left_alone", Cell::json(left + "]")},
                      {"repairs", static_cast<int64_t>(result.repairs)}});
}

// One line of --jsonl. What the sender is to blame for is an answer; what is ours is an error.
Result<std::string> rewrite_file(const Rewriter& rewriter, const Options& options, const JsonObject& line) {
  TRY_ASSIGN(const std::string file, line.text("file"));
  const auto named = line.texts.find("recipient");
  const std::string& recipient = named == line.texts.end() ? options.recipient : named->second;
  TRY(check_whom(recipient, options.outbound));
  TRY_ASSIGN(const std::string message, read_file(file, rewriter.max_bytes()));
  const auto result = rewriter.rewrite(message, recipient);
  if (!result) {
    if (result.error().is_ours()) return result.error();
    return json_object({{"file", file}, {"refused", result.error().message()}});
  }
  const auto to = line.texts.find("to");
  if (to != line.texts.end()) TRY(replace_file(to->second, result->bytes));
  return answer(file, *result);
}

Result<void> write_all(std::string_view bytes) {
  std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::cout.flush();
  if (!std::cout) return Error(ErrorCode::kIo, "standard output: cannot be written");
  return {};
}

Result<int> run(Context& context, const Options& options) {
  if (!options.jsonl || !options.recipient.empty()) TRY(check_whom(options.recipient, options.outbound));
  if (options.jsonl && !options.message.empty())
    return Error(ErrorCode::kInvalidArgument, "--message is of one message: with --jsonl each has its own");
  if (options.jsonl && options.report)
    return Error(ErrorCode::kInvalidArgument, "--report is of one message: --jsonl has one of its own");
  TRY_ASSIGN(const Config* config, context.installation());
  if (options.jsonl) {
    TRY_ASSIGN(const auto rewriter, Rewriter::open(*config, options));
    return answer_lines(std::cin,
                        [&](const JsonObject& line) { return rewrite_file(*rewriter, options, line); });
  }
  TRY_ASSIGN(const std::string message, read_all(std::cin, config->gateway.max_message_bytes));
  TRY_ASSIGN(const auto rewriter, Rewriter::open(*config, options));
  TRY_ASSIGN(const gateway::RewriteResult result, rewriter->rewrite(message, options.recipient));
  TRY(write_all(options.report ? print(rows_of(result.report), options.format) : result.bytes));
  if (!options.quiet && !options.report) {
    for (const auto& [reason, count] : result.links) fmt::print(stderr, "{} links: {}\n", count, reason);
  }
  return kYes;
}

}  // namespace

void add_rewrite(Commands& commands) {
  const auto options = std::make_shared<Options>();
  commands.add("rewrite", "seal the links of messages: standard input to standard output, or files to files")
      .option("--recipient", options->recipient, "whom it is delivered to")
      .option("--sender", options->sender, "the envelope sender")
      .option("--message", options->message, "NetworkMessageId to use (a UUID)")
      .flag("--outbound", options->outbound, "take our wrappers off instead, as for mail that leaves")
      .flag("--report", options->report, "print each link and what becomes of it instead of the message")
      .format(options->format)
      .flag("--quiet", options->quiet, "do not count the links on standard error")
      .flag("--jsonl", options->jsonl,
            "{\"file\",\"to\"?,\"recipient\"?} lines from standard input, {\"file\",\"links\",...} out")
      .notes("linkgate rewrite --recipient ada@corp.example < in.eml > out.eml")
      .action([options](Context& context) { return run(context, *options); });
}

}  // namespace linkgate::cli
