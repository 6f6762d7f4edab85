#pragma once
// Commands and their options as plain values: a front over CLI11 that keeps its header in one file. What all
// commands share is here: --config, --data, --help, the exit codes, one clear line on stderr.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/config.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace linkgate::cli {

// What a command answers the shell. kNo: asked and answered in the negative (not clean, not found). kBadUse:
// the input is wrong. kFailed: it could not be done. kCancelled: a signal ended it, as shells count it.
enum ExitCode : int { kYes = 0, kNo = 1, kBadUse = 2, kFailed = 3, kCancelled = 130 };

// What --config and --data say, for whoever runs the command.
class Context {
 public:
  std::string config_option, data_option;

  // The file of --config, else of LINKGATE_CONFIG, else /etc/linkgate/linkgate.toml where that exists, else
  // the defaults; `data` is absolute and what --data says. Read once. Errors: kInvalidArgument, kNotFound.
  Result<const Config*> config();
  // The same for commands that read or write the data of an installation. kInvalidArgument where none was
  // named: the default data directory would be made wherever somebody stands, and hold what no program reads.
  // Likewise where --data names a directory that is not there and `may_be_new` is false: a misspelt one would
  // take what is decided, and no program would read it.
  Result<const Config*> installation(bool may_be_new = false);

 private:
  std::unique_ptr<Config> config_;
};

using Action =
    std::function<Result<int>(Context&)>;  // the exit code, or an Error that becomes one line and a code

// One command, or a group of them. References stay valid as long as the Commands.
class Command {
 public:
  Command(CLI::App& app, Context& context, Action& chosen) : app_(app), context_(context), chosen_(chosen) {}

  // A command of this group: "policy" -> "policy rule" -> "policy rule set".
  Command& add(const std::string& name, const std::string& summary);
  // What follows the options in --help: examples, output.
  Command& notes(const std::string& text);
  Command& hidden();

  Command& flag(const std::string& name, bool& value, const std::string& help);
  Command& option(const std::string& name, std::string& value, const std::string& help);
  Command& option(const std::string& name, int& value, const std::string& help);
  Command& required(const std::string& name, std::string& value, const std::string& help);
  Command& option_of(const std::string& name, std::string& value, const std::vector<std::string>& words,
                     const std::string& help);
  // Positional; many() takes all that follow.
  Command& argument(const std::string& name, std::string& value, const std::string& help);
  Command& argument_of(const std::string& name, std::string& value, const std::vector<std::string>& words,
                       const std::string& help);
  Command& optional_argument(const std::string& name, std::string& value, const std::string& help);
  Command& many(const std::string& name, std::vector<std::string>& values, const std::string& help,
                bool at_least_one);
  Command& options(const std::string& name, std::vector<std::string>& values,
                   const std::string& help);  // may be repeated
  // --format table|json|csv, for commands that print rows.
  Command& format(std::string& value) {
    return option_of("--format", value, {"table", "json", "csv"}, "how rows are printed");
  }

  // What it does. Gives it --config and --data.
  Command& action(Action action);

 private:
  // May be called again: groups have them for what stands before the verb.
  void add_shared_options();

  CLI::App& app_;
  Context& context_;
  Action& chosen_;
  std::vector<std::unique_ptr<Command>> commands_;
};

class Commands {
 public:
  Commands();
  ~Commands();
  Command& add(const std::string& name, const std::string& summary);
  int run(int argc, char** argv);  // the exit code

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The line on stderr and the exit code of an error: bad input is bad use, what is not there is a negative
// answer.
int report(const Error& error);

}  // namespace linkgate::cli
