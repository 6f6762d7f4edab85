#include "kql/types.h"

#include <array>
#include <utility>

namespace linkgate::kql {
namespace {
// The first name of a type is the one that is printed.
constexpr std::array<std::pair<std::string_view, Type>, 17> kNames = {{
    {"bool", Type::kBool},
    {"boolean", Type::kBool},
    {"int", Type::kInt},
    {"long", Type::kLong},
    {"real", Type::kReal},
    {"double", Type::kReal},
    {"decimal", Type::kDecimal},
    {"string", Type::kString},
    {"datetime", Type::kDateTime},
    {"date", Type::kDateTime},
    {"timespan", Type::kTimeSpan},
    {"time", Type::kTimeSpan},
    {"guid", Type::kGuid},
    {"uniqueid", Type::kGuid},
    {"uuid", Type::kGuid},
    {"dynamic", Type::kDynamic},
    {"int64", Type::kLong},
}};
}  // namespace

std::string_view to_string(Type type) {
  for (const auto& [name, known] : kNames) {
    if (known == type) return name;
  }
  return "?";
}

std::string with_article(Type type) {
  return (type == Type::kInt ? "an " : "a ") + std::string(to_string(type));
}

std::optional<Type> type_from_name(std::string_view name) {
  for (const auto& [known, type] : kNames) {
    if (known == name) return type;
  }
  return std::nullopt;
}

std::string_view dotnet_name(Type type) {
  switch (type) {
    case Type::kBool:
      return "System.SByte";
    case Type::kInt:
      return "System.Int32";
    case Type::kLong:
      return "System.Int64";
    case Type::kReal:
      return "System.Double";
    case Type::kDecimal:
      return "System.Data.SqlTypes.SqlDecimal";
    case Type::kString:
      return "System.String";
    case Type::kDateTime:
      return "System.DateTime";
    case Type::kTimeSpan:
      return "System.TimeSpan";
    case Type::kGuid:
      return "System.Guid";
    case Type::kDynamic:
      return "System.Object";
  }
  return "";
}

}  // namespace linkgate::kql
