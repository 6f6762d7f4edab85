#include "kql/function.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/check.h"

namespace linkgate::kql {
namespace {

constexpr uint32_t bit(Type type) { return 1U << static_cast<unsigned>(type); }
constexpr uint32_t kNumberBits =
    bit(Type::kInt) | bit(Type::kLong) | bit(Type::kReal);  // a decimal becomes a real
constexpr uint32_t kAllBits = (1U << (static_cast<unsigned>(Type::kDynamic) + 1)) - 1;

// Of the types that a parameter takes, the one that a dynamic argument becomes: the first of these.
constexpr Type kFromDynamic[] = {Type::kString, Type::kLong,     Type::kReal,     Type::kInt,
                                 Type::kBool,   Type::kDateTime, Type::kTimeSpan, Type::kGuid};
constexpr int kDynamicCost = 10;
constexpr int kFromDecimalCost = 5;

uint32_t parse_types(std::string_view text) {
  uint32_t bits = 0;
  for (std::string_view word : ascii::split(text, '|')) {
    if (word == "any")
      bits |= kAllBits;
    else if (word == "number")
      bits |= kNumberBits;
    else if (word == "scalar")
      bits |= kAllBits & ~bit(Type::kDynamic);
    else {
      const auto type = type_from_name(word);
      CHECK(type.has_value());
      bits |= bit(*type);
    }
  }
  return bits;
}

ParameterSpec parse_parameter(std::string_view text) {
  ParameterSpec found;
  for (bool more = true; more;) {
    more = false;
    if (text.ends_with("...")) text.remove_suffix(3), found.repeated = more = true;
    if (text.ends_with('?')) text.remove_suffix(1), found.optional = more = true;
    if (text.ends_with('#')) text.remove_suffix(1), found.constant = more = true;
  }
  if (text == "T")
    found.generic = true;
  else
    found.types = parse_types(text);
  return found;
}

std::vector<Function> build() {
  std::vector<Function> all;
  for (auto rows : {operator_rows(),     text_operator_rows(), string_rows(),           time_rows(),
                    conversion_rows(),   math_rows(),          dynamic_rows(),          decimal_rows(),
                    array_rows(),        bag_rows(),           network_rows(),          geo_rows(),
                    h3_rows(),           text_part_rows(),     encoding_rows(),         time_format_rows(),
                    series_rows(),       series_fit_rows(),    series_decompose_rows(), native_rows(),
                    measure_rows(),      distribution_rows(),  extension_rows(),        sketch_rows(),
                    series_period_rows()}) {
    for (const FunctionRow& row : rows) all.push_back(parse_signature(row));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Function& a, const Function& b) { return a.name < b.name; });
  return all;
}

bool count_fits(const Function& f, size_t count) {
  size_t needed = 0;
  for (const ParameterSpec& p : f.parameters) needed += p.optional || p.repeated ? 0 : 1;
  if (f.alternating) return count >= 3 && count % 2 == 1;
  return count >= needed && (count == 0 || parameter_of(f, count - 1, count) != nullptr);
}

// What an argument of `type` becomes for a parameter that takes `bits`.
std::optional<Type> converted(Type type, uint32_t bits, int& cost) {
  if ((bits & bit(type)) != 0) return type;
  ++cost;
  if (type == Type::kInt && (bits & bit(Type::kLong)) != 0) return Type::kLong;
  if (is_integer(type) && (bits & bit(Type::kReal)) != 0) return ++cost, Type::kReal;
  if (is_number(type) && (bits & bit(Type::kDecimal)) != 0) return cost += 2, Type::kDecimal;
  if (type == Type::kDecimal && (bits & bit(Type::kReal)) != 0) return cost += kFromDecimalCost, Type::kReal;
  if (type != Type::kDynamic) return std::nullopt;
  cost += kDynamicCost;
  for (Type target : kFromDynamic) {
    if ((bits & bit(target)) != 0) return target;
  }
  return std::nullopt;
}

// The one type of all generic arguments. A dynamic among others becomes what the others are.
std::optional<Type> unify(const Function& f, std::span<const BoundExpr* const> args) {
  std::optional<Type> found;
  bool dynamic = false;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!parameter_of(f, i, args.size())->generic) continue;
    if (args[i]->type == Type::kDynamic) {
      dynamic = true;
    } else if (!found) {
      found = args[i]->type;
    } else {
      found = common_type(*found, args[i]->type);
      if (!found) return std::nullopt;
    }
  }
  return found || !dynamic ? found : std::optional(Type::kDynamic);
}

}  // namespace

std::optional<Type> common_type(Type a, Type b) {
  if (a == b) return a;
  if (!is_number(a) || !is_number(b)) return std::nullopt;
  if (a == Type::kDecimal || b == Type::kDecimal) return Type::kDecimal;
  return a == Type::kReal || b == Type::kReal ? Type::kReal : Type::kLong;
}

Function parse_signature(const FunctionRow& row) {
  Function f{.name = row.name,
             .signature = row.signature,
             .lower = row.lower,
             .fold = row.fold,
             .check = row.check,
             .naming = row.naming,
             .is_operator = row.is_operator,
             .parts = row.parts,
             .stem = row.stem};
  const size_t open = row.signature.find(" (");
  CHECK(open != std::string_view::npos && row.signature.ends_with(')'));
  std::string_view result = row.signature.substr(0, open);
  if (result.ends_with('?')) f.nulls = NullRule::kAlways, result.remove_suffix(1);
  if (result.ends_with('!')) f.nulls = NullRule::kNever, result.remove_suffix(1);
  if (result.ends_with('&')) f.nulls = NullRule::kAllArguments, result.remove_suffix(1);
  if (result.ends_with('/')) f.nulls = NullRule::kDivision, result.remove_suffix(1);
  if (result != "T") {
    f.result = type_from_name(result);
    CHECK(f.result.has_value());
  }
  const std::string_view list = row.signature.substr(open + 2, row.signature.size() - open - 3);
  if (list.empty()) return f;
  f.alternating = list == "bool, T, ...";
  if (f.alternating) {
    f.parameters = {parse_parameter("bool"), parse_parameter("T")};
    return f;
  }
  for (std::string_view parameter : ascii::split(list, ','))
    f.parameters.push_back(parse_parameter(ascii::trim(parameter)));
  return f;
}

const ParameterSpec* parameter_of(const Function& f, size_t i, size_t count) {
  if (f.alternating) return &f.parameters[i % 2 == 1 || i + 1 == count ? 1 : 0];
  if (i < f.parameters.size()) return &f.parameters[i];
  return !f.parameters.empty() && f.parameters.back().repeated ? &f.parameters.back() : nullptr;
}

std::span<const Function> functions() {
  static const std::vector<Function> all = build();
  return all;
}

std::vector<const Function*> find_functions(std::string_view name) {
  std::vector<const Function*> found;
  for (const Function& f : functions()) {
    if (f.name == name) found.push_back(&f);
  }
  return found;
}

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> names;
  for (const Function& f : functions()) {
    if (!f.is_operator && (names.empty() || names.back() != f.name)) names.push_back(f.name);
  }
  return names;
}

bool is_sound_literal(const BoundExpr& e) {
  if (e.kind != BoundKind::kLiteral) return false;
  if (const auto* whole = std::get_if<int64_t>(&e.value)) return *whole > 0;
  if (const auto* text = std::get_if<std::string>(&e.value)) return !text->empty();
  const auto* real = std::get_if<double>(&e.value);
  return real != nullptr && *real > 0;
}

bool result_is_nullable(const Function& f, std::span<const BoundExpr* const> args) {
  const auto nullable = [](const BoundExpr* arg) { return arg->nullable; };
  switch (f.nulls) {
    case NullRule::kAlways:
      return true;
    case NullRule::kNever:
      return false;
    case NullRule::kAllArguments:
      return std::all_of(args.begin(), args.end(), nullable);
    case NullRule::kDivision:
      if (!is_sound_literal(*args[1])) return true;
      [[fallthrough]];
    case NullRule::kArguments:
      return std::any_of(args.begin(), args.end(), nullable);
  }
  return true;
}

std::optional<Fit> fit(const Function& f, std::span<const BoundExpr* const> args) {
  if (!count_fits(f, args.size())) return std::nullopt;
  Fit found;
  found.generic = unify(f, args);
  for (size_t i = 0; i < args.size(); ++i) {
    const ParameterSpec& parameter = *parameter_of(f, i, args.size());
    std::optional<Type> type = found.generic;
    if (parameter.generic && type && *type != args[i]->type)
      found.cost += args[i]->type == Type::kDynamic ? kDynamicCost : 1;
    if (!parameter.generic) type = converted(args[i]->type, parameter.types, found.cost);
    if (!type) return std::nullopt;
    found.types.push_back(*type);
  }
  return found;
}

}  // namespace linkgate::kql
