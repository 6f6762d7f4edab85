#include "supervise/exposition.h"

#include <fmt/format.h>

#include <map>
#include <string_view>

#include "base/ascii.h"

namespace linkgate::supervise {
namespace {

struct Family {
  std::string help, type;  // their whole lines
  std::string samples;
};

// "linkgate_x{page=\"none\"} 3" with the label put in first.
std::string labelled(std::string_view sample, std::string_view program) {
  const size_t name_end = sample.find_first_of("{ ");
  if (name_end == std::string_view::npos || name_end == 0) return "";
  const std::string_view name = sample.substr(0, name_end);
  std::string_view rest = sample.substr(name_end);
  if (rest.front() == ' ') return fmt::format("{}{{program=\"{}\"}}{}\n", name, program, rest);
  rest.remove_prefix(1);
  return fmt::format("{}{{program=\"{}\"{}{}\n", name, program, rest.starts_with('}') ? "" : ",", rest);
}

// "# TYPE name counter" -> "name"; empty for other comments.
std::string_view described(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return {};
  line.remove_prefix(word.size());
  return line.substr(0, line.find(' '));
}

}  // namespace

std::string merge_expositions(const std::vector<std::pair<std::string, std::string>>& programs) {
  std::map<std::string, Family> families;
  for (const auto& [program, text] : programs) {
    // A histogram's samples carry suffixes; they follow their TYPE line, so the family is the last one named.
    std::string current;
    for (const std::string_view line : ascii::split(text, '\n')) {
      const std::string_view help = described(line, "# HELP "), type = described(line, "# TYPE ");
      if (!help.empty() || !type.empty()) {
        current = !help.empty() ? help : type;
        (!help.empty() ? families[current].help : families[current].type) = line;
      } else if (!line.empty() && line.front() != '#') {
        const std::string_view name = line.substr(0, line.find_first_of("{ "));
        families[!current.empty() && name.starts_with(current) ? current : std::string(name)].samples +=
            labelled(line, program);
      }
    }
  }
  std::string out;
  for (const auto& [name, family] : families) {
    if (!family.help.empty()) out += family.help + '\n';
    if (!family.type.empty()) out += family.type + '\n';
    out += family.samples;
  }
  return out;
}

}  // namespace linkgate::supervise
