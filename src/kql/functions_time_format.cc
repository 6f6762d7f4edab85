// Times as text, their parts, and time zones.

#include <array>

#include "base/ascii.h"
#include "kql/function.h"
#include "kql/sql_time.h"
#include "kql/time_zone.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

const std::string& constant_text(const BoundExpr& e) { return std::get<std::string>(e.value); }

// ---- formats: runs of one letter are elements, what stands between them is one of these
constexpr std::string_view kDelimiters = " /-:,._[]";
constexpr size_t kMaxFractionDigits = 7;

struct Element {
  char letter = 0;  // 0: `text` stands for itself
  size_t length = 0;
  std::string text;
};

// How many letters one element takes at most: "dddd" of a datetime is "dd" twice.
size_t longest(char letter, bool timespan) {
  if (letter == 'f' || letter == 'F') return kMaxFractionDigits;
  if (letter == 'd' && timespan) return 8;
  if (letter == 'y') return 4;
  return 2;
}
bool is_element(const Element& e, bool timespan) {
  const std::string_view letters = timespan ? "dfFhHms" : "dfFhHmMsty";
  if (letters.find(e.letter) == std::string_view::npos) return false;
  if (e.letter == 'y') return e.length == 2 || e.length == 4;
  return e.letter != 't' || e.length == 2;
}
// The format's elements; nullopt and where, if it is none.
std::optional<std::vector<Element>> elements_of(std::string_view format, bool timespan) {
  std::vector<Element> found;
  for (size_t i = 0; i < format.size();) {
    const char c = format[i];
    if (kDelimiters.find(c) != std::string_view::npos) {
      found.push_back({0, 1, std::string(1, c)});
      ++i;
      continue;
    }
    Element e{c, 1, ""};
    while (e.length < longest(c, timespan) && i + e.length < format.size() && format[i + e.length] == c)
      ++e.length;
    if (!is_element(e, timespan)) return std::nullopt;
    i += e.length;
    found.push_back(std::move(e));
  }
  return found;
}
template <bool kTimeSpan>
std::optional<ArgumentProblem> check_format(std::span<const BoundExpr* const> args) {
  const auto* format = std::get_if<std::string>(&args[1]->value);
  if (format == nullptr || elements_of(*format, kTimeSpan)) return std::nullopt;
  return ArgumentProblem{args[1]->span, std::string("a format is made of ") +
                                            (kTimeSpan ? "d h H m s f F" : "yy yyyy M d h H m s f F tt") +
                                            ", spaces and / - : , . _ [ ]"};
}

Ref padded(LowerCall& l, Ref number, size_t digits) {
  const Ref text = l.fn("toString", number);
  if (digits < 2) return text;
  const Ref width = l.integer(static_cast<int64_t>(digits));
  // leftPad would cut what is longer.
  return l.fn("if", l.fn("less", l.fn("length", text), width), l.fn("leftPad", text, width, l.text("0")),
              text);
}
Ref unit(LowerCall& l, Ref ticks, int64_t size, int64_t modulus) {
  return l.fn("modulo", l.fn("intDiv", ticks, l.tree.long_value(size)), l.integer(modulus));
}
Ref fraction(LowerCall& l, Ref ticks, size_t digits, bool hide_zero) {
  const Ref all = l.fn("leftPad", l.fn("toString", l.fn("modulo", ticks, l.integer(kTicksPerSecond))),
                       l.integer(7), l.text("0"));
  const Ref text = l.fn("substring", all, l.integer(1), l.integer(static_cast<int64_t>(digits)));
  if (!hide_zero) return text;
  return l.fn("if", l.fn("equals", text, l.text(std::string(digits, '0'))), l.text(""), text);
}
Ref clock_element(LowerCall& l, const Element& e, Ref ticks_of_day) {
  switch (e.letter) {
    case 'h': {
      const Ref hour = l.fn("modulo", l.fn("plus", unit(l, ticks_of_day, kTicksPerHour, 24), l.integer(11)),
                            l.integer(12));
      return padded(l, l.fn("plus", hour, l.integer(1)), e.length);
    }
    case 'H':
      return padded(l, unit(l, ticks_of_day, kTicksPerHour, 24), e.length);
    case 'm':
      return padded(l, unit(l, ticks_of_day, kTicksPerMinute, 60), e.length);
    case 's':
      return padded(l, unit(l, ticks_of_day, kTicksPerSecond, 60), e.length);
    case 't':
      return l.fn("if", l.fn("less", unit(l, ticks_of_day, kTicksPerHour, 24), l.integer(12)), l.text("AM"),
                  l.text("PM"));
    default:
      return fraction(l, ticks_of_day, e.length, e.letter == 'F');
  }
}
Ref joined(LowerCall& l, std::vector<Ref> parts, Ref value) {
  Ref text = parts.empty()       ? l.text("")
             : parts.size() == 1 ? parts[0]
                                 : l.tree.call("concat", std::move(parts));
  return l.nullable(0) ? l.fn("if", l.fn("isNull", value), l.text(""), l.fn("assumeNotNull", text)) : text;
}

Ref lower_format_datetime(LowerCall& l) {
  const auto elements = elements_of(constant_text(l.arg(1)), false).value_or(std::vector<Element>());
  return l.let(l[0], [&](Ref t) {
    std::vector<Ref> parts;
    for (const Element& e : elements) {
      switch (e.letter) {
        case 0:
          parts.push_back(l.text(e.text));
          break;
        case 'y':
          parts.push_back(e.length == 4 ? padded(l, year_of(l.tree, t), 4)
                                        : padded(l, l.fn("modulo", year_of(l.tree, t), l.integer(100)), 2));
          break;
        case 'M':
          parts.push_back(padded(l, part_of(l.tree, "toMonth", t), e.length));
          break;
        case 'd':
          parts.push_back(padded(l, part_of(l.tree, "toDayOfMonth", t), e.length));
          break;
        default:
          parts.push_back(clock_element(l, e, time_of_day(l.tree, t)));
      }
    }
    return joined(l, std::move(parts), t);
  });
}

// The sign stands before everything; h counts the hours of the day as H does.
Ref lower_format_timespan(LowerCall& l) {
  const auto elements = elements_of(constant_text(l.arg(1)), true).value_or(std::vector<Element>());
  return l.let(l[0], [&](Ref signed_ticks) {
    // Unsigned, so that the shortest timespan has a length too.
    const Ref ticks = l.fn("abs", signed_ticks);
    std::vector<Ref> parts = {l.fn("if", l.fn("less", signed_ticks, l.integer(0)), l.text("-"), l.text(""))};
    for (const Element& e : elements) {
      if (e.letter == 0) {
        parts.push_back(l.text(e.text));
      } else if (e.letter == 'd') {
        parts.push_back(padded(l, l.fn("intDiv", ticks, l.tree.long_value(kTicksPerDay)), e.length));
      } else {
        const Element of_day{e.letter == 'h' ? 'H' : e.letter, e.length, ""};
        parts.push_back(clock_element(l, of_day, ticks));
      }
    }
    return joined(l, std::move(parts), signed_ticks);
  });
}

// ---- parts
struct Part {
  std::string_view name;
  std::string_view date_function;  // of a Date32
  int64_t unit = 0;                // or units of the time of day...
  int64_t modulus = 0;             // ...counted up to this
  int64_t factor = 1;
};
constexpr auto kParts = std::to_array<Part>({{"year", "", 0},
                                             {"quarter", "toQuarter"},
                                             {"month", "toMonth"},
                                             {"week_of_year", "toISOWeek"},
                                             {"weekofyear", "toISOWeek"},
                                             {"day", "toDayOfMonth"},
                                             {"dayofyear", "toDayOfYear"},
                                             {"hour", "", kTicksPerHour, 24},
                                             {"minute", "", kTicksPerMinute, 60},
                                             {"second", "", kTicksPerSecond, 60},
                                             {"millisecond", "", kTicksPerMillisecond, 1'000},
                                             {"microsecond", "", kTicksPerMicrosecond, 1'000'000},
                                             {"nanosecond", "", 1, kTicksPerSecond, 100}});
const Part* find_part(std::string_view name) {
  for (const Part& part : kParts) {
    if (ascii::iequals(part.name, name)) return &part;
  }
  return nullptr;
}
Ref lower_datetime_part(LowerCall& l) {
  const Part& part = *find_part(constant_text(l.arg(0)));
  return l.let(l[1], [&](Ref t) {
    if (!part.date_function.empty()) return part_of(l.tree, part.date_function, t);
    if (part.unit == 0) return l.fn("toInt64", year_of(l.tree, t));
    const Ref units = unit(l, time_of_day(l.tree, t), part.unit, part.modulus);
    return l.fn("toInt64", l.fn("multiply", units, l.integer(part.factor)));
  });
}
std::optional<ArgumentProblem> check_part(std::span<const BoundExpr* const> args) {
  const auto* name = std::get_if<std::string>(&args[0]->value);
  if (name == nullptr || find_part(*name) != nullptr) return std::nullopt;
  return ArgumentProblem{args[0]->span, "no part of a time '" + *name + "'"};
}

// make_timespan([days,] hours, minutes[, seconds]): what is out of its range is null.
Ref lower_make_timespan(LowerCall& l) {
  const bool days = l.size() == 4;
  const size_t first = days ? 1 : 0;
  const auto in = [&](Ref value, int64_t below) {
    return l.fn("and", l.fn("greaterOrEquals", value, l.integer(0)), l.fn("less", value, l.integer(below)));
  };
  const Ref hours = l[first], minutes = l[first + 1];
  std::vector<Ref> sound = {in(hours, 24), in(minutes, 60)};
  std::vector<Ref> sum = {l.fn("multiply", hours, l.tree.long_value(kTicksPerHour)),
                          l.fn("multiply", minutes, l.tree.long_value(kTicksPerMinute))};
  if (l.size() > 2) {
    const Ref seconds = l[first + 2];
    sound.push_back(in(seconds, 60));
    sum.push_back(l.fn("accurateCastOrNull",
                       l.fn("round", l.fn("multiply", seconds, l.integer(kTicksPerSecond))),
                       l.text("Int64")));
  }
  if (days) {
    sound.push_back(in(l[0], 10'675'200));
    sum.push_back(l.fn("multiply", l[0], l.tree.long_value(kTicksPerDay)));
  }
  const Ref total = l.tree.call("plus", {sum[0], sum[1]});
  Ref ticks = total;
  for (size_t i = 2; i < sum.size(); ++i) ticks = l.fn("plus", ticks, sum[i]);
  return l.fn("if", l.tree.call("and", std::move(sound)), l.fn("toNullable", ticks), l.null());
}

// ---- time zones
Ref offset_at(LowerCall& l, Ref ticks) {
  // The zones' rules are known where DateTime64 reaches; the calendar repeats every 400 years.
  const Ref day = l.fn("toInt64", l.fn("toInt32", moved_date(l.tree, ticks)));
  const Ref seconds = l.fn("plus", l.fn("multiply", day, l.integer(86'400)),
                           l.fn("intDiv", time_of_day(l.tree, ticks), l.tree.long_value(kTicksPerSecond)));
  const Ref moment = l.fn("toDateTime64", seconds, l.integer(0), l.tree.text(constant_text(l.arg(1))));
  return l.fn("multiply", l.fn("toInt64", l.fn("timezoneOffset", moment)),
              l.tree.long_value(kTicksPerSecond));
}
// Of a zone that is computed, which the engine tells of only as text: "+0530".
Ref offset_in(LowerCall& l, Ref ticks, Ref zone) {
  const Ref day = l.fn("toInt64", l.fn("toInt32", moved_date(l.tree, ticks)));
  const Ref seconds = l.fn("plus", l.fn("multiply", day, l.integer(86'400)),
                           l.fn("intDiv", time_of_day(l.tree, ticks), l.tree.long_value(kTicksPerSecond)));
  const Ref moment = l.fn("materialize", l.fn("toDateTime64", seconds, l.integer(0), l.text("UTC")));
  return l.let(l.fn("toInt64", l.fn("formatDateTime", moment, l.text("%z"), zone)), [&l](Ref digits) {
    const Ref minutes = l.fn("plus", l.fn("multiply", l.fn("intDiv", digits, l.integer(100)), l.integer(60)),
                             l.fn("modulo", digits, l.integer(100)));
    return l.fn("multiply", minutes, l.tree.long_value(kTicksPerMinute));
  });
}
// use(the zone, or UTC for a name that is none); null for such a name.
template <typename Use>
Ref in_computed_zone(LowerCall& l, Use use) {
  std::vector<Ref> names;
  for (std::string_view name : time_zones()) names.push_back(l.text(name));
  const Ref known = l.fn("in", l[1], l.tree.call("tuple", std::move(names)));
  return l.let(l.fn("materialize", l.fn("if", known, l[1], l.text(""))), [&](Ref zone) {
    const Ref sound = l.fn("if", l.fn("empty", zone), l.text("UTC"), zone);
    return l.let(sound, [&](Ref safe) {
      return l.fn("if", l.fn("empty", zone), l.null(), l.fn("toNullable", use(safe)));
    });
  });
}
Ref lower_utc_to_computed(LowerCall& l) {
  return in_computed_zone(l, [&l](Ref zone) {
    return l.let(l[0], [&](Ref t) { return l.fn("plus", t, offset_in(l, t, zone)); });
  });
}
// As below.
Ref lower_computed_to_utc(LowerCall& l) {
  return in_computed_zone(l, [&l](Ref zone) {
    return l.let(l[0], [&](Ref local) {
      return l.let(l.fn("minus", local, offset_in(l, local, zone)), [&](Ref guess) {
        return l.let(l.fn("minus", local, offset_in(l, guess, zone)), [&](Ref utc) {
          return l.let(offset_in(l, utc, zone), [&](Ref offset) {
            return l.fn("if", l.fn("equals", l.fn("plus", utc, offset), local), utc,
                        l.fn("minus", local, offset));
          });
        });
      });
    });
  });
}
Ref lower_utc_to_local(LowerCall& l) {
  return l.let(l[0], [&l](Ref t) { return l.fn("plus", t, offset_at(l, t)); });
}
// The standard time's moment of an hour that comes twice; of one that a clock skips, the moment by the offset
// after the skip.
Ref lower_local_to_utc(LowerCall& l) {
  return l.let(l[0], [&l](Ref local) {
    return l.let(l.fn("minus", local, offset_at(l, local)), [&](Ref guess) {
      return l.let(l.fn("minus", local, offset_at(l, guess)), [&](Ref utc) {
        return l.let(offset_at(l, utc), [&](Ref offset) {
          return l.fn("if", l.fn("equals", l.fn("plus", utc, offset), local), utc,
                      l.fn("minus", local, offset));
        });
      });
    });
  });
}
std::optional<ArgumentProblem> check_zone(std::span<const BoundExpr* const> args) {
  const auto* name = std::get_if<std::string>(&args[1]->value);
  if (name == nullptr || is_time_zone(*name)) return std::nullopt;
  return ArgumentProblem{args[1]->span, "no time zone '" + *name + "'"};
}
Ref lower_time_zones(LowerCall& l) {
  std::vector<Ref> names;
  for (std::string_view name : time_zones()) names.push_back(l.text(name));
  return l.fn("toNullable", l.fn("replaceAll", l.fn("toJSONString", l.tree.call("array", std::move(names))),
                                 l.text("\\/"), l.text("/")));
}

constexpr auto kNone = Naming::kNone;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"format_datetime", "string (datetime, string#)", lower_format_datetime, Naming::kFirstArgument, nullptr,
     check_format<false>},
    {"format_timespan", "string (timespan, string#)", lower_format_timespan, Naming::kFirstArgument, nullptr,
     check_format<true>},
    {"datetime_part", "int (string#, datetime)", lower_datetime_part, kNone, nullptr, check_part},
    {"datepart", "int (string#, datetime)", lower_datetime_part, kNone, nullptr, check_part},
    {"make_timespan", "timespan? (int|long, int|long, number?)", lower_make_timespan},
    {"make_timespan", "timespan? (int|long, int|long, int|long, number)", lower_make_timespan},
    {"datetime_utc_to_local", "datetime (datetime, string#)", lower_utc_to_local, kNone, nullptr, check_zone},
    {"datetime_local_to_utc", "datetime (datetime, string#)", lower_local_to_utc, kNone, nullptr, check_zone},
    {"datetime_utc_to_local", "datetime? (datetime, string)", lower_utc_to_computed},
    {"datetime_local_to_utc", "datetime? (datetime, string)", lower_computed_to_utc},
    {"datetime_list_timezones", "dynamic ()", lower_time_zones},
});

}  // namespace

std::span<const FunctionRow> time_format_rows() { return kRows; }

}  // namespace linkgate::kql
