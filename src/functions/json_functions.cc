// dynamic values as a whole: canonical text, paths, schema. Source: Kusto documentation, dynamic_to_json(),
// treepath(), buildschema().

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "functions/function.h"
#include "functions/text.h"

namespace linkgate::functions {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr int kMaxDepth = 100;  // of values in one another; deeper is null

// Of values that are known to be one.
simdjson::dom::array array_of(const element& value) { return value.get_array().value_unsafe(); }
simdjson::dom::object object_of(const element& value) { return value.get_object().value_unsafe(); }

// False: nested too deep.
bool append_canonical(std::string& out, const element& value, int depth) {
  if (depth > kMaxDepth) return false;
  if (value.type() == element_type::ARRAY) {
    out += '[';
    bool first = true;
    for (const element member : array_of(value)) {
      if (!first) out += ',';
      first = false;
      if (!append_canonical(out, member, depth + 1)) return false;
    }
    out += ']';
    return true;
  }
  if (value.type() != element_type::OBJECT) {
    out += simdjson::minify(value);
    return true;
  }
  std::vector<simdjson::dom::key_value_pair> properties;
  for (const auto property : object_of(value)) properties.push_back(property);
  std::stable_sort(properties.begin(), properties.end(),
                   [](const auto& a, const auto& b) { return a.key < b.key; });
  out += '{';
  for (size_t i = 0; i < properties.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, properties[i].key);
    out += ':';
    if (!append_canonical(out, properties[i].value, depth + 1)) return false;
  }
  out += '}';
  return true;
}

Value dynamic_to_json(const Arguments& arguments) {
  simdjson::dom::parser parser;
  element root;
  const std::string_view text = arguments.text(0);
  std::string out;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  return append_canonical(out, root, 0) ? Value(std::move(out)) : std::nullopt;
}

// Each path once, in the order in which it is met; an array's members are all called [0].
bool collect_paths(const element& value, const std::string& path, int depth,
                   std::vector<std::string>& found) {
  if (depth > kMaxDepth) return false;
  const auto visit = [&](const element& member, std::string at) {
    if (std::find(found.begin(), found.end(), at) == found.end()) found.push_back(at);
    return collect_paths(member, at, depth + 1, found);
  };
  if (value.type() == element_type::ARRAY) {
    for (const element member : array_of(value)) {
      if (!visit(member, path + "[0]")) return false;
    }
  }
  if (value.type() == element_type::OBJECT) {
    for (const auto property : object_of(value)) {
      if (!visit(property.value, path + "['" + std::string(property.key) + "']")) return false;
    }
  }
  return true;
}

Value treepath(const Arguments& arguments) {
  simdjson::dom::parser parser;
  element root;
  const std::string_view text = arguments.text(0);
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS || !root.is_object())
    return std::nullopt;
  std::vector<std::string> paths;
  if (!collect_paths(root, "", 0, paths)) return std::nullopt;
  std::string out = "[";
  for (const std::string& path : paths) {
    if (out.size() > 1) out += ',';
    append_json_string(out, path);
  }
  return out + "]";
}

// What values at one place may be: types by name, and what their members may be. Properties and types stand
// in the order in which they are met.
struct Property;
struct Schema {
  std::vector<std::string> types;
  std::vector<Property> properties;
  bool container = false;

  Schema& at(std::string_view name);
  void add_type(std::string_view name) {
    if (std::find(types.begin(), types.end(), name) == types.end()) types.emplace_back(name);
  }
};
struct Property {
  std::string name;
  Schema schema;
};

Schema& Schema::at(std::string_view name) {
  container = true;
  for (Property& property : properties) {
    if (property.name == name) return property.schema;
  }
  properties.push_back({.name = std::string(name)});
  return properties.back().schema;
}

constexpr std::string_view kIndexer = "`indexer`";

bool learn(Schema& schema, const element& value, int depth) {
  if (depth > kMaxDepth) return false;
  switch (value.type()) {
    case element_type::ARRAY:
      for (const element member : array_of(value)) {
        if (!learn(schema.at(kIndexer), member, depth + 1)) return false;
      }
      return true;
    case element_type::OBJECT:
      schema.container = true;
      for (const auto property : object_of(value)) {
        if (!learn(schema.at(property.key), property.value, depth + 1)) return false;
      }
      return true;
    case element_type::STRING:
      schema.add_type("string");
      return true;
    case element_type::BOOL:
      schema.add_type("bool");
      return true;
    case element_type::DOUBLE:
      schema.add_type("double");
      return true;
    case element_type::INT64:
    case element_type::UINT64:
      schema.add_type("long");
      return true;
    case element_type::NULL_VALUE:
      return true;
  }
  return true;
}

// A type alone, or an array of several. Depth is that of what was learnt.
void append_schema(std::string& out, const Schema& schema) {
  const size_t count = schema.types.size() + (schema.container ? 1 : 0);
  if (count == 0) out += "\"null\"";
  if (count > 1) out += '[';
  for (size_t i = 0; i < schema.types.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, schema.types[i]);
  }
  if (schema.container) {
    if (!schema.types.empty()) out += ',';
    out += '{';
    for (size_t i = 0; i < schema.properties.size(); ++i) {
      if (i > 0) out += ',';
      append_json_string(out, schema.properties[i].name);
      out += ':';
      append_schema(out, schema.properties[i].schema);
    }
    out += '}';
  }
  if (count > 1) out += ']';
}

// Of the members of an array.
Value build_schema(const Arguments& arguments) {
  simdjson::dom::parser parser;
  element root;
  const std::string_view text = arguments.text(0);
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS || !root.is_array())
    return std::nullopt;
  Schema schema;
  for (const element member : array_of(root)) {
    if (!learn(schema, member, 0)) return std::nullopt;
  }
  if (schema.types.empty() && !schema.container) return std::nullopt;
  std::string out;
  append_schema(out, schema);
  return out;
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"buildschema", 1, 1, build_schema},
    {"dynamic_to_json", 1, 1, dynamic_to_json},
    {"treepath", 1, 1, treepath},
});

}  // namespace

std::span<const FunctionRow> json_rows() { return kRows; }

}  // namespace linkgate::functions
