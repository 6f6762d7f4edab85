#include "kql/convert.h"

#include <cstdint>

#include "base/check.h"
#include "kql/sql_time.h"

namespace linkgate::kql {
namespace {

using sql::Ref;
using sql::Tree;

// Digits behind the point; sql_type() says the same.
constexpr int64_t kDecimalScale = 20;

Ref real_to_text(Tree& t, Ref value) {
  return with_value(t, value, [&](Ref v) {
    constexpr double kPlainBelow = 1e15;  // from here on the text has an exponent
    const Ref infinite =
        t.call("if", {t.call("greater", {v, t.integer(0)}), t.text("Infinity"), t.text("-Infinity")});
    const Ref whole = t.call("and", {t.call("equals", {v, t.call("trunc", {v})}),
                                     t.call("less", {t.call("abs", {v}), t.real(kPlainBelow)})});
    return t.call("multiIf",
                  {t.call("isNaN", {v}), t.text("NaN"), t.call("isInfinite", {v}), infinite, whole,
                   t.call("concat", {t.call("toString", {v}), t.text(".0")}), t.call("toString", {v})});
  });
}

Ref trimmed(Tree& t, Ref text) { return t.call("trimBoth", {text, t.text(" \t\r\n")}); }

Ref text_to_long(Tree& t, Ref text) {
  return with_value(t, trimmed(t, text), [&](Ref s) {
    const Ref is_hex = t.call("match", {s, t.text("^0[xX][0-9a-fA-F]{1,16}$")});
    const Ref digits =
        t.call("leftPad", {t.call("substring", {s, t.integer(3)}), t.integer(16), t.text("0")});
    const Ref hex = t.call("reinterpretAsInt64", {t.call("reverse", {t.call("unhex", {digits})})});
    return t.call("if", {is_hex, t.call("toNullable", {hex}), t.call("toInt64OrNull", {s})});
  });
}

Ref is_json_text(Tree& t, Ref json) { return t.call("startsWith", {json, t.text("\"")}); }
Ref json_truth(Tree& t, Ref json) {
  return t.call("multiIf", {t.call("equals", {json, t.text("true")}), t.integer(1),
                            t.call("equals", {json, t.text("false")}), t.integer(0), t.null()});
}

// Not a number at all, a number, or a string with either inside: JSON numbers are truncated, strings must be
// whole. A real that is too large becomes the largest integer; of a whole number the lower bits are left.
Ref dynamic_to_integer(Tree& t, Ref value, Type to) {
  return with_value(t, value, [&](Ref d) {
    const bool narrow = to == Type::kInt;
    const Ref text = text_to_long(t, to_text(t, d, Type::kDynamic, true));
    const Ref whole = t.call("toInt64OrNull", {d});
    const Ref real = with_value(t, t.call("trunc", {t.call("toFloat64OrNull", {d})}), [&](Ref r) {
      const Ref most = narrow ? t.call("toInt32", {t.integer(INT32_MAX)}) : t.long_value(INT64_MAX);
      const Ref least = narrow ? t.call("toInt32", {t.integer(INT32_MIN)}) : t.long_value(INT64_MIN);
      const Ref fits = t.call("accurateCastOrNull", {r, t.text(narrow ? "Int32" : "Int64")});
      const Ref clamped = t.call("if", {t.call("greater", {r, t.integer(0)}), most, least});
      return t.call("if", {t.call("isNull", {r}), t.null(), t.call("ifNull", {fits, clamped})});
    });
    return t.call(
        "if", {is_json_text(t, d), narrow ? t.call("accurateCastOrNull", {text, t.text("Int32")}) : text,
               t.call("coalesce", {narrow ? t.call("toInt32", {whole}) : whole, real, json_truth(t, d)})});
  });
}

// `number` reads what is neither true nor false: of a string only whole numbers, of a dynamic any.
Ref text_to_bool(Tree& t, Ref text, std::string_view number) {
  return with_value(t, t.call("lower", {text}), [&](Ref s) {
    const Ref counted = t.call("notEquals", {t.call(number, {s}), t.integer(0)});
    return t.call("multiIf", {t.call("equals", {s, t.text("true")}), t.integer(1),
                              t.call("equals", {s, t.text("false")}), t.integer(0), counted});
  });
}

Ref from_text(Tree& t, Ref text, Type to) {
  switch (to) {
    case Type::kBool:
      return text_to_bool(t, text, "toFloat64OrNull");
    case Type::kInt:
      return t.call("accurateCastOrNull", {text_to_long(t, text), t.text("Int32")});
    case Type::kLong:
      return text_to_long(t, text);
    case Type::kReal:
      return t.call("toFloat64OrNull", {trimmed(t, text)});
    case Type::kDecimal:
      return t.call("toDecimal256OrNull", {trimmed(t, text), t.integer(kDecimalScale)});
    case Type::kDateTime:
      return text_to_datetime(t, text);
    case Type::kTimeSpan:
      return text_to_timespan(t, text);
    case Type::kGuid: {
      return with_value(
          t, t.call("replaceAll", {t.call("lower", {text}), t.text("-"), t.text("")}), [&](Ref digits) {
            const Ref is_guid = t.call("match", {digits, t.text("^[0-9a-f]{32}$")});
            const Ref dashed =
                t.call("replaceRegexpOne",
                       {digits, t.text("^(.{8})(.{4})(.{4})(.{4})(.{12})$"), t.text("\\1-\\2-\\3-\\4-\\5")});
            return t.call("if", {is_guid, t.call("toNullable", {dashed}), t.null()});
          });
    }
    case Type::kDynamic:
      return t.call("toNullable",
                    {t.call("replaceAll", {t.call("toJSONString", {text}), t.text("\\/"), t.text("/")})});
    case Type::kString:
      break;
  }
  return text;
}

Ref to_integer(Tree& t, Ref value, Type from, Type to) {
  const std::string_view type = to == Type::kInt ? "Int32" : "Int64";
  if (from == Type::kReal && to == Type::kLong) {  // as .NET casts: what is too large is the least
    return with_value(t, t.call("trunc", {value}), [&](Ref v) {
      const Ref large = t.call("if", {t.call("isFinite", {v}), t.long_value(INT64_MIN), t.null()});
      return t.call("coalesce", {t.call("accurateCastOrNull", {v, t.text(type)}), large});
    });
  }
  if (from == Type::kReal || from == Type::kDecimal)
    return t.call("accurateCastOrNull", {t.call("trunc", {value}), t.text(type)});
  if (from == Type::kLong && to == Type::kInt) return t.call("accurateCastOrNull", {value, t.text(type)});
  return t.call(to == Type::kInt ? "toInt32" : "toInt64", {value});  // bool, int, and ticks as a number
}

}  // namespace

std::string_view sql_type(Type type) {
  switch (type) {
    case Type::kBool:
      return "UInt8";
    case Type::kInt:
      return "Int32";
    case Type::kReal:
      return "Float64";
    case Type::kDecimal:
      return "Decimal(76, 20)";
    case Type::kString:
    case Type::kGuid:
      return "String";
    case Type::kDynamic:
      return "Nullable(String)";
    case Type::kLong:
    case Type::kDateTime:
    case Type::kTimeSpan:
      return "Int64";
  }
  return "";
}

std::string_view sql_nullable_type(Type type) {
  switch (type) {
    case Type::kBool:
      return "Nullable(UInt8)";
    case Type::kInt:
      return "Nullable(Int32)";
    case Type::kReal:
      return "Nullable(Float64)";
    case Type::kDecimal:
      return "Nullable(Decimal(76, 20))";
    case Type::kString:
      return "String";
    case Type::kGuid:
    case Type::kDynamic:
      return "Nullable(String)";
    case Type::kLong:
    case Type::kDateTime:
    case Type::kTimeSpan:
      return "Nullable(Int64)";
  }
  return "";
}

Ref lower_literal(Tree& t, Type type, const Value& value) {
  if (is_null(value)) return t.cast(t.null(), sql_nullable_type(type));
  switch (type) {
    case Type::kBool:
      return t.integer(std::get<bool>(value) ? 1 : 0);
    case Type::kInt:
      return t.call("toInt32", {t.integer(std::get<int64_t>(value))});
    case Type::kLong:
    case Type::kDateTime:
    case Type::kTimeSpan:
      return t.long_value(std::get<int64_t>(value));
    case Type::kReal:
      return t.call("toFloat64", {t.real(std::get<double>(value))});
    case Type::kDecimal:
      return t.call("toDecimal256", {t.text(std::get<std::string>(value)), t.integer(kDecimalScale)});
    case Type::kString:
    case Type::kGuid:
      return t.text(std::get<std::string>(value));
    case Type::kDynamic:
      return t.call("toNullable", {t.text(std::get<std::string>(value))});
  }
  return t.null();
}

Ref to_text(Tree& t, Ref value, Type type, bool nullable) {
  Ref text = value;
  switch (type) {
    case Type::kString:
      return value;
    case Type::kDynamic:
      return with_value(t, value, [&](Ref d) {
        return t.call("multiIf", {t.call("isNull", {d}), t.text(""), t.call("startsWith", {d, t.text("\"")}),
                                  t.call("JSONExtractString", {t.call("assumeNotNull", {d})}),
                                  t.call("assumeNotNull", {d})});
      });
    case Type::kBool:
      text = t.call("if", {value, t.text("True"), t.text("False")});
      break;
    case Type::kReal:
      text = real_to_text(t, value);
      break;
    case Type::kDateTime:
      text = datetime_to_text(t, value);
      break;
    case Type::kTimeSpan:
      text = timespan_to_text(t, value);
      break;
    case Type::kInt:
    case Type::kLong:
    case Type::kDecimal:
      text = t.call("toString", {value});
      break;
    case Type::kGuid:
      break;
  }
  if (!nullable) return text;
  if (type == Type::kBool) return t.call("if", {t.call("isNull", {value}), t.text(""), text});
  return t.call("ifNull", {text, t.text("")});
}

bool conversion_can_fail(Type from, Type to) {
  if (to == Type::kString || from == to) return false;
  if (from == Type::kString) return to != Type::kDynamic;
  if (from == Type::kGuid) return to != Type::kDynamic;
  return from == Type::kDynamic || from == Type::kReal || from == Type::kDecimal ||
         (from == Type::kLong && to == Type::kInt);
}

Ref convert(Tree& t, Ref value, Type from, Type to, bool nullable) {
  if (from == to) return value;
  if (to == Type::kString) return to_text(t, value, from, nullable);
  if (to == Type::kDynamic) return to_dynamic(t, value, from, nullable);
  if (from == Type::kGuid) return t.cast(t.null(), sql_nullable_type(to));  // no number and no time
  if (from == Type::kString && to == Type::kBool) return text_to_bool(t, value, "toInt64OrNull");
  if (from == Type::kString) return from_text(t, value, to);
  if (from == Type::kDynamic) {
    if (is_integer(to)) return dynamic_to_integer(t, value, to);
    return with_value(t, value, [&](Ref d) {
      const Ref text = to_text(t, d, from, true);
      if (to == Type::kReal) return t.call("coalesce", {from_text(t, text, to), json_truth(t, d)});
      if (to != Type::kBool) return from_text(t, text, to);
      const Ref counted = t.call("notEquals", {text_to_long(t, text), t.integer(0)});
      const Ref of_text = t.call("coalesce", {text_to_bool(t, text, "toInt64OrNull"), counted});
      return t.call("if", {is_json_text(t, d), of_text, from_text(t, text, to)});
    });
  }
  switch (to) {
    case Type::kInt:
    case Type::kLong:
      return to_integer(t, value, from, to);
    case Type::kReal:
      return t.call("toFloat64", {value});
    case Type::kDecimal:  // through text: 0.1 is meant, not the binary number beside it
      return from_text(t, t.call("toString", {value}), to);
    case Type::kBool:
      return t.call("notEquals", {value, t.integer(0)});
    default:
      return value;  // datetime and timespan from ticks
  }
}

Ref to_dynamic(Tree& t, Ref value, Type type, bool nullable) {
  switch (type) {
    case Type::kDynamic:
      return value;
    case Type::kString:
    case Type::kGuid:
      return from_text(t, value, Type::kDynamic);
    case Type::kBool: {
      const Ref text = t.call("if", {value, t.text("true"), t.text("false")});
      const Ref guarded = nullable ? t.call("if", {t.call("isNull", {value}), t.null(), text}) : text;
      return t.call("toNullable", {guarded});
    }
    case Type::kInt:
    case Type::kLong:
      return t.call("toNullable", {t.call("toString", {value})});
    case Type::kReal:
      return with_value(t, value, [&](Ref v) {
        const Ref text = real_to_text(t, v);
        return t.call("toNullable",
                      {t.call("if", {t.call("isFinite", {v}), text, t.call("toJSONString", {text})})});
      });
    case Type::kDecimal:
      return from_text(t, t.call("toString", {value}), Type::kDynamic);
    case Type::kDateTime:
      return from_text(t, datetime_to_text(t, value), Type::kDynamic);
    case Type::kTimeSpan:
      return from_text(t, timespan_to_text(t, value), Type::kDynamic);
  }
  CHECK(false);
}

}  // namespace linkgate::kql
