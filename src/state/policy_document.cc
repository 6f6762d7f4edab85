#include "state/policy_document.h"

#include <nlohmann/json.hpp>

#include "verdict/policy_parameters.h"

namespace linkgate::state {
namespace {

using Json = nlohmann::json;
using verdict::ParameterKind;

std::string print(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Error corrupt(std::string_view what) {
  return Error(ErrorCode::kCorrupt, "state: a stored document " + std::string(what));
}

template <typename Owner>
Json to_json(const Owner& owner, std::span<const verdict::Parameter<Owner>> parameters) {
  Json json = Json::object();
  for (const auto& parameter : parameters) {
    const std::vector<std::string> values = parameter.get(owner);
    Json& member = json[std::string(parameter.name)];
    switch (parameter.kind) {
      case ParameterKind::kList:
        member = values;
        break;
      case ParameterKind::kBoolean:
        member = values[0] == "true";
        break;
      case ParameterKind::kInteger:
        member = std::stoi(values[0]);
        break;
      case ParameterKind::kText:
      case ParameterKind::kWord:
        member = values[0];
        break;
    }
  }
  return json;
}

bool texts_of(const Json& member, std::vector<std::string>* texts) {
  if (member.is_string()) {
    texts->push_back(member.get<std::string>());
  } else if (member.is_boolean() || member.is_number_integer()) {
    texts->push_back(member.dump());
  } else if (member.is_array()) {
    for (const Json& item : member) {
      if (!item.is_string()) return false;
      texts->push_back(item.get<std::string>());
    }
  } else {
    return false;
  }
  return true;
}

template <typename Owner>
Result<Owner> from_json(std::string_view text, std::span<const verdict::Parameter<Owner>> parameters) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return corrupt("is no JSON object");
  Owner owner;
  for (const auto& parameter : parameters) {
    const auto member = json.find(parameter.name);
    if (member == json.end()) continue;
    std::vector<std::string> values;
    if (!texts_of(*member, &values) || !parameter.set(owner, values)) {
      return corrupt("has a wrong " + std::string(parameter.name));
    }
  }
  return owner;
}

}  // namespace

std::string policy_to_json(const verdict::SafeLinksPolicy& policy) {
  return print(to_json(policy, verdict::policy_parameters()));
}
std::string rule_to_json(const verdict::SafeLinksRule& rule) {
  return print(to_json(rule, verdict::rule_parameters()));
}
std::string strings_to_json(const std::vector<std::string>& values) { return print(Json(values)); }

std::string evidence_to_json(const std::vector<verdict::Evidence>& evidence) {
  Json json = Json::array();
  for (const auto& item : evidence) json.push_back({item.code, item.sentence, item.artifact});
  return print(json);
}

Result<verdict::SafeLinksPolicy> policy_from_json(std::string_view json) {
  return from_json(json, verdict::policy_parameters());
}
Result<verdict::SafeLinksRule> rule_from_json(std::string_view json) {
  return from_json(json, verdict::rule_parameters());
}

Result<std::vector<std::string>> strings_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  std::vector<std::string> values;
  if (!json.is_array() || !texts_of(json, &values)) return corrupt("is no list of texts");
  return values;
}

Result<std::vector<verdict::Evidence>> evidence_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return corrupt("is no list of evidence");
  std::vector<verdict::Evidence> evidence;
  for (const Json& item : json) {
    std::vector<std::string> parts;
    if (!item.is_array() || item.size() != 3 || !texts_of(item, &parts)) return corrupt("holds no evidence");
    evidence.push_back({parts[0], parts[1], parts[2]});
  }
  return evidence;
}

}  // namespace linkgate::state
