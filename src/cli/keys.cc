// linkgate keys: what seals and opens links. Losing them kills every delivered link.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <thread>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/clock.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/rows.h"

namespace linkgate::cli {
namespace {

using url::KeyState;
using url::SealingKey;

constexpr std::chrono::milliseconds kAcknowledgePoll{100};
constexpr std::string_view kExportHeader = "linkgate-keys 1";

struct Options {
  std::string id, file;
  std::string format = "table";
  int wait_seconds = 120;
};

std::string_view word(KeyState state) {
  switch (state) {
    case KeyState::kPublished:
      return "published";
    case KeyState::kSealing:
      return "sealing";
    case KeyState::kOpenOnly:
      return "open-only";
    case KeyState::kRevoked:
      return "revoked";
  }
  return "";
}

std::optional<KeyState> state_of(std::string_view text) {
  for (const KeyState state :
       {KeyState::kPublished, KeyState::kSealing, KeyState::kOpenOnly, KeyState::kRevoked}) {
    if (word(state) == text) return state;
  }
  return std::nullopt;
}

// Keys may come to a new machine before anything else does.
Result<std::unique_ptr<state::KeyStore>> open(Context& context, bool may_be_new = false) {
  TRY_ASSIGN(const Config* config, context.installation(may_be_new));
  return state::open_key_store(state_options(*config));
}

Result<int> run_list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  TRY_ASSIGN(const url::Keyring ring, store->load());
  TRY_ASSIGN(const auto nodes, store->nodes());
  Rows rows{{"id", "state", "created", "held by"}, {}};
  for (const SealingKey& key : ring.keys()) {
    std::vector<std::string> holders;
    for (const auto& node : nodes) {
      if (std::find(node.keys.begin(), node.keys.end(), key.id) != node.keys.end())
        holders.push_back(node.name);
    }
    rows.rows.push_back({static_cast<int64_t>(key.id), word(key.state), to_iso8601(key.created),
                         fmt::format("{}", fmt::join(holders, ","))});
  }
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

// A new key is published, and seals once every live click node has said that it holds it: else a link could
// be delivered that some node does not open yet.
Result<int> run_rotate(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  TRY_ASSIGN(const url::Keyring ring, store->load());
  const SystemClock clock;
  uint32_t id = 0;
  for (const SealingKey& key : ring.keys()) id = std::max(id, key.id);
  ++id;
  TRY(store->put_key(url::generate_key(id, clock.now())));
  fmt::print(stderr, "key {} is published; waiting until every live click node holds it\n", id);
  const auto end = clock.steady_now() + std::chrono::seconds(options.wait_seconds);
  while (true) {
    auto promoted = store->promote(id, clock.now());
    if (promoted) break;
    if (promoted.error().code() != ErrorCode::kUnavailable) return std::move(promoted).error();
    if (clock.steady_now() > end) {
      return Error(
          ErrorCode::kUnavailable,
          fmt::format("key {} stays published and seals nothing: {}; `linkgate keys promote {}` tries again",
                      id, promoted.error().message(), id));
    }
    std::this_thread::sleep_for(kAcknowledgePoll);
  }
  fmt::print("key {} seals from now on\n", id);
  return kYes;
}

Result<uint32_t> parse_id(const std::string& text) {
  uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not the number of a key", text));
  }
  return id;
}

Result<int> run_promote(Context& context, const Options& options) {
  TRY_ASSIGN(const uint32_t id, parse_id(options.id));
  TRY_ASSIGN(const auto store, open(context));
  TRY(store->promote(id, SystemClock().now()));
  return kYes;
}

Result<int> run_revoke(Context& context, const Options& options) {
  TRY_ASSIGN(const uint32_t id, parse_id(options.id));
  TRY_ASSIGN(const auto store, open(context));
  TRY_ASSIGN(const url::Keyring ring, store->load());
  const SealingKey* key = ring.find(id);
  if (key == nullptr) return Error(ErrorCode::kNotFound, fmt::format("there is no key {}", id));
  SealingKey revoked = *key;
  revoked.state = KeyState::kRevoked;
  TRY(store->put_key(revoked));
  fmt::print(stderr, "key {} is revoked: links that it sealed open no more, and say so\n", id);
  return kYes;
}

Result<int> run_export(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  TRY_ASSIGN(const url::Keyring ring, store->load());
  std::string text = std::string(kExportHeader) + "\n";
  for (const SealingKey& key : ring.keys()) {
    const std::string_view secret(reinterpret_cast<const char*>(key.secret.data()), key.secret.size());
    text +=
        fmt::format("{} {} {} {}\n", key.id, word(key.state), to_iso8601(key.created), hex_encode(secret));
  }
  // Never over another file, and never readable by others, not even for a moment.
  const int fd = ::open(options.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return Error(errno == EEXIST ? ErrorCode::kInvalidArgument : ErrorCode::kIo,
                 fmt::format("{}: {}", options.file, std::strerror(errno)));
  const bool written =
      ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written) return Error(ErrorCode::kIo, options.file + ": cannot be written");
  fmt::print(
      stderr,
      "{} keys are in {}. Keep it where only you can read it: who has these keys can forge links of yours.\n"
      "Losing every copy of them kills every link that was ever delivered; no mail can be made to work "
      "again.\n",
      ring.keys().size(), options.file);
  return kYes;
}

Result<SealingKey> parse_line(const std::string& line) {
  const auto fields = ascii::split(line, ' ');
  const Error bad(ErrorCode::kInvalidArgument, "this is not a file that `linkgate keys export` wrote");
  if (fields.size() != 4) return bad;
  SealingKey key;
  TRY_ASSIGN(key.id, parse_id(std::string(fields[0])));
  const auto state = state_of(fields[1]);
  const auto created = from_iso8601(fields[2]);
  const auto secret = hex_decode(fields[3]);
  if (!state || !created || !secret || secret->size() != key.secret.size()) return bad;
  key.state = *state;
  key.created = *created;
  std::copy(secret->begin(), secret->end(), key.secret.begin());
  return key;
}

Result<int> run_import(Context& context, const Options& options) {
  std::ifstream in(options.file);
  std::string line;
  if (!in || !std::getline(in, line))
    return Error(ErrorCode::kInvalidArgument, options.file + ": cannot be read");
  if (line != kExportHeader)
    return Error(ErrorCode::kInvalidArgument,
                 options.file + ": this is not a file that `linkgate keys export` wrote");
  std::vector<SealingKey> keys;
  while (std::getline(in, line)) {
    auto key = parse_line(line);
    if (!key) return std::move(key).error().with_context(options.file);
    keys.push_back(*key);
  }
  TRY_ASSIGN(const auto store, open(context, /*may_be_new=*/true));
  TRY_ASSIGN(const url::Keyring ring, store->load());
  int added = 0;
  for (SealingKey& key : keys) {
    const SealingKey* known = ring.find(key.id);
    if (known != nullptr && known->secret != key.secret) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("key {} is another key here; nothing was imported after it", key.id));
    }
    if (known != nullptr) continue;
    // One key seals at a time, and that stays the one that seals here.
    if (key.state == KeyState::kSealing && ring.sealing() != nullptr) key.state = KeyState::kOpenOnly;
    TRY(store->put_key(key));
    ++added;
  }
  fmt::print("{} keys imported, {} were here already\n", added, keys.size() - static_cast<size_t>(added));
  return kYes;
}

}  // namespace

void add_keys(Commands& commands) {
  const auto options = std::make_shared<Options>();
  Command& keys = commands.add("keys", "what seals and opens links");
  keys.add("list", "keys, their state and the click nodes that hold them")
      .format(options->format)
      .action([options](Context& context) { return run_list(context, *options); });
  keys.add("rotate", "make a new key and seal with it; the former one goes on opening")
      .option("--wait", options->wait_seconds, "seconds to wait for the click nodes")
      .action([options](Context& context) { return run_rotate(context, *options); });
  keys.add("promote", "let a published key seal, once the click nodes hold it")
      .argument("ID", options->id, "its number")
      .action([options](Context& context) { return run_promote(context, *options); });
  keys.add("revoke", "open nothing more that this key sealed")
      .argument("ID", options->id, "its number")
      .action([options](Context& context) { return run_revoke(context, *options); });
  keys.add("forget", "a click node that is gone, so that rotate does not wait for it")
      .argument("NODE", options->id, "its name, as list shows it")
      .action([options](Context& context) -> Result<int> {
        TRY_ASSIGN(const auto store, open(context));
        TRY(store->forget_node(options->id));
        return kYes;
      });
  keys.add("export", "write all keys to a new file that only you can read")
      .argument("FILE", options->file, "must not exist")
      .notes("Losing the keys kills every delivered link: keep a copy of this file apart from this machine.")
      .action([options](Context& context) { return run_export(context, *options); });
  keys.add("import", "read keys that were exported")
      .argument("FILE", options->file, "what export wrote")
      .action([options](Context& context) { return run_import(context, *options); });
}

}  // namespace linkgate::cli
