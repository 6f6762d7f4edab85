#pragma once
// Calendar arithmetic on ticks, in SQL. The engine's Date32 and DateTime64 know the years 1900 to 2299 and
// saturate silently beyond. The calendar repeats every 400 years, 1900 to 2299 is exactly that, so a day is
// moved there by whole cycles.

#include "kql/sql.h"
#include "kql/time_text.h"

namespace linkgate::kql {

inline constexpr int64_t kDaysPerCycle = 146'097;  // 400 years

sql::Ref days_of(sql::Tree& tree, sql::Ref ticks);      // whole days since 0001-01-01
sql::Ref time_of_day(sql::Tree& tree, sql::Ref ticks);  // ticks since midnight
sql::Ref moved_date(sql::Tree& tree, sql::Ref ticks);   // the day as Date32, moved into 1900..2299
sql::Ref year_of(sql::Tree& tree, sql::Ref ticks);      // the real year
sql::Ref part_of(sql::Tree& tree, std::string_view function,
                 sql::Ref ticks);  // toMonth, toDayOfMonth, ... as Int64
// Midnight of a day as ticks; the month may be any integer (0 is December of the year before).
sql::Ref ticks_of_date(sql::Tree& tree, sql::Ref year, sql::Ref month, sql::Ref day);
sql::Ref datetime_to_text(sql::Tree& tree, sql::Ref ticks);
sql::Ref timespan_to_text(sql::Tree& tree, sql::Ref ticks);
sql::Ref text_to_datetime(sql::Tree& tree, sql::Ref text);  // null where it is none
sql::Ref text_to_timespan(sql::Tree& tree, sql::Ref text);

}  // namespace linkgate::kql
