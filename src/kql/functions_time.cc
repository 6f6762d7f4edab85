// datetime and timespan: ticks of 100 ns.

#include <array>

#include "base/ascii.h"
#include "kql/function.h"
#include "kql/sql_time.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

constexpr int64_t kTicksPerWeek = 7 * kTicksPerDay;

Ref lower_ago(LowerCall& l) { return l.fn("minus", l.tree.long_value(l.now_ticks), l[0]); }
Ref lower_now(LowerCall& l) {
  const Ref now = l.tree.long_value(l.now_ticks);
  return l.size() == 0 ? now : l.fn("plus", now, l[0]);
}
std::optional<Value> fold_now(std::span<const BoundExpr* const> args, int64_t now) {
  if (args.empty()) return Value(now);
  const auto* offset = std::get_if<int64_t>(&args[0]->value);
  return offset == nullptr ? std::nullopt : std::optional(Value(now + *offset));
}
std::optional<Value> fold_ago(std::span<const BoundExpr* const> args, int64_t now) {
  const auto* offset = std::get_if<int64_t>(&args[0]->value);
  return offset == nullptr ? std::nullopt : std::optional(Value(now - *offset));
}

Ref offset(LowerCall& l) { return l.size() > 1 ? l[1] : l.integer(0); }

// ---- periods: start of the period that is `extra` after that of the argument
Ref start_of_fixed(LowerCall& l, int64_t ticks, int64_t shift, int64_t extra) {
  const Ref into = l.fn("positiveModulo", l.fn("plus", l[0], l.integer(shift)), l.tree.long_value(ticks));
  const Ref start = l.fn("minus", l[0], into);
  if (l.size() < 2 && extra == 0) return start;
  return l.fn("plus", start,
              l.fn("multiply", l.fn("plus", offset(l), l.integer(extra)), l.tree.long_value(ticks)));
}
Ref start_of_month(LowerCall& l, int64_t extra) {
  return l.let(l[0], [&](Ref t) {
    const Ref month = l.fn("plus", part_of(l.tree, "toMonth", t), offset(l), l.integer(extra));
    return ticks_of_date(l.tree, year_of(l.tree, t), month, l.integer(1));
  });
}
Ref start_of_year(LowerCall& l, int64_t extra) {
  return l.let(l[0], [&](Ref t) {
    return ticks_of_date(l.tree, l.fn("plus", year_of(l.tree, t), offset(l), l.integer(extra)), l.integer(1),
                         l.integer(1));
  });
}
Ref one_tick_before(LowerCall& l, Ref ticks) { return l.fn("minus", ticks, l.integer(1)); }

constexpr int64_t kSunday = kTicksPerDay;  // 0001-01-01 was a Monday; weeks start on Sunday
Ref lower_startofday(LowerCall& l) { return start_of_fixed(l, kTicksPerDay, 0, 0); }
Ref lower_endofday(LowerCall& l) { return one_tick_before(l, start_of_fixed(l, kTicksPerDay, 0, 1)); }
Ref lower_startofweek(LowerCall& l) { return start_of_fixed(l, kTicksPerWeek, kSunday, 0); }
Ref lower_endofweek(LowerCall& l) { return one_tick_before(l, start_of_fixed(l, kTicksPerWeek, kSunday, 1)); }
Ref lower_startofmonth(LowerCall& l) { return start_of_month(l, 0); }
Ref lower_endofmonth(LowerCall& l) { return one_tick_before(l, start_of_month(l, 1)); }
Ref lower_startofyear(LowerCall& l) { return start_of_year(l, 0); }
Ref lower_endofyear(LowerCall& l) { return one_tick_before(l, start_of_year(l, 1)); }

template <int64_t kPeriod, int64_t kShift>
std::optional<Value> fold_start(std::span<const BoundExpr* const> args, int64_t) {
  const auto* ticks = std::get_if<int64_t>(&args[0]->value);
  if (ticks == nullptr || args.size() > 1 || *ticks < 0 || *ticks > kMaxDateTimeTicks) return std::nullopt;
  return Value(*ticks - (*ticks + kShift) % kPeriod);
}

// ---- parts
Ref lower_dayofweek(LowerCall& l) {
  const Ref days = l.fn("positiveModulo", l.fn("plus", days_of(l.tree, l[0]), l.integer(1)), l.integer(7));
  return l.fn("multiply", days, l.tree.long_value(kTicksPerDay));
}
Ref part(LowerCall& l, std::string_view function) {
  return l.let(l[0], [&](Ref t) { return part_of(l.tree, function, t); });
}
Ref lower_dayofmonth(LowerCall& l) { return part(l, "toDayOfMonth"); }
Ref lower_dayofyear(LowerCall& l) { return part(l, "toDayOfYear"); }
Ref lower_month(LowerCall& l) { return part(l, "toMonth"); }
Ref lower_week(LowerCall& l) { return part(l, "toISOWeek"); }
Ref lower_year(LowerCall& l) {
  return l.let(l[0], [&](Ref t) { return l.fn("toInt64", year_of(l.tree, t)); });
}
Ref unit_of_day(LowerCall& l, Ref ticks, int64_t unit, int64_t modulus) {
  const Ref units = l.fn("intDiv", time_of_day(l.tree, ticks), l.tree.long_value(unit));
  return modulus == 0 ? units : l.fn("positiveModulo", units, l.integer(modulus));
}
Ref lower_hour(LowerCall& l) { return unit_of_day(l, l[0], kTicksPerHour, 0); }

const std::string& constant_word(LowerCall& l) { return std::get<std::string>(l.arg(0).value); }

struct FixedUnit {
  std::string_view name;
  int64_t ticks;
};
constexpr auto kFixedUnits = std::to_array<FixedUnit>({{"week", kTicksPerWeek},
                                                       {"day", kTicksPerDay},
                                                       {"hour", kTicksPerHour},
                                                       {"minute", kTicksPerMinute},
                                                       {"second", kTicksPerSecond},
                                                       {"millisecond", kTicksPerMillisecond},
                                                       {"microsecond", kTicksPerMicrosecond}});
int64_t fixed_unit(std::string_view name) {
  for (const FixedUnit& unit : kFixedUnits) {
    if (ascii::iequals(unit.name, name)) return unit.ticks;
  }
  return 0;
}

// How many months have begun before the argument's month.
Ref month_number(LowerCall& l, Ref ticks) {
  return l.fn("plus", l.fn("multiply", year_of(l.tree, ticks), l.integer(12)),
              part_of(l.tree, "toMonth", ticks));
}

// Crossed boundaries of the unit: 23:59 and 00:01 are one day apart.
Ref lower_datetime_diff(LowerCall& l) {
  const std::string& word = constant_word(l);
  const auto difference = [&](auto count) {
    return l.fn("toInt64", l.fn("minus", l.let(l[1], count), l.let(l[2], count)));
  };
  if (const int64_t unit = fixed_unit(word); unit != 0) {
    const int64_t shift = unit == kTicksPerWeek ? kSunday : 0;
    return difference(
        [&](Ref t) { return l.fn("intDiv", l.fn("plus", t, l.integer(shift)), l.tree.long_value(unit)); });
  }
  if (word == "nanosecond") return l.fn("multiply", l.fn("minus", l[1], l[2]), l.integer(100));
  const int64_t months = ascii::iequals(word, "year") ? 12 : ascii::iequals(word, "quarter") ? 3 : 1;
  return difference([&](Ref t) {
    return l.fn("intDiv", l.fn("minus", month_number(l, t), l.integer(1)), l.integer(months));
  });
}

// Months are added to the month; a day that it does not have becomes its last.
Ref lower_datetime_add(LowerCall& l) {
  const std::string& word = constant_word(l);
  if (const int64_t unit = fixed_unit(word); unit != 0) {
    return l.fn("plus", l[2], l.fn("multiply", l[1], l.tree.long_value(unit)));
  }
  const int64_t months = ascii::iequals(word, "year") ? 12 : ascii::iequals(word, "quarter") ? 3 : 1;
  return l.let(l[2], [&](Ref t) {
    const Ref month = l.fn("plus", part_of(l.tree, "toMonth", t), l.fn("multiply", l[1], l.integer(months)));
    const Ref first = ticks_of_date(l.tree, year_of(l.tree, t), month, l.integer(1));
    const Ref next =
        ticks_of_date(l.tree, year_of(l.tree, t), l.fn("plus", month, l.integer(1)), l.integer(1));
    const Ref day = l.fn("minus", part_of(l.tree, "toDayOfMonth", t), l.integer(1));
    const Ref wanted = l.fn("plus", first, l.fn("multiply", day, l.tree.long_value(kTicksPerDay)));
    const Ref last = l.fn("minus", next, l.tree.long_value(kTicksPerDay));
    return l.fn("plus", l.fn("least", wanted, last), time_of_day(l.tree, t));
  });
}
std::optional<ArgumentProblem> check_unit(std::span<const BoundExpr* const> args) {
  const auto* word = std::get_if<std::string>(&args[0]->value);
  if (word == nullptr) return std::nullopt;
  for (std::string_view name : {"year", "quarter", "month", "nanosecond"}) {
    if (ascii::iequals(name, *word)) return std::nullopt;
  }
  if (fixed_unit(*word) != 0) return std::nullopt;
  return ArgumentProblem{args[0]->span, "no unit of time '" + *word + "'"};
}

// A day that the calendar does not have is null.
Ref lower_make_datetime(LowerCall& l) {
  const Ref day = l.let(ticks_of_date(l.tree, l[0], l[1], l[2]), [&l](Ref t) {
    const Ref sound =
        l.fn("and", l.fn("equals", part_of(l.tree, "toDayOfMonth", t), l[2]),
             l.fn("equals", part_of(l.tree, "toMonth", t), l[1]), l.fn("greater", l[0], l.integer(0)));
    return l.fn("if", sound, l.fn("toNullable", t), l.null());
  });
  if (l.size() == 3) return day;
  Ref sum = l.fn("plus", day, l.fn("multiply", l[3], l.tree.long_value(kTicksPerHour)));
  if (l.size() > 4) sum = l.fn("plus", sum, l.fn("multiply", l[4], l.tree.long_value(kTicksPerMinute)));
  if (l.size() > 5) {
    sum = l.fn("plus", sum,
               l.fn("accurateCastOrNull", l.fn("round", l.fn("multiply", l[5], l.integer(kTicksPerSecond))),
                    l.text("Int64")));
  }
  return sum;
}

template <int64_t kNumerator, int64_t kDenominator>
Ref lower_from_unix(LowerCall& l) {
  const Ref ticks = kDenominator > 1 ? l.fn("intDiv", l[0], l.integer(kDenominator))
                                     : l.fn("multiply", l[0], l.integer(kNumerator));
  return l.fn("plus", l.fn("toInt64", ticks), l.tree.long_value(kUnixEpochTicks));
}

constexpr auto kFirst = Naming::kFirstArgument;
constexpr auto kNone = Naming::kNone;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"now", "datetime! ()", lower_now, kNone, fold_now},
    {"now", "datetime (timespan)", lower_now, kNone, fold_now},
    {"ago", "datetime (timespan)", lower_ago, kNone, fold_ago},
    {"startofday", "datetime (datetime, int|long?)", lower_startofday, kFirst, fold_start<kTicksPerDay, 0>},
    {"endofday", "datetime (datetime, int|long?)", lower_endofday},
    {"startofweek", "datetime (datetime, int|long?)", lower_startofweek, kNone,
     fold_start<kTicksPerWeek, kSunday>},
    {"endofweek", "datetime (datetime, int|long?)", lower_endofweek},
    {"startofmonth", "datetime (datetime, int|long?)", lower_startofmonth},
    {"endofmonth", "datetime (datetime, int|long?)", lower_endofmonth},
    {"startofyear", "datetime (datetime, int|long?)", lower_startofyear},
    {"endofyear", "datetime (datetime, int|long?)", lower_endofyear},
    {"dayofweek", "timespan (datetime)", lower_dayofweek},
    {"dayofmonth", "int (datetime)", lower_dayofmonth},
    {"dayofyear", "int (datetime)", lower_dayofyear},
    {"hourofday", "int (datetime)", lower_hour},
    {"monthofyear", "int (datetime)", lower_month},
    {"getmonth", "int (datetime)", lower_month},
    {"getyear", "int (datetime)", lower_year},
    {"week_of_year", "int (datetime)", lower_week},
    {"weekofyear", "int (datetime)", lower_week},
    {"datetime_diff", "long (string#, datetime, datetime)", lower_datetime_diff, kNone, nullptr, check_unit},
    {"datetime_add", "datetime (string#, int|long, datetime)", lower_datetime_add, kNone, nullptr,
     check_unit},
    {"make_datetime", "datetime? (int|long, int|long, int|long, int|long?, int|long?, number?)",
     lower_make_datetime},
    {"unixtime_seconds_todatetime", "datetime (int|long)", lower_from_unix<kTicksPerSecond, 1>},
    {"unixtime_milliseconds_todatetime", "datetime (int|long)", lower_from_unix<kTicksPerMillisecond, 1>},
    {"unixtime_microseconds_todatetime", "datetime (int|long)", lower_from_unix<kTicksPerMicrosecond, 1>},
    {"unixtime_nanoseconds_todatetime", "datetime (int|long)", lower_from_unix<1, 100>},
});

}  // namespace

std::span<const FunctionRow> time_rows() { return kRows; }

}  // namespace linkgate::kql
