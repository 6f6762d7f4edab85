#include "views/event_catalog.h"

#include "events/schema.h"

namespace linkgate::views {
namespace {

kql::Type type_of(events::ColumnType type) {
  switch (type) {
    case events::ColumnType::kBool:
      return kql::Type::kBool;
    case events::ColumnType::kInt:
      return kql::Type::kInt;
    case events::ColumnType::kLong:
      return kql::Type::kLong;
    case events::ColumnType::kReal:
      return kql::Type::kReal;
    case events::ColumnType::kString:
      return kql::Type::kString;
    case events::ColumnType::kDateTime:
      return kql::Type::kDateTime;
    case events::ColumnType::kDynamic:
      return kql::Type::kDynamic;
  }
  return kql::Type::kString;
}

}  // namespace

kql::Catalog event_catalog(const std::string& database) {
  kql::Catalog catalog;
  for (const events::Table& table : events::tables()) {
    kql::CatalogTable& out = catalog.tables.emplace_back();
    out.name = table.name;
    out.database = database;
    out.table = table.name;
    out.replacing = true;
    for (const events::Column& column : table.columns) {
      // One moment under two names: both read the column that orders and partitions the table.
      out.columns.push_back({std::string(column.name), type_of(column.type), column.nullable,
                             column.name == "TimeGenerated" ? "Timestamp" : ""});
    }
  }
  return catalog;
}

}  // namespace linkgate::views
