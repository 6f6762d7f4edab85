// linkgate backup, linkgate restore: everything that cannot be made again, in one folder.
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/clock.h"
#include "cli/borrowed_store.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json_lines.h"
#include "cli/rows.h"
#include "cli/talk.h"
#include "state/backup.h"
#include "supervise/data_directory.h"
#include "supervise/data_lock.h"
#include "supervise/plan.h"

namespace linkgate::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "linkgate-backup 1";

// What lies in the folder of a backup.
struct Layout {
  explicit Layout(std::string folder) : root(std::move(folder)) {}
  std::string root;
  std::string description() const { return root + "/backup.json"; }
  std::string state() const { return root + "/state"; }
  std::string events() const { return root + "/events"; }
  std::string config() const { return root + "/linkgate.toml"; }
};

Error folder_error(const std::string& path, const std::error_code& error) {
  return Error(ErrorCode::kIo, fmt::format("{}: {}", path, error.message()));
}

Result<void> copy_tree(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::copy(from, to, fs::copy_options::recursive, error);
  if (error) return folder_error(to, error);
  return {};
}

// Without it what lies in quarantine, which is in the databases, cannot be read.
Result<void> copy_quarantine_key(const std::string& from, const std::string& to) {
  std::error_code error;
  const std::string name = "/quarantine.key";
  if (!fs::exists(from + name, error)) return {};
  fs::copy_file(from + name, to + name, error);  // with its mode
  if (error) return folder_error(to + name, error);
  return {};
}

// The folder is made private before anything is put into it: sealing keys will be.
Result<void> make_private_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno == EEXIST && fs::is_empty(path, error)) return {};
  if (errno == EEXIST) return Error(ErrorCode::kInvalidArgument, path + ": is there already and not empty");
  return folder_error(path, std::error_code(errno, std::generic_category()));
}

// The data directory's lock where nothing runs on it; a running Linkgate holds it itself.
Result<std::optional<supervise::DataLock>> lock_unless_running(const Config& config, bool runs) {
  if (runs) return std::optional<supervise::DataLock>();
  TRY_ASSIGN(auto lock, supervise::DataLock::take(config.data + "/lock", "backup"));
  return std::optional<supervise::DataLock>(std::move(lock));
}

Result<void> back_up_events(const Config& config, bool runs, const Layout& layout) {
  const std::string name = fmt::format("backup-{}", SystemClock().now().time_since_epoch().count());
  const std::string written = BorrowedStore::backup_folder(config) + "/" + name;
  TRY_ASSIGN(const auto store, BorrowedStore::open(config, runs));
  TRY(store::backup(store->client(), name));
  auto copied = copy_tree(written, layout.events());
  std::error_code ignored;
  fs::remove_all(written, ignored);
  return copied;
}

Result<int> run_backup(Context& context, const std::string& folder, bool without_events) {
  TRY_ASSIGN(const Config* config, context.installation());
  if (!fs::exists(config->data))
    return Error(ErrorCode::kInvalidArgument, config->data + ": there is no such data directory");
  const bool runs = running(*config).has_value();
  TRY_ASSIGN(const auto lock, lock_unless_running(*config, runs));
  const Layout layout(fs::absolute(folder).lexically_normal().string());
  TRY(make_private_folder(layout.root));
  TRY(make_private_folder(layout.state()));

  const bool sqlite = config->state.location.empty();
  const bool events = supervise::has_own_store(*config) && !without_events;
  if (sqlite) TRY(state::copy_databases(DataPaths(config->data).state(), layout.state()));
  TRY(copy_quarantine_key(DataPaths(config->data).state(), layout.state()));
  if (!sqlite) fmt::print(stderr, "the state is in PostgreSQL and not part of this: use pg_dump\n");
  if (events) TRY(back_up_events(*config, runs, layout));
  if (!supervise::has_own_store(*config))
    fmt::print(stderr, "the events are in a ClickHouse elsewhere and not part of this\n");
  if (!config->file.empty()) {
    TRY_ASSIGN(const std::string text, read_file(config->file));
    TRY(replace_file(layout.config(), text));
  }
  // Last: a folder without it is a backup that did not finish.
  TRY(replace_file(layout.description(), json_object({{"format", kFormat},
                                                      {"created", to_iso8601(SystemClock().now())},
                                                      {"state", sqlite},
                                                      {"events", events}}) +
                                             "\n"));
  fmt::print("{}: {}{}configuration\n", layout.root, sqlite ? "state with sealing keys, " : "",
             events ? "events, " : "");
  return kYes;
}

Result<void> restore_events(const Config& config, const Layout& layout) {
  const std::string name = fmt::format("restore-{}", SystemClock().now().time_since_epoch().count());
  const std::string placed = BorrowedStore::backup_folder(config) + "/" + name;
  std::error_code error;
  fs::create_directories(BorrowedStore::backup_folder(config), error);
  if (error) return folder_error(placed, error);
  TRY(copy_tree(layout.events(), placed));
  auto restored = [&]() -> Result<void> {
    TRY_ASSIGN(const auto store, BorrowedStore::open(config, false));
    TRY(store::migrate(store->client(), config.events.retention_days));  // the tables that it looks into
    return store::restore(store->client(), name);
  }();
  fs::remove_all(placed, error);
  return restored;
}

Result<int> run_restore(Context& context, const std::string& folder) {
  TRY_ASSIGN(const Config* config, context.installation(/*may_be_new=*/true));
  const Layout layout(folder);
  TRY_ASSIGN(const std::string text, read_file(layout.description()));
  const auto description = parse_json_object(text);
  if (!description || description->text("format").value_or("") != kFormat) {
    return Error(ErrorCode::kInvalidArgument, folder + ": this is not what `linkgate backup` wrote");
  }
  const DataPaths paths(config->data);
  std::error_code error;
  const bool with_state = description->raw.count("state") != 0 && description->raw.at("state") == "true";
  if (with_state && fs::exists(paths.state(), error) && !fs::is_empty(paths.state(), error)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{}: holds state already; a backup is restored into an empty data directory",
                             config->data));
  }
  TRY(supervise::prepare_data_directory(*config, false));
  TRY_ASSIGN(const auto lock, supervise::DataLock::take(paths.root + "/lock", "restore"));
  const bool with_events = description->raw.count("events") != 0 && description->raw.at("events") == "true";
  // State last: where the events fail, the directory holds none yet and the command can be given again.
  if (with_events) TRY(restore_events(*config, layout));
  if (with_state) TRY(state::copy_databases(layout.state(), paths.state()));
  if (with_state) TRY(copy_quarantine_key(layout.state(), paths.state()));
  fmt::print("{}: {}{}from the backup of {}\n", config->data, with_state ? "state with sealing keys, " : "",
             with_events ? "events, " : "", description->text("created").value_or("an unknown time"));
  if (fs::exists(layout.config(), error))
    fmt::print("the configuration of that time is {}\n", layout.config());
  return kYes;
}

}  // namespace

void add_backup(Commands& commands) {
  struct Options {
    std::string folder;
    bool without_events = false;
  };
  const auto options = std::make_shared<Options>();
  commands.add("backup", "copy state, sealing keys and events to a new folder, also while all runs")
      .argument("DIR", options->folder, "must not exist, or be empty; it will hold the sealing keys")
      .flag("--without-events", options->without_events, "state and keys only")
      .action([options](Context& context) {
        return run_backup(context, options->folder, options->without_events);
      });
}

void add_restore(Commands& commands) {
  const auto folder = std::make_shared<std::string>();
  commands.add("restore", "put a backup into an empty data directory, while nothing runs there")
      .argument("DIR", *folder, "what `linkgate backup` wrote")
      .action([folder](Context& context) { return run_restore(context, *folder); });
}

}  // namespace linkgate::cli
