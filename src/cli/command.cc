#include "cli/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/config_checks.h"
#include "cli/audit_trail.h"

namespace linkgate::cli {
namespace {

constexpr const char* kExitCodes = "\nExit codes: 0 yes, 1 no, 2 bad use, 3 failed. Each command has --help.";

constexpr char kSystemConfig[] = "/etc/linkgate/linkgate.toml";

std::string config_file(const std::string& option) {
  if (!option.empty()) return option;
  if (const char* variable = std::getenv("LINKGATE_CONFIG"); variable != nullptr && *variable != '\0')
    return variable;
  std::error_code error;
  // A folder that we may not look into is an error: the file is then said to be unreadable, not taken as
  // missing.
  return std::filesystem::exists(kSystemConfig, error) || error ? kSystemConfig : "";
}

}  // namespace

Result<const Config*> Context::config() {
  if (config_) return config_.get();
  auto config = std::make_unique<Config>();
  const std::string file = config_file(config_option);
  if (!file.empty()) {
    auto loaded = load_config(file);
    // A file that was named and is not there is bad use, not a negative answer.
    if (!loaded) return Error(ErrorCode::kInvalidArgument, loaded.error().message());
    *config = *std::move(loaded);
  }
  if (!data_option.empty()) config->data = data_option;
  config->data = std::filesystem::absolute(config->data).lexically_normal().string();
  if (config->data.size() > 1 && config->data.back() == '/') config->data.pop_back();
  config_ = std::move(config);
  return config_.get();
}

Result<const Config*> Context::installation(bool may_be_new) {
  TRY_ASSIGN(const Config* found, config());
  if (!may_be_new && !data_option.empty() && !std::filesystem::is_directory(found->data)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("--data {}: there is no such directory; linkgate up makes it", data_option));
  }
  if (!found->file.empty() || !data_option.empty()) return found;
  return Error(
      ErrorCode::kInvalidArgument,
      fmt::format("no configuration was found ({} does not exist): name a file with --config or a data "
                  "directory with --data",
                  kSystemConfig));
}

Command& Command::add(const std::string& name, const std::string& summary) {
  add_shared_options();
  CLI::App* sub = app_.add_subcommand(name, summary);
  app_.require_subcommand(1);
  commands_.push_back(std::make_unique<Command>(*sub, context_, chosen_));
  return *commands_.back();
}

Command& Command::notes(const std::string& text) {
  app_.footer("\n" + text + "\n" + kExitCodes);
  return *this;
}

Command& Command::hidden() {
  app_.group("");
  return *this;
}

Command& Command::flag(const std::string& name, bool& value, const std::string& help) {
  app_.add_flag(name, value, help);
  return *this;
}

Command& Command::option(const std::string& name, std::string& value, const std::string& help) {
  app_.add_option(name, value, help);
  return *this;
}

Command& Command::option(const std::string& name, int& value, const std::string& help) {
  app_.add_option(name, value, help)->capture_default_str();
  return *this;
}

Command& Command::required(const std::string& name, std::string& value, const std::string& help) {
  app_.add_option(name, value, help)->required();
  return *this;
}

Command& Command::option_of(const std::string& name, std::string& value,
                            const std::vector<std::string>& words, const std::string& help) {
  app_.add_option(name, value, help)->check(CLI::IsMember(words))->capture_default_str();
  return *this;
}

Command& Command::argument(const std::string& name, std::string& value, const std::string& help) {
  return required(name, value, help);
}

Command& Command::argument_of(const std::string& name, std::string& value,
                              const std::vector<std::string>& words, const std::string& help) {
  app_.add_option(name, value, help)->required()->check(CLI::IsMember(words));
  return *this;
}

Command& Command::optional_argument(const std::string& name, std::string& value, const std::string& help) {
  return option(name, value, help);
}

Command& Command::many(const std::string& name, std::vector<std::string>& values, const std::string& help,
                       bool at_least_one) {
  app_.add_option(name, values, help)->required(at_least_one);
  return *this;
}

Command& Command::options(const std::string& name, std::vector<std::string>& values,
                          const std::string& help) {
  app_.add_option(name, values, help)->take_all()->expected(1)->allow_extra_args(false);
  return *this;
}

Command& Command::action(Action action) {
  add_shared_options();
  app_.callback([this, action = std::move(action)] { chosen_ = action; });
  return *this;
}

void Command::add_shared_options() {
  if (app_.get_option_no_throw("--config") != nullptr) return;
  app_.add_option("--config", context_.config_option, "the configuration file");
  app_.add_option("--data", context_.data_option, "the data directory (default: the configuration's)");
}

struct Commands::Impl {
  CLI::App app{"Linkgate: links in mail are sealed, and judged when they are clicked.", "linkgate"};
  Context context;
  Action chosen;
  Command root{app, context, chosen};
};

namespace {

// The line for a command line that CLI11 refuses. Its own words for an unknown command name the wrong
// trouble.
std::string describe(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  const std::vector<std::string> unknown = at->remaining();
  std::vector<std::string> names;
  for (const CLI::App* command :
       at->get_subcommands([](const CLI::App* c) { return !c->get_group().empty(); })) {
    names.push_back(command->get_name());
  }
  if (names.empty() || unknown.empty() || unknown.front().starts_with('-'))
    return fmt::format("{}; see --help", error.what());
  const std::string near = nearest(unknown.front(), names);
  return fmt::format("there is no command {}{}; see --help", unknown.front(),
                     near.empty() ? "" : ", did you mean " + near + "?");
}

// The command that was chosen: "policy rule set".
std::string name_of(const CLI::App& app) {
  std::string name;
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    name += (name.empty() ? "" : " ") + at->get_name();
  }
  return name;
}

// What was done is done, recorded or not: the exit code says that one of the two failed.
int record(Context& context, const CLI::App& app, int argc, char** argv, int code) {
  const std::string name = name_of(app);
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (code != kYes || !is_audited(name, words)) return code;
  const auto written = write_audit(context, name, words);
  if (written) return code;
  fmt::print(stderr, "linkgate: it is done, but not recorded in the audit log: {}\n",
             written.error().message());
  return kFailed;
}

}  // namespace

Commands::Commands() : impl_(std::make_unique<Impl>()) {
  impl_->app.set_version_flag("--version", std::string("linkgate ") + LINKGATE_VERSION);
  impl_->app.set_help_flag("-h,--help", "this text");
  impl_->app.footer(kExitCodes);
}
Commands::~Commands() = default;

Command& Commands::add(const std::string& name, const std::string& summary) {
  return impl_->root.add(name, summary);
}

int Commands::run(int argc, char** argv) {
  // `linkgate help list` is `linkgate list --help`.
  std::vector<const char*> words(argv, argv + argc);
  if (argc > 1 && std::string_view(argv[1]) == "help") {
    words.erase(words.begin() + 1);
    words.push_back("--help");
  }
  try {
    impl_->app.parse(static_cast<int>(words.size()), words.data());
  } catch (const CLI::Success& wanted) {  // --help, --version
    impl_->app.exit(wanted);
    return kYes;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "linkgate: {}\n", describe(impl_->app, error));
    return kBadUse;
  }
  const Result<int> code = impl_->chosen(impl_->context);
  std::cout.flush();
  return code ? record(impl_->context, impl_->app, argc, argv, *code) : report(code.error());
}

int report(const Error& error) {
  fmt::print(stderr, "linkgate: {}\n", error.message());
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kLimit:
      return kBadUse;
    case ErrorCode::kNotFound:
      return kNo;
    default:
      return kFailed;
  }
}

}  // namespace linkgate::cli
