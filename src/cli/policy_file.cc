#include "cli/policy_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>

#include "base/ascii.h"
#include "base/config_checks.h"
#include "verdict/policy_parameters.h"

namespace linkgate::cli {
namespace {

using verdict::Group;
using verdict::Parameter;
using verdict::ParameterKind;
using verdict::SafeLinksPolicy;
using verdict::SafeLinksRule;

// One reading: names the place of what is wrong.
struct Source {
  const std::string& file;

  Error wrong(const toml::source_position& at, std::string_view what) const {
    return Error(ErrorCode::kInvalidArgument, fmt::format("{}:{}:{}: {}", file, at.line, at.column, what));
  }
  Error wrong(const toml::node& at, std::string_view what) const { return wrong(at.source().begin, what); }
};

bool texts_of(const toml::node& node, std::vector<std::string>* texts) {
  if (const auto text = node.value_exact<std::string>()) return texts->push_back(*text), true;
  if (const auto flag = node.value_exact<bool>()) return texts->push_back(*flag ? "true" : "false"), true;
  if (const auto number = node.value_exact<int64_t>()) return texts->push_back(std::to_string(*number)), true;
  const toml::array* array = node.as_array();
  if (array == nullptr) return false;
  for (const toml::node& item : *array) {
    const auto text = item.value_exact<std::string>();
    if (!text) return false;
    texts->push_back(*text);
  }
  return true;
}

struct Setting {
  std::string name;
  const toml::node* value;
  toml::source_position at;
};

// "SafeAttachments.Action" stands in a table of its own, one level deep.
std::vector<Setting> settings_of(const toml::table& table) {
  std::vector<Setting> settings;
  for (const auto& [key, node] : table) {
    const toml::table* inner = node.as_table();
    if (inner == nullptr) settings.push_back({std::string(key.str()), &node, key.source().begin});
    if (inner == nullptr) continue;
    for (const auto& [name, value] : *inner)
      settings.push_back({fmt::format("{}.{}", key.str(), name.str()), &value, name.source().begin});
  }
  return settings;
}

template <typename Owner>
Result<Owner> read_owner(const Source& source, const toml::table& table, Owner owner,
                         std::span<const Parameter<Owner>> parameters) {
  std::vector<std::string> names;
  for (const auto& parameter : parameters) names.emplace_back(parameter.name);
  for (const Setting& setting : settings_of(table)) {
    std::vector<std::string> values;
    if (!texts_of(*setting.value, &values))
      return source.wrong(setting.at,
                          setting.name + " wants a text, a number, true or false, or a list of texts");
    const auto set = verdict::set_parameter(owner, setting.name, values);
    if (set) continue;
    const std::string near =
        set.error().code() == ErrorCode::kNotFound ? nearest(setting.name, names) : std::string();
    return source.wrong(setting.at,
                        set.error().message() + (near.empty() ? "" : "; did you mean " + near + "?"));
  }
  return owner;
}

Result<Group> read_group(const Source& source, const toml::table& table) {
  Group group;
  for (const Setting& setting : settings_of(table)) {
    std::vector<std::string> values;
    const bool is_name = ascii::iequals(setting.name, "Name");
    if (!is_name && !ascii::iequals(setting.name, "Members"))
      return source.wrong(setting.at, "a group has Name and Members, not " + setting.name);
    if (!texts_of(*setting.value, &values) || (is_name && values.size() != 1))
      return source.wrong(setting.at, is_name ? "Name wants a text" : "Members wants a list of addresses");
    if (is_name) {
      group.name = values[0];
    } else {
      group.members = std::move(values);
    }
  }
  return group;
}

// [[key]], each read and held to what such a thing must be.
Result<void> for_each_table(const Source& source, const toml::table& root, std::string_view key,
                            const std::function<Result<void>(const toml::table&)>& read) {
  const toml::node* node = root.get(key);
  if (node == nullptr) return {};
  const toml::array* array = node->as_array();
  if (array == nullptr || (!array->empty() && !array->is_homogeneous<toml::table>()))
    return source.wrong(*node, fmt::format("{0} is a list of tables: write [[{0}]]", key));
  for (const toml::node& item : *array) {
    const auto one = read(*item.as_table());
    if (one) continue;
    const bool has_place = one.error().message().starts_with(source.file + ":");
    return has_place ? one.error() : source.wrong(item, one.error().message());
  }
  return {};
}

template <typename Owner, typename NameOf>
Result<void> check_unique(std::string_view what, const std::vector<Owner>& owners, NameOf name_of) {
  for (size_t i = 0; i < owners.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (ascii::iequals(name_of(owners[i]), name_of(owners[j])))
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("the {} \"{}\" stands in the file twice", what, name_of(owners[i])));
    }
  }
  return {};
}

Result<void> check_names(const PolicyFile& file) {
  TRY(check_unique(
      "policy", file.policies, [](const auto& one) -> auto& { return one.Name; }));
  TRY(check_unique(
      "rule", file.rules, [](const auto& one) -> auto& { return one.rule.Name; }));
  TRY(check_unique(
      "preset", file.presets, [](const auto& one) -> auto& { return one.Name; }));
  return check_unique(
      "group", file.groups, [](const auto& one) -> auto& { return one.name; });
}

Result<SafeLinksRule> read_preset(const Source& source, const toml::table& table) {
  const auto name = table["Name"].value<std::string>();
  const auto preset = name ? verdict::find_preset(*name) : std::nullopt;
  if (!preset) return source.wrong(table, "a preset has a Name: Strict, Standard or Built-in");
  TRY_ASSIGN(SafeLinksRule rule,
             read_owner(source, table, verdict::preset_rule(*preset), verdict::rule_parameters()));
  rule.Name = verdict::preset_policy(*preset).Name;
  TRY(verdict::validate_preset(rule));
  return rule;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string quoted_list(const std::vector<std::string>& values) {
  std::vector<std::string> items;
  for (const std::string& value : values) items.push_back(quoted(value));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

template <typename Owner>
void print_owner(std::string_view table, const Owner& owner, std::span<const Parameter<Owner>> parameters,
                 std::string* out) {
  *out += fmt::format("[[{}]]\n", table);
  for (const auto& parameter : parameters) {
    const auto values = parameter.get(owner);
    if (values.empty() || values[0].empty()) continue;
    std::string value = quoted(values[0]);
    if (parameter.kind == ParameterKind::kList) value = quoted_list(values);
    if (parameter.kind == ParameterKind::kBoolean || parameter.kind == ParameterKind::kInteger)
      value = values[0];
    *out += fmt::format("{} = {}\n", parameter.name, value);
  }
  *out += '\n';
}

}  // namespace

Result<PolicyFile> parse_policy_file(const std::string& name, std::string_view text) {
  const Source source{name};
  if (text.size() > kMaxPolicyFile) return Error(ErrorCode::kLimit, name + ": longer than 64 MiB");
  toml::table root;
  try {
    root = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    return source.wrong(error.source().begin, error.description());
  }
  static const std::vector<std::string> kTables = {"policy", "rule", "preset", "group"};
  for (const auto& [key, node] : root) {
    if (std::find(kTables.begin(), kTables.end(), key.str()) == kTables.end())
      return source.wrong(key.source().begin,
                          fmt::format("unknown table {}; there are {}", key.str(), fmt::join(kTables, ", ")));
  }
  PolicyFile file;
  TRY(for_each_table(source, root, "policy", [&](const toml::table& table) -> Result<void> {
    TRY_ASSIGN(auto policy, read_owner(source, table, SafeLinksPolicy{}, verdict::policy_parameters()));
    TRY(verdict::validate(policy));
    file.policies.push_back(std::move(policy));
    return {};
  }));
  TRY(for_each_table(source, root, "rule", [&](const toml::table& table) -> Result<void> {
    TRY_ASSIGN(auto rule, read_owner(source, table, SafeLinksRule{}, verdict::rule_parameters()));
    TRY(verdict::validate(rule));
    file.rules.push_back({std::move(rule), table.contains("Priority")});
    return {};
  }));
  TRY(for_each_table(source, root, "preset", [&](const toml::table& table) -> Result<void> {
    TRY_ASSIGN(file.presets.emplace_back(), read_preset(source, table));
    return {};
  }));
  TRY(for_each_table(source, root, "group", [&](const toml::table& table) -> Result<void> {
    TRY_ASSIGN(auto group, read_group(source, table));
    TRY(verdict::validate(group));
    file.groups.push_back(std::move(group));
    return {};
  }));
  if (auto unique = check_names(file); !unique) return std::move(unique).error().with_context(name);
  return file;
}

std::string print_policy_file(const verdict::PolicySet& set) {
  std::string out;
  for (const auto& policy : set.policies()) print_owner("policy", policy, verdict::policy_parameters(), &out);
  for (const auto& rule : set.rules()) print_owner("rule", rule, verdict::rule_parameters(), &out);
  for (const verdict::Preset preset : verdict::kPresets) {
    const SafeLinksRule& rule = set.presets()[static_cast<size_t>(preset)];
    if (rule == verdict::preset_rule(preset)) continue;
    SafeLinksRule printed = rule;
    printed.SafeLinksPolicy.clear();
    print_owner("preset", printed, verdict::rule_parameters(), &out);
  }
  for (const Group& group : set.groups()) {
    if (group.source.empty())
      out += fmt::format("[[group]]\nName = {}\nMembers = {}\n\n", quoted(group.name),
                         quoted_list(group.members));
  }
  return out;
}

}  // namespace linkgate::cli
