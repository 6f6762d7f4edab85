#pragma once
// DATA/run/up.json: what a running `linkgate up` tells the other commands and the tests about itself. Written
// anew at every change, removed at a clean stop.

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace linkgate::supervise {

struct RunFile {
  struct Program {
    std::string name, state;
    pid_t pid = -1;
    int restarts = 0;
  };
  struct Listener {
    std::string name;     // "gateway.0", "click.0", "store"
    std::string address;  // "127.0.0.1:40123", "unix:/path"
  };
  pid_t pid = -1;  // of `linkgate up`
  std::string version, data, config;
  std::string admin;    // "http://127.0.0.1:8481": /healthz and /metrics
  std::string control;  // the unix socket of `linkgate restart`: "unix:/path"
  std::string click_origin;
  std::string store_url;
  std::vector<Listener> listeners;
  std::vector<Program> programs;
};

std::string to_json(const RunFile& run);
Result<RunFile> parse_run_file(const std::string& json);

// Replaces the file in one step. kIo.
Result<void> write_run_file(const std::string& path, const RunFile& run);
// kNotFound where there is none, or where the process it names is gone: no Linkgate runs on this data.
Result<RunFile> read_run_file(const std::string& path);

}  // namespace linkgate::supervise
