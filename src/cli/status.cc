// linkgate status, linkgate restart: what `linkgate up` says of its programs, and asking it to start one
// anew.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/rows.h"
#include "cli/talk.h"

namespace linkgate::cli {
namespace {

constexpr std::chrono::seconds kRestartTimeout{90};

std::string text_member(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<int> run_status(Context& context, const std::string& format) {
  TRY_ASSIGN(const Config* config, context.config());
  TRY_ASSIGN(const supervise::RunFile run, running(*config));
  TRY_ASSIGN(const net::HttpResponse said, exchange(run.control, "GET", "/healthz"));
  const nlohmann::json health = nlohmann::json::parse(said.body, nullptr, false);
  if (!health.is_object() || !health.contains("programs") || !health["programs"].is_object()) {
    return Error(ErrorCode::kInternal, "linkgate up gave no health answer");
  }
  Rows rows{{"program", "state", "pid", "restarts", "well", "trouble"}, {}};
  for (const auto& [name, program] : health["programs"].items()) {
    rows.rows.push_back(
        {name, text_member(program, "state"), Cell::json(program.value("pid", nlohmann::json()).dump()),
         Cell::json(program.value("restarts", nlohmann::json(0)).dump()),
         program.value("ok", nlohmann::json(false)) == true, text_member(program, "trouble")});
  }
  fmt::print("{}", print(rows, format));
  return said.status == 200 ? kYes : kNo;
}

Result<int> run_restart(Context& context, const std::string& program) {
  TRY_ASSIGN(const Config* config, context.config());
  TRY_ASSIGN(const supervise::RunFile run, running(*config));
  bool known = program.empty();
  for (const auto& one : run.programs) known = known || one.name == program;
  if (!known) {
    std::string names;
    for (const auto& one : run.programs) names += (names.empty() ? "" : ", ") + one.name;
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("there is no program {}; there are {}", program, names));
  }
  const std::string target = program.empty() ? "/restart" : "/restart?program=" + program;
  TRY_ASSIGN(const net::HttpResponse said, exchange(run.control, "POST", target, "", kRestartTimeout));
  if (said.status == 200) return kYes;
  return Error(ErrorCode::kUnavailable, std::string(ascii::trim(said.body)));
}

}  // namespace

void add_status(Commands& commands) {
  const auto format = std::make_shared<std::string>("table");
  commands.add("status", "how the running programs are")
      .format(*format)
      .notes("Exit code 0 when all run and are well, 1 when one is not or when nothing runs here.")
      .action([format](Context& context) { return run_status(context, *format); });
}

void add_restart(Commands& commands) {
  const auto program = std::make_shared<std::string>();
  commands.add("restart", "restart a program without refusing a connection")
      .optional_argument("PROGRAM", *program,
                         "store, ship, scan, gateway, click.0, ...; without it all, one after another")
      .notes("Returns when it is ready again. New connections wait in the listening socket meanwhile.")
      .action([program](Context& context) { return run_restart(context, *program); });
}

}  // namespace linkgate::cli
