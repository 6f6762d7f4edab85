#include "supervise/run_file.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace linkgate::supervise {

using nlohmann::json;

std::string to_json(const RunFile& run) {
  json out = {{"pid", run.pid},
              {"version", run.version},
              {"data", run.data},
              {"config", run.config},
              {"admin", run.admin},
              {"control", run.control},
              {"store_url", run.store_url},
              {"click_origin", run.click_origin},
              {"listeners", json::array()},
              {"programs", json::array()}};
  for (const auto& listener : run.listeners) {
    out["listeners"].push_back({{"name", listener.name}, {"address", listener.address}});
  }
  for (const auto& program : run.programs) {
    // Never a number where there is no process: readers send signals to it, and -1 is everybody.
    const json pid = program.pid > 0 ? json(program.pid) : json(nullptr);
    out["programs"].push_back(
        {{"name", program.name}, {"state", program.state}, {"pid", pid}, {"restarts", program.restarts}});
  }
  return out.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<RunFile> parse_run_file(const std::string& text) {
  try {
    const json in = json::parse(text);
    RunFile run;
    run.pid = in.at("pid").get<pid_t>();
    run.version = in.at("version").get<std::string>();
    run.data = in.at("data").get<std::string>();
    run.config = in.at("config").get<std::string>();
    run.admin = in.at("admin").get<std::string>();
    run.control = in.at("control").get<std::string>();
    run.store_url = in.at("store_url").get<std::string>();
    run.click_origin = in.at("click_origin").get<std::string>();
    for (const json& item : in.at("listeners")) {
      run.listeners.push_back({item.at("name").get<std::string>(), item.at("address").get<std::string>()});
    }
    for (const json& item : in.at("programs")) {
      const json& pid = item.at("pid");
      run.programs.push_back({item.at("name").get<std::string>(), item.at("state").get<std::string>(),
                              pid.is_null() ? -1 : pid.get<pid_t>(), item.at("restarts").get<int>()});
    }
    return run;
  } catch (const json::exception& error) {
    return Error(ErrorCode::kCorrupt, fmt::format("this is not what `linkgate up` writes: {}", error.what()));
  }
}

Result<void> write_run_file(const std::string& path, const RunFile& run) {
  const std::string fresh = path + ".new";
  std::ofstream out(fresh, std::ios::trunc);
  out << to_json(run);
  out.close();
  if (!out || std::rename(fresh.c_str(), path.c_str()) != 0)
    return Error(ErrorCode::kIo, path + ": cannot be written");
  return {};
}

Result<RunFile> read_run_file(const std::string& path) {
  std::ifstream in(path);
  if (!in && errno == EACCES) return Error(ErrorCode::kPermission, path + ": access is denied to this user");
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    return Error(ErrorCode::kNotFound, fmt::format("no Linkgate runs on this data directory ({})", path));
  auto run = parse_run_file(text.str());
  if (!run) return std::move(run).error().with_context(path);
  if (::kill(run->pid, 0) != 0 && errno == ESRCH) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("the Linkgate that ran here (process {}) is gone", run->pid));
  }
  return run;
}

}  // namespace linkgate::supervise
