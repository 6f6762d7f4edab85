#include "base/program.h"

#include <fmt/format.h>
#include <getopt.h>
#include <signal.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/log.h"

namespace linkgate {
namespace {

constexpr int kBadUse = 2;
constexpr int kMaxNode = 999;

[[noreturn]] void bad_use(std::string_view program, std::string_view what) {
  fmt::print(stderr, "linkgate-{}: {}\n", program, what);
  std::exit(kBadUse);
}

[[noreturn]] void print_and_leave(const std::string& text) {
  fmt::print("{}", text);
  std::exit(0);
}

int parse_node(std::string_view program, const char* text) {
  int node = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), node);
  if (error != std::errc() || *end != '\0' || node < 0 || node > kMaxNode) {
    bad_use(program, fmt::format("--node {}: not a number from 0 to {}", text, kMaxNode));
  }
  return node;
}

log::Level level_of(std::string_view name) {
  if (name == "debug") return log::Level::kDebug;
  if (name == "warn") return log::Level::kWarn;
  if (name == "error") return log::Level::kError;
  return log::Level::kInfo;
}

}  // namespace

ProgramStart start_program(std::string_view program, int argc, char** argv) {
  static const option kOptions[] = {{"config", required_argument, nullptr, 'c'},
                                    {"data", required_argument, nullptr, 'd'},
                                    {"node", required_argument, nullptr, 'n'},
                                    {"log-level", required_argument, nullptr, 'l'},
                                    {"help", no_argument, nullptr, 'h'},
                                    {"version", no_argument, nullptr, 'v'},
                                    {nullptr, 0, nullptr, 0}};
  ProgramStart start;
  std::string data, log_level;
  opterr = 0;
  for (int letter = 0; (letter = ::getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    if (letter == 'c') {
      auto config = load_config(optarg);
      if (!config) bad_use(program, config.error().message());
      start.config = *std::move(config);
    } else if (letter == 'd') {
      data = optarg;
    } else if (letter == 'l') {
      log_level = optarg;
    } else if (letter == 'n') {
      start.node = parse_node(program, optarg);
    } else if (letter == 'h') {
      print_and_leave(fmt::format(
          "usage: linkgate-{} [--config FILE] [--data DIR] [--node N] [--log-level LEVEL]\n", program));
    } else if (letter == 'v') {
      print_and_leave(fmt::format("linkgate-{} {}\n", program, LINKGATE_VERSION));
    } else {
      bad_use(program,
              fmt::format("{}: not an option, or its value is missing; see --help", argv[optind - 1]));
    }
  }
  if (optind < argc) bad_use(program, fmt::format("{}: takes no such argument; see --help", argv[optind]));
  if (!data.empty()) start.config.data = data;
  start.config.data = std::filesystem::absolute(start.config.data).lexically_normal().string();
  start.name = program == "click" ? fmt::format("click.{}", start.node) : std::string(program);
  log::start(start.name, level_of(log_level.empty() ? start.config.log_level : log_level));
  ::signal(SIGPIPE, SIG_IGN);  // a peer that goes is an error of its write, not our end
  return start;
}

}  // namespace linkgate
