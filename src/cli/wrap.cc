// linkgate wrap, linkgate unwrap: seal links by hand; take our own and other vendors' wrappers off.
#include <fmt/format.h>

#include <iostream>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/json_lines.h"
#include "cli/recipient.h"
#include "cli/rows.h"
#include "url/sealed_link.h"
#include "url/unwrap.h"
#include "url/url.h"

namespace linkgate::cli {
namespace {

struct WrapOptions {
  std::string recipient, message;
  std::vector<std::string> urls;
};
struct UnwrapOptions {
  bool jsonl = false;
  std::vector<std::string> urls;
  std::string format = "table";
};

constexpr std::string_view kOurName = "Linkgate";

Result<url::Keyring> load_keys(const Config& config) {
  TRY_ASSIGN(const auto store, state::open_key_store(state_options(config, true)));
  return store->load();
}

Result<int> run_wrap(Context& context, const WrapOptions& options) {
  TRY(check_recipient(options.recipient));
  TRY_ASSIGN(const Config* config, context.installation());
  url::LinkClaims claims;
  claims.recipient = options.recipient;
  claims.message_time = std::chrono::floor<std::chrono::seconds>(SystemClock().now());
  if (!options.message.empty()) {
    const auto id = url::parse_uuid(options.message);
    if (!id)
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("--message {}: not a NetworkMessageId (a UUID)", options.message));
    claims.network_message_id = *id;
  }
  TRY_ASSIGN(const url::Keyring keys, load_keys(*config));
  for (const std::string& text : options.urls) {
    const auto parsed = url::Url::parse(text);
    if (!parsed || !(parsed->is_http() || parsed->scheme() == "ftp")) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("{}: not an http, https or ftp URL", json_quoted(text)));
    }
    claims.url = text;
    if (url::needs_stored_url(text)) {
      TRY_ASSIGN(const auto long_links, state::open_delivery_store(state_options(*config)));
      TRY(long_links->put_url(url::url_hash(text), text));
    }
    TRY_ASSIGN(const std::string sealed, url::seal(claims, config->click.origin, keys));
    fmt::print("{}\n", sealed);
  }
  return kYes;
}

struct Opened {
  std::string url;
  std::vector<std::string> wrappers;  // outermost first
  bool opaque = false;
  std::string recipient, message;  // of the outermost link of ours
  std::string trouble;             // why a link of ours did not open
};

// Takes layers off until none is left. Without keys (none here, or not ours to read) a link of ours stays as
// it is.
class Unwrapper {
 public:
  Unwrapper(const Config& config, bool with_keys)
      : origin_(url::Url::parse(config.click.origin)), config_(config) {
    if (!with_keys) return;
    if (auto keys = load_keys(config)) keys_ = *std::move(keys);
  }

  Opened unwrap(const std::string& text) {
    Opened out{.url = text};
    for (int depth = 0; depth < url::kMaxUnwrapDepth; ++depth) {
      if (origin_ && url::looks_sealed(out.url, origin_->hostname())) {
        if (!open_ours(out)) break;
        continue;
      }
      url::Unwrapped layer = url::unwrap(out.url);
      if (layer.wrappers.empty()) break;
      out.wrappers.insert(out.wrappers.end(), layer.wrappers.begin(), layer.wrappers.end());
      out.opaque = layer.opaque;
      if (layer.opaque || layer.url == out.url) break;
      out.url = std::move(layer.url);
    }
    return out;
  }

 private:
  bool open_ours(Opened& out) {
    out.wrappers.emplace_back(kOurName);
    const auto link = url::Url::parse(out.url);
    if (!link) return false;
    const auto opened =
        url::open(std::string(link->pathname()) + std::string(link->search()), origin_->hostname(), keys_);
    if (!opened) {
      out.trouble = describe(opened.error().failure);
      return false;
    }
    if (out.recipient.empty()) {
      out.recipient = opened->claims.recipient;
      out.message = url::uuid_text(opened->claims.network_message_id);
    }
    if (!opened->needs_lookup) {
      out.url = opened->claims.url;
      return true;
    }
    const auto stored = look_up(opened->url_hash);
    if (!stored) {
      out.trouble = "its long URL is not stored here";
      return false;
    }
    out.url = *stored;
    return true;
  }

  std::optional<std::string> look_up(const std::string& hash) {
    const auto store = state::open_delivery_store(state_options(config_, true));
    if (!store) return std::nullopt;
    const auto found = (*store)->url(hash);
    return found ? *found : std::nullopt;
  }

  static std::string describe(url::OpenFailure failure) {
    switch (failure) {
      case url::OpenFailure::kNotOurs:
        return "it is no link of this installation";
      case url::OpenFailure::kDamaged:
        return "it is damaged";
      case url::OpenFailure::kUnknownKey:
        return "it was sealed with a key that is not here";
      case url::OpenFailure::kRevokedKey:
        return "its key is revoked";
      case url::OpenFailure::kOtherHost:
        return "it was sealed for another click host";
      case url::OpenFailure::kAlteredUrl:
        return "the URL beside its seal was altered";
    }
    return "it does not open";
  }

  std::optional<url::Url> origin_;
  const Config& config_;
  url::Keyring keys_;
};

Result<std::string> answer(Unwrapper& unwrapper, const JsonObject& line) {
  TRY_ASSIGN(const std::string url, line.text("url"));
  const Opened opened = unwrapper.unwrap(url);
  std::vector<std::pair<std::string, Cell>> members = {{"url", opened.url},
                                                       {"wrappers", Cell::json(json_array(opened.wrappers))}};
  if (opened.opaque) members.emplace_back("opaque", true);
  if (!opened.recipient.empty()) members.emplace_back("recipient", opened.recipient);
  if (!opened.message.empty()) members.emplace_back("message", opened.message);
  if (!opened.trouble.empty()) members.emplace_back("trouble", opened.trouble);
  return json_object(members);
}

Result<int> run_unwrap(Context& context, const UnwrapOptions& options) {
  TRY_ASSIGN(const Config* config, context.config());
  // Other vendors' links need no installation, so nothing is made where there is none.
  Unwrapper unwrapper(*config, context.installation(/*may_be_new=*/true).has_value());
  if (options.jsonl)
    return answer_lines(std::cin, [&](const JsonObject& line) { return answer(unwrapper, line); });
  if (options.urls.empty()) return Error(ErrorCode::kInvalidArgument, "no URL is given");
  int code = kYes;
  Rows rows{{"url", "wrappers", "recipient", "trouble"}, {}};
  for (const std::string& url : options.urls) {
    const Opened opened = unwrapper.unwrap(url);
    std::string wrappers;
    for (const std::string& name : opened.wrappers) wrappers += (wrappers.empty() ? "" : ", ") + name;
    rows.rows.push_back({opened.url, wrappers, opened.recipient,
                         opened.opaque ? "only its vendor knows where it leads" : opened.trouble});
    if (opened.wrappers.empty() || opened.opaque || !opened.trouble.empty()) code = kNo;
  }
  fmt::print("{}", print(rows, options.format));
  return code;
}

}  // namespace

void add_wrap(Commands& commands) {
  const auto options = std::make_shared<WrapOptions>();
  commands.add("wrap", "seal links for a recipient, one a line")
      .required("--recipient", options->recipient, "whom the link is for")
      .option("--message", options->message, "NetworkMessageId that clicks are recorded with")
      .many("URL", options->urls, "what to seal", true)
      .action([options](Context& context) { return run_wrap(context, *options); });
}

void add_unwrap(Commands& commands) {
  const auto options = std::make_shared<UnwrapOptions>();
  commands.add("unwrap", "where a wrapped link leads: our own and other vendors'")
      .many("URL", options->urls, "wrapped links", false)
      .flag("--jsonl", options->jsonl, "{\"url\"} lines from standard input, {\"url\",\"wrappers\"} out")
      .format(options->format)
      .notes("Exit code 1 where one is not wrapped or does not open. Nothing is fetched.")
      .action([options](Context& context) { return run_unwrap(context, *options); });
}

}  // namespace linkgate::cli
