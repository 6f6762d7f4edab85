#include "kql/lower_parsed.h"

#include <algorithm>

#include "kql/convert.h"
#include "kql/function.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

constexpr std::string_view kParsers[] = {"parse_json", "parsejson", "todynamic", "toobject"};

bool is_call(const BoundExpr& expr, std::string_view name) {
  return expr.kind == BoundKind::kCall && expr.function->name == name;
}

class ParsedLowering {
 public:
  ParsedLowering(sql::Tree& tree, const TextOf& text_of) : t_(tree), text_of_(text_of) {}

  Ref lower(const BoundExpr& e) {
    if (is_call(e, "[]")) return member(e);
    if (is_call(e, "tostring")) return member_text(*e.args[0]);
    if (is_call(e, "array_length") || is_call(e, "arraylength")) return array_length(*e.args[0]);
    return nullptr;
  }

 private:
  struct Path {
    Ref text = nullptr;
    std::vector<Ref> steps;
    bool in_array = false;  // the first step is a place, which objects have none of
  };

  // d.a.b["c"] and d[2].a with constant names and one place at most, which comes first.
  Path path(const BoundExpr& e) {
    if (!is_call(e, "[]")) return {text_of_(e), {}, false};
    if (e.args[1]->kind != BoundKind::kLiteral) return {};
    const auto* name = std::get_if<std::string>(&e.args[1]->value);
    const auto* place = std::get_if<int64_t>(&e.args[1]->value);
    if ((name == nullptr && place == nullptr) || (place != nullptr && is_call(*e.args[0], "[]"))) return {};
    Path found = path(*e.args[0]);
    if (found.text == nullptr) return {};
    if (name != nullptr) {
      found.steps.push_back(t_.text(*name));
    } else {
      // The engine counts from 1, backwards from -1, and in 32 bits.
      const int64_t at = std::clamp<int64_t>(*place, -INT32_MAX, INT32_MAX - 1);
      found.steps.push_back(t_.integer(at < 0 ? at : at + 1));
      found.in_array = true;
    }
    return found;
  }

  Ref extract(std::string_view function, const Path& path) {
    std::vector<Ref> args{path.text};
    args.insert(args.end(), path.steps.begin(), path.steps.end());
    return t_.call(function, std::move(args));
  }

  Ref is_array(Ref text) {
    return t_.call("or", {t_.call("startsWith", {text, t_.text("[")}),
                          t_.call("match", {text, t_.text(R"(^[\t\n\r ]+\[)")})});
  }

  // What is not there, and all of what is no JSON, is "".
  Ref raw(const Path& path) {
    const Ref found = t_.call(
        "nullIf", {t_.call("nullIf", {extract("JSONExtractRaw", path), t_.text("")}), t_.text("null")});
    return path.in_array ? t_.call("if", {is_array(path.text), found, t_.null()}) : found;
  }

  Ref member(const BoundExpr& e) {
    const Path found = path(e);
    return found.text == nullptr ? nullptr : raw(found);
  }

  // Most members are texts, and most of those are not empty.
  Ref member_text(const BoundExpr& e) {
    if (!is_call(e, "[]")) return nullptr;
    const Path found = path(e);
    if (found.text == nullptr) return nullptr;
    const Ref text = extract("JSONExtractString", found);
    Ref direct = t_.call("notEmpty", {text});
    if (found.in_array) direct = t_.call("and", {is_array(found.text), direct});
    return t_.call("if", {direct, text, convert(t_, raw(found), Type::kDynamic, Type::kString, true)});
  }

  // The engine gives what is no JSON the length 0: only an empty array may have it. (Asking isValidJSON costs
  // as much again.)
  Ref array_length(const BoundExpr& e) {
    const Ref text = text_of_(e);
    if (text == nullptr) return nullptr;
    const Ref empty = t_.call("match", {text, t_.text(R"(^[\t\n\r ]*\[[\t\n\r ]*\][\t\n\r ]*$)")});
    const Ref impossible = t_.call("if", {empty, t_.integer(-1), t_.integer(0)});
    const Ref length = t_.call("toInt64", {t_.call("JSONLength", {text})});
    return t_.call("if", {is_array(text), t_.call("nullIf", {length, impossible}), t_.null()});
  }

  sql::Tree& t_;
  const TextOf& text_of_;
};

}  // namespace

const BoundExpr* parsed_text(const BoundExpr& expr) {
  if (expr.kind != BoundKind::kCall || expr.args.size() != 1) return nullptr;
  const BoundExpr& text = *expr.args[0];
  if (text.kind != BoundKind::kColumn || text.type != Type::kString) return nullptr;
  const bool parses =
      std::find(std::begin(kParsers), std::end(kParsers), expr.function->name) != std::end(kParsers);
  return parses ? &text : nullptr;
}

sql::Ref lower_parsed(sql::Tree& tree, const BoundExpr& expr, const TextOf& text_of) {
  return ParsedLowering(tree, text_of).lower(expr);
}

}  // namespace linkgate::kql
