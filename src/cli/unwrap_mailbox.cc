// linkgate unwrap-mailbox: the way out. Takes our wrappers off the mail that lies in a mailbox, so that its
// links work without Linkgate.
#include <fmt/format.h>

#include <filesystem>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/first_start.h"
#include "cli/message_bytes.h"
#include "gateway/rewrite_one.h"

namespace linkgate::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string path, backup;
  bool dry_run = false;
};

struct Tally {
  size_t messages = 0, changed = 0, links = 0, skipped = 0;
};

constexpr std::string_view kRestored = "restored";  // gateway::LinkCounts

class Unwrapper {
 public:
  static Result<std::unique_ptr<Unwrapper>> open(const Config& config) {
    auto out = std::make_unique<Unwrapper>();
    TRY_ASSIGN(const auto policies, state::open_policy_store(state_options(config, true)));
    TRY_ASSIGN(out->policies_, state::load_policy_view(*policies));
    TRY_ASSIGN(const auto keys, state::open_key_store(state_options(config, true)));
    TRY_ASSIGN(out->keys_, keys->load());
    TRY_ASSIGN(out->long_links_, state::open_delivery_store(state_options(config, true)));
    out->sealing_.click_origin = config.click.origin;
    TRY_ASSIGN(out->sealing_.click_host, gateway::host_of_origin(config.click.origin));
    out->sealing_.keys = &out->keys_;
    out->sealing_.long_links = out->long_links_.get();
    return out;
  }

  // The message without our wrappers, lines ending as they did; nullopt where nothing of ours is in it.
  Result<std::optional<std::string>> unwrap(std::string_view message, Tally& tally) const {
    const bool lf = has_bare_lf(message);
    const std::string wire = lf ? with_crlf(message) : std::string(message);
    TRY_ASSIGN(gateway::RewriteResult result,
               gateway::rewrite_one(wire, {.outbound = true}, *policies_, sealing_, SystemClock().now()));
    const auto restored = result.links.find(kRestored);
    if (restored == result.links.end() || restored->second == 0) return std::optional<std::string>();
    tally.links += restored->second;
    ++tally.changed;
    std::string bytes = lf ? with_lf(result.bytes) : std::move(result.bytes);
    // A file whose last line has no end goes on having none.
    if (lf && !message.ends_with('\n') && bytes.ends_with('\n')) bytes.pop_back();
    return std::optional<std::string>(std::move(bytes));
  }

 private:
  std::shared_ptr<const state::PolicyView> policies_;
  url::Keyring keys_;
  std::unique_ptr<state::DeliveryStore> long_links_;
  gateway::SealingContext sealing_;
};

// A message that cannot be parsed stays as it is, and is told; anything else that fails ends the command.
Result<std::optional<std::string>> unwrap_or_skip(const Unwrapper& unwrapper, std::string_view message,
                                                  const std::string& where, Tally& tally) {
  ++tally.messages;
  auto done = unwrapper.unwrap(message, tally);
  if (done || done.error().is_ours()) return done;
  fmt::print(stderr, "linkgate: {}: left as it is: {}\n", where, done.error().message());
  ++tally.skipped;
  return std::optional<std::string>();
}

Result<void> back_up(const fs::path& file, const fs::path& root, const std::string& backup) {
  const fs::path copy = fs::path(backup) / fs::relative(file, root);
  std::error_code error;
  fs::create_directories(copy.parent_path(), error);
  fs::copy_file(file, copy, fs::copy_options::overwrite_existing, error);
  if (error) return Error(ErrorCode::kIo, fmt::format("{}: {}", copy.string(), error.message()));
  return {};
}

// A Maildir has folders cur and new, itself or in folders below it.
bool is_maildir(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path + "/cur", error) || fs::is_directory(path + "/new", error)) return true;
  for (auto at = fs::recursive_directory_iterator(path, error); !error && at != fs::end(at);
       at.increment(error)) {
    if (at->is_directory(error) && (at->path().filename() == "cur" || at->path().filename() == "new"))
      return true;
  }
  return false;
}

Result<void> unwrap_maildir(const Unwrapper& unwrapper, const Options& options, Tally& tally) {
  TRY_ASSIGN(const std::vector<std::string> files, files_below(options.path, ""));
  for (const std::string& file : files) {
    // Messages lie in cur and new; what else is there (indexes, tmp) is the server's own.
    const std::string folder = fs::path(file).parent_path().filename();
    if (folder != "cur" && folder != "new") continue;
    TRY_ASSIGN(const std::string message, read_file(file));
    TRY_ASSIGN(const auto fresh, unwrap_or_skip(unwrapper, message, file, tally));
    if (!fresh || options.dry_run) continue;
    TRY(back_up(file, options.path, options.backup));
    TRY(replace_file(file, *fresh));
  }
  return {};
}

Result<void> unwrap_mbox(const Unwrapper& unwrapper, const Options& options, Tally& tally) {
  TRY_ASSIGN(const std::string file, read_file(options.path));
  std::string out;
  for (const std::string_view piece : split_mbox(file)) {
    const std::string_view message = without_mbox_line(piece);
    const std::string_view line = piece.substr(0, piece.size() - message.size());
    TRY_ASSIGN(const auto fresh,
               unwrap_or_skip(unwrapper, unquote_from(message),
                              fmt::format("{}, message {}", options.path, tally.messages + 1), tally));
    out += line;
    out += fresh ? quote_from(*fresh) : std::string(message);
  }
  if (tally.changed == 0 || options.dry_run) return {};
  TRY(back_up(options.path, fs::path(options.path).parent_path(), options.backup));
  return replace_file(options.path, out);
}

Result<int> run(Context& context, Options options) {
  TRY_ASSIGN(const Config* config, context.installation());
  std::error_code error;
  options.path = fs::absolute(options.path).lexically_normal().string();
  const bool folder = fs::is_directory(options.path, error);
  if (folder ? !is_maildir(options.path) : !fs::is_regular_file(options.path, error))
    return Error(ErrorCode::kInvalidArgument, options.path + ": is neither a Maildir nor an mbox file");
  if (options.backup.empty())
    options.backup = options.path + (options.path.ends_with('/') ? "" : ".") + std::string("linkgate-backup");
  TRY_ASSIGN(const auto unwrapper, Unwrapper::open(*config));
  Tally tally;
  TRY(folder ? unwrap_maildir(*unwrapper, options, tally) : unwrap_mbox(*unwrapper, options, tally));
  fmt::print("{} messages: {} links {}restored in {}, {} left as they are because they cannot be parsed\n",
             tally.messages, tally.links, options.dry_run ? "would be " : "", tally.changed, tally.skipped);
  if (tally.changed > 0 && !options.dry_run) fmt::print("what they were before is in {}\n", options.backup);
  return kYes;
}

}  // namespace

void add_unwrap_mailbox(Commands& commands) {
  const auto options = std::make_shared<Options>();
  commands.add("unwrap-mailbox", "take our wrappers off the mail in a mailbox: the way out")
      .argument("PATH", options->path,
                "a Maildir (with its subfolders) or an mbox file; no server may be writing to an mbox")
      .option("--backup", options->backup,
              "where the former messages are kept (default: PATH.linkgate-backup)")
      .flag("--dry-run", options->dry_run, "only count")
      .notes("Needs the keys that sealed the links. Messages without links of ours are not touched.")
      .action([options](Context& context) { return run(context, *options); });
}

}  // namespace linkgate::cli
