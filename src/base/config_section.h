#pragma once
// A table of the configuration file and what its keys must look like. Private to config.cc, which is why
// toml++ may stand here.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/config_checks.h"
#include "base/error.h"

namespace linkgate {

// One reading of the file. The first thing that is wrong stays; what follows is skipped. With no file (keys
// of the documentation), it only notes what is asked for.
struct Reading {
  std::string file;
  std::optional<Error> error;
  std::vector<std::string>* asked = nullptr;
  std::map<std::string, std::string> places;

  std::string place(const toml::source_position& at) const {
    return fmt::format("{}:{}:{}", file, at.line, at.column);
  }

  void fail(const toml::source_position& at, const std::string& what) {
    if (error) return;
    error.emplace(ErrorCode::kInvalidArgument, fmt::format("{}: {}", place(at), what));
  }
};

inline std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a number";
    case toml::node_type::floating_point:
      return "a fraction";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

// A table of the file under its path, "click" or "gateway.listener". Every call names one key it may have,
// takes the value where the file has one, and checks it; finish() refuses every key that no call has named.
class Section {
 public:
  using Check =
      std::function<std::optional<std::string>(std::string_view)>;  // what is wrong with a value, if anything

  Section(Reading& reading, std::string path, const toml::table* table)
      : reading_(reading), path_(std::move(path)), table_(table) {}

  void text(std::string_view key, std::string& out, const Check& check = {}) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::string>();
    if (!value) return wrong(key, *node, "wants a string");
    if (const auto trouble = check ? check(*value) : std::nullopt) return wrong_value(key, *node, *trouble);
    out = *value;
  }

  void texts(std::string_view key, std::vector<std::string>& out, const Check& check = {}) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr) return wrong(key, *node, "wants a list of strings");
    std::vector<std::string> values;
    for (const toml::node& item : *array) {
      const auto value = item.value_exact<std::string>();
      if (!value) return wrong(key, item, "wants a list of strings, and one of them");
      if (const auto trouble = check ? check(*value) : std::nullopt) return wrong_value(key, item, *trouble);
      values.push_back(*value);
    }
    out = std::move(values);
  }

  void flag(std::string_view key, bool& out) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<bool>();
    if (!value) return wrong(key, *node, "wants true or false");
    out = *value;
  }

  void number(std::string_view key, int& out, int least, int most) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<int64_t>();
    if (!value) return wrong(key, *node, "wants a whole number");
    if (*value < least || *value > most) {
      return wrong_value(key, *node, fmt::format("{} is not between {} and {}", *value, least, most));
    }
    out = static_cast<int>(*value);
  }

  void ports(std::string_view key, std::vector<uint16_t>& out) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr) return wrong(key, *node, "wants a list of port numbers");
    std::vector<uint16_t> values;
    for (const toml::node& item : *array) {
      const auto value = item.value_exact<int64_t>();
      if (!value || *value < 1 || *value > 65535) return wrong_value(key, item, "a port is 1 to 65535");
      values.push_back(static_cast<uint16_t>(*value));
    }
    out = std::move(values);
  }

  // Whole units, or a string with one of `suffixes`: 90, "90s", "15m"; 1048576, "1MiB".
  void quantity(std::string_view key, uint64_t& out, std::span<const Unit> units, uint64_t least,
                uint64_t most) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    std::optional<uint64_t> value;
    if (const auto whole = node->value_exact<int64_t>(); whole && *whole >= 0)
      value = static_cast<uint64_t>(*whole);
    if (const auto text = node->value_exact<std::string>()) value = parse_quantity(*text, units);
    if (!value) return wrong(key, *node, fmt::format("wants {}", describe_units(units)));
    if (*value < least || *value > most) {
      return wrong_value(key, *node,
                         fmt::format("must lie between {} and {}", print_quantity(least, units),
                                     print_quantity(most, units)));
    }
    out = *value;
  }
  void bytes(std::string_view key, uint64_t& out, uint64_t least, uint64_t most) {
    quantity(key, out, kByteUnits, least, most);
  }
  void duration(std::string_view key, std::chrono::seconds& out, std::chrono::seconds least,
                std::chrono::seconds most) {
    auto value = static_cast<uint64_t>(out.count());
    quantity(key, value, kTimeUnits, static_cast<uint64_t>(least.count()),
             static_cast<uint64_t>(most.count()));
    out = std::chrono::seconds(value);
  }

  void durations(std::string_view key, std::vector<std::chrono::seconds>& out, std::chrono::seconds least,
                 std::chrono::seconds most) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr) return wrong(key, *node, "wants a list of durations");
    std::vector<std::chrono::seconds> values;
    for (const toml::node& item : *array) {
      const auto text = item.value_exact<std::string>();
      const auto value = text ? parse_quantity(*text, kTimeUnits) : std::nullopt;
      if (!value) return wrong(key, item, fmt::format("wants {} in a list", describe_units(kTimeUnits)));
      const std::chrono::seconds duration(*value);
      if (duration < least || duration > most) return wrong_value(key, item, *text + " is out of range");
      values.push_back(duration);
    }
    out = std::move(values);
  }

  // [key], read once, also where it is absent so that its keys are known.
  void table(std::string_view key, const std::function<void(Section&)>& read) {
    const toml::node* node = find_part(key);
    const toml::table* inner = node != nullptr ? node->as_table() : nullptr;
    if (node != nullptr && inner == nullptr)
      return wrong(key, *node, fmt::format("is a table: write [{}]", full(key)));
    Section section(reading_, full(key), inner);
    read(section);
    section.finish();
  }

  // [[key]], once for each.
  void tables(std::string_view key, const std::function<void(Section&)>& read) {
    const toml::node* node = find_part(key);
    if (reading_.asked != nullptr) {
      Section section(reading_, full(key), nullptr);
      read(section);
    }
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr || (!array->empty() && !array->is_homogeneous<toml::table>())) {
      return wrong(key, *node, fmt::format("is a list of tables: write [[{}]]", full(key)));
    }
    for (const toml::node& item : *array) {
      Section section(reading_, full(key), item.as_table());
      read(section);
      section.finish();
    }
  }

  // A rule over several keys, told at the place of one of them.
  void rule(std::string_view key, bool holds, const std::string& otherwise) {
    if (holds) return;
    const toml::node* node = table_ != nullptr ? table_->get(key) : nullptr;
    const toml::node* place = node != nullptr ? node : table_;
    reading_.fail(place != nullptr ? place->source().begin : toml::source_position{1, 1},
                  fmt::format("{} {}", full(key), otherwise));
  }
  bool given() const { return table_ != nullptr; }

  void finish() {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
      const std::string near = nearest(key.str(), known_);
      const std::string hint = near.empty() ? "" : fmt::format("; did you mean {}?", full(near));
      reading_.fail(key.source().begin, fmt::format("unknown key {}{}", full(key.str()), hint));
    }
  }

 private:
  std::string full(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  }
  const toml::node* find(std::string_view key) {
    if (reading_.asked != nullptr) reading_.asked->push_back(full(key));
    const toml::node* node = find_part(key);
    if (node != nullptr) reading_.places.emplace(full(key), reading_.place(node->source().begin));
    return node;
  }
  const toml::node* find_part(std::string_view key) {
    known_.emplace_back(key);
    return table_ != nullptr ? table_->get(key) : nullptr;
  }
  void wrong(std::string_view key, const toml::node& at, std::string_view wants) {
    reading_.fail(at.source().begin, fmt::format("{} {}, this is {}", full(key), wants, type_name(at)));
  }
  void wrong_value(std::string_view key, const toml::node& at, std::string_view trouble) {
    reading_.fail(at.source().begin, fmt::format("{}: {}", full(key), trouble));
  }

  Reading& reading_;
  std::string path_;
  const toml::table* table_;
  std::vector<std::string> known_;
};

inline Section::Check one_of(std::vector<std::string> words) {
  return [words = std::move(words)](std::string_view value) -> std::optional<std::string> {
    if (std::find(words.begin(), words.end(), value) != words.end()) return std::nullopt;
    return fmt::format("\"{}\" is none of {}", value, fmt::join(words, ", "));
  };
}

}  // namespace linkgate
