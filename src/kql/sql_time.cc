#include "kql/sql_time.h"

#include "kql/convert.h"

namespace linkgate::kql {
namespace {

using sql::Ref;
using sql::Tree;

constexpr int64_t kDaysTo1900 = 693'595;  // from 0001-01-01
constexpr int64_t kDaysTo1970 = 719'162;
constexpr int64_t kCyclesBefore = 5;  // keeps the dividend positive for every year from 1 on
constexpr int64_t kYearsPerCycle = 400;

// How many cycles the day is after 1900..2299 (negative: before).
Ref cycle_of(Tree& t, Ref days) {
  const Ref shifted = t.call("plus", {days, t.integer(kCyclesBefore * kDaysPerCycle - kDaysTo1900)});
  return t.call("minus", {t.call("intDiv", {shifted, t.integer(kDaysPerCycle)}), t.integer(kCyclesBefore)});
}

Ref clock_text(Tree& t, Ref ticks_of_day) {
  const Ref seconds = t.call("intDiv", {ticks_of_day, t.integer(kTicksPerSecond)});
  const Ref moment = t.call("toDateTime", {seconds, t.text("UTC")});
  return t.call("formatDateTime", {moment, t.text("%H:%i:%S")});
}

Ref fraction_text(Tree& t, Ref ticks) {
  const Ref fraction = t.call("positiveModulo", {ticks, t.integer(kTicksPerSecond)});
  return t.call("leftPad", {t.call("toString", {fraction}), t.integer(7), t.text("0")});
}

}  // namespace

Ref days_of(Tree& t, Ref ticks) { return t.call("intDiv", {ticks, t.integer(kTicksPerDay)}); }
Ref time_of_day(Tree& t, Ref ticks) { return t.call("positiveModulo", {ticks, t.integer(kTicksPerDay)}); }

Ref moved_date(Tree& t, Ref ticks) {
  return with_value(t, days_of(t, ticks), [&](Ref days) {
    const Ref moved =
        t.call("minus", {days, t.call("multiply", {cycle_of(t, days), t.integer(kDaysPerCycle)})});
    const Ref since_1970 = t.call("minus", {moved, t.integer(kDaysTo1970)});
    return t.call("addDays", {t.call("toDate32", {t.text("1970-01-01")}), since_1970});
  });
}

Ref year_of(Tree& t, Ref ticks) {
  const Ref cycles = t.call("multiply", {cycle_of(t, days_of(t, ticks)), t.integer(kYearsPerCycle)});
  return t.call("plus", {t.call("toYear", {moved_date(t, ticks)}), cycles});
}

Ref part_of(Tree& t, std::string_view function, Ref ticks) {
  return t.call("toInt64", {t.call(function, {moved_date(t, ticks)})});
}

// Days from civil, with years that begin in March so that the leap day is the last of its year.
Ref ticks_of_date(Tree& t, Ref year, Ref month, Ref day) {
  const Ref months = t.call("plus", {t.call("multiply", {t.call("toInt64", {year}), t.integer(12)}),
                                     t.call("minus", {month, t.integer(3)})});
  return with_value(t, months, [&](Ref m) {  // months since March of the year 0
    const Ref y = t.call("intDiv", {m, t.integer(12)});
    const Ref month_of_year = t.call("positiveModulo", {m, t.integer(12)});
    const Ref before = t.call(
        "intDiv",
        {t.call("plus", {t.call("multiply", {month_of_year, t.integer(153)}), t.integer(2)}), t.integer(5)});
    const Ref leap_days =
        t.call("minus",
               {t.call("plus", {t.call("intDiv", {y, t.integer(4)}), t.call("intDiv", {y, t.integer(400)})}),
                t.call("intDiv", {y, t.integer(100)})});
    const Ref days = t.call("plus", {t.call("multiply", {y, t.integer(365)}), leap_days, before, day});
    constexpr int64_t kMarchOfYear0 = 307;  // days from 0000-03-01 to 0001-01-01, and day counts from 1
    return t.call("multiply",
                  {t.call("minus", {days, t.integer(kMarchOfYear0)}), t.long_value(kTicksPerDay)});
  });
}

Ref datetime_to_text(Tree& t, Ref ticks) {
  return with_value(t, ticks, [&](Ref v) {
    const Ref year = t.call("leftPad", {t.call("toString", {year_of(t, v)}), t.integer(4), t.text("0")});
    const Ref date = t.call("formatDateTime", {moved_date(t, v), t.text("-%m-%d")});
    return t.call("concat", {year, date, t.text("T"), clock_text(t, time_of_day(t, v)), t.text("."),
                             fraction_text(t, v), t.text("Z")});
  });
}

Ref timespan_to_text(Tree& t, Ref ticks) {
  return with_value(t, ticks, [&](Ref v) {
    const Ref sign = t.call("if", {t.call("less", {v, t.integer(0)}), t.text("-"), t.text("")});
    return t.call("concat",
                  {sign, with_value(t, t.call("toInt64", {t.call("abs", {v})}), [&](Ref a) {
                     const Ref days = t.call("concat", {t.call("toString", {days_of(t, a)}), t.text(".")});
                     const Ref fraction = t.call("concat", {t.text("."), fraction_text(t, a)});
                     const Ref has_days = t.call("greaterOrEquals", {a, t.integer(kTicksPerDay)});
                     const Ref is_whole = t.call(
                         "equals", {t.call("positiveModulo", {a, t.integer(kTicksPerSecond)}), t.integer(0)});
                     return t.call("concat", {t.call("if", {has_days, days, t.text("")}),
                                              clock_text(t, time_of_day(t, a)),
                                              t.call("if", {is_whole, t.text(""), fraction})});
                   })});
  });
}

// ISO 8601, or month/day/year and a time, with any year; the engine's parser sees the year moved into its
// range. Other notations are null, as nobody stores them.
Ref text_to_datetime(Tree& t, Ref text) {
  const Ref month_first = t.text("^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})($| )");
  const Ref year_first =
      t.call("replaceRegexpOne", {t.call("trimBoth", {text}), month_first, t.text("\\3-\\1-\\2\\4")});
  return with_value(t, year_first, [&](Ref s) {
    const Ref is_iso = t.call(
        "match",
        {s, t.text("^[0-9]{4}-[0-9]{1,2}(-[0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?)?"
                   " ?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$")});
    const Ref year = t.call("toInt64OrNull", {t.call("substring", {s, t.integer(1), t.integer(4)})});
    const Ref result = with_value(t, year, [&](Ref y) {
      const Ref moved = t.call(
          "plus",
          {t.call("positiveModulo", {t.call("minus", {y, t.integer(1900)}), t.integer(kYearsPerCycle)}),
           t.integer(1900)});
      const Ref iso = t.call("concat", {t.call("toString", {moved}), t.call("substring", {s, t.integer(5)})});
      const Ref parsed = t.call("parseDateTime64BestEffortOrNull", {iso, t.integer(7), t.text("UTC")});
      const Ref cycles = t.call("intDiv", {t.call("minus", {y, moved}), t.integer(kYearsPerCycle)});
      return t.call("plus", {t.call("reinterpretAsInt64", {parsed}), t.integer(kUnixEpochTicks),
                             t.call("multiply", {cycles, t.integer(kDaysPerCycle * kTicksPerDay)})});
    });
    return t.call("if", {is_iso, result, t.null()});
  });
}

// [-][d.]hh:mm[:ss[.fffffff]], or a number with a unit; a whole number without one counts days.
Ref text_to_timespan(Tree& t, Ref text) {
  const Ref groups = t.call(
      "extractGroups",
      {t.call("trimBoth", {text}),
       t.text("^(-?)(?:([0-9]{1,8})\\.)?([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\\.([0-9]{1,7}))?)?$")});
  const Ref clock = with_value(t, groups, [&](Ref g) {
    const auto group = [&](int i) { return t.call("arrayElement", {g, t.integer(i)}); };
    const auto number = [&](Ref part, int64_t ticks) {
      return t.call("multiply", {t.call("toInt64OrZero", {part}), t.integer(ticks)});
    };
    const Ref fraction = t.call("rightPad", {group(6), t.integer(7), t.text("0")});
    const Ref sum = t.call(
        "plus", {number(group(2), kTicksPerDay), number(group(3), kTicksPerHour),
                 number(group(4), kTicksPerMinute), number(group(5), kTicksPerSecond), number(fraction, 1)});
    const Ref sign = t.call("if", {t.call("equals", {group(1), t.text("-")}), t.integer(-1), t.integer(1)});
    const Ref value = t.call("toNullable", {t.call("multiply", {sum, sign})});
    return t.call("if", {t.call("empty", {g}), t.null(), value});
  });
  const Ref unit_groups = t.call(
      "extractGroups", {t.call("trimBoth", {text}), t.text("^(-?[0-9]+(?:\\.[0-9]+)?) ?(d|h|m|s|ms)?$")});
  const Ref counted = with_value(t, unit_groups, [&](Ref g) {
    const auto group = [&](int i) { return t.call("arrayElement", {g, t.integer(i)}); };
    const Ref names = t.call("array", {t.text("h"), t.text("m"), t.text("s"), t.text("ms")});
    const Ref sizes = t.call("array", {t.integer(kTicksPerHour), t.integer(kTicksPerMinute),
                                       t.integer(kTicksPerSecond), t.integer(kTicksPerMillisecond)});
    const Ref unit = t.call("transform", {group(2), names, sizes, t.integer(kTicksPerDay)});
    const Ref ticks = t.call("multiply", {t.call("toFloat64OrNull", {group(1)}), unit});
    const Ref bare_fraction =
        t.call("and", {t.call("empty", {group(2)}), t.call("position", {group(1), t.text(".")})});
    return t.call("if", {t.call("or", {t.call("empty", {g}), bare_fraction}), t.null(),
                         t.call("accurateCastOrNull", {t.call("round", {ticks}), t.text("Int64")})});
  });
  return t.call("coalesce", {clock, counted});
}

}  // namespace linkgate::kql
