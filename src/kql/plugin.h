#pragma once
// Plugins of `evaluate` that are pipelines of KQL themselves: one row each, in plugins.cc. Source: the Kusto
// documentation, "Plugins".
//
// A row's text is KQL over these names, each written in capitals where it is a column:
//   input   the rows before `evaluate`, with a column more for each parameter in capitals
//   LIKE_THIS of `table_columns` the same of the parameter `lookup_table`
//   start   and other parameters in small letters: constants, the last of which may be given by name
//   DIMS    ", D0, D1": the columns that arguments at the end name; nothing where there are none
//   RESTART whether a dimension is another than in the row before
//   TYPE    the type of the column TIME
// A column of the result whose name has $TIME in it is called what the argument for TIME is called.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linkgate::kql {

struct PluginRow {
  std::string_view name;
  std::string_view parameters;  // "ID TIME start end window", in order; "lookup_table" is a table
  std::string_view text;
  bool dimensions = false;              // more arguments may follow, which are names of columns
  std::string_view lets = "";           // stand before the text
  std::string_view table_columns = "";  // those of `parameters` that are columns of `lookup_table`
  // "return_unmatched": may be given by name, else false. Of a row with return_lookup_key, the columns of
  // `lookup_table` that `table_columns` are taken from are in the result only where that is true.
  std::string_view options = "";
};

std::span<const PluginRow> plugins();
bool is_plugin(std::string_view name);
// The text for so many dimensions and a TIME of this type, its columns written as names: ['$TIME'].
std::string plugin_text(const PluginRow& row, size_t dimensions, std::string_view time_type);
// What the column for a parameter is called while the text is bound.
std::string plugin_column(std::string_view parameter);
std::string plugin_dimension(size_t i);

}  // namespace linkgate::kql
