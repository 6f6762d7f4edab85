// externaldata: rows out of JSON.

#include <simdjson.h>

#include "base/ascii.h"
#include "kql/external_rows.h"
#include "kql/json_element.h"

namespace linkgate::kql {
namespace {

using simdjson::dom::element;

Value value_of(const element& member, Type type) {
  if (type != Type::kDynamic) return scalar_of_element(member, type).value_or(Value());
  return member.is_null() ? Value() : Value(std::string(simdjson::minify(member)));
}

void add_object(const element& found, ExternalRows& rows) {
  simdjson::dom::object object;
  if (found.get_object().get(object) != simdjson::SUCCESS || !rows.begin_row()) return;
  for (const ExternalColumn& column : rows.columns()) {
    element member;
    const bool there = object.at_key(column.name).get(member) == simdjson::SUCCESS;
    rows.cell(column.type, there ? value_of(member, column.type) : Value());
  }
  rows.end_row();
}

void add_document(const element& document, ExternalRows& rows) {
  simdjson::dom::array array;
  if (document.get_array().get(array) != simdjson::SUCCESS) return add_object(document, rows);
  for (const element member : array) {
    if (rows.full()) return;
    add_object(member, rows);
  }
}

}  // namespace

void add_json_lines(std::string_view body, ExternalRows& rows) {
  simdjson::dom::parser parser;
  while (!body.empty() && !rows.full()) {
    const size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = ascii::trim(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
    element found;
    if (!line.empty() && parser.parse(line.data(), line.size()).get(found) == simdjson::SUCCESS)
      add_object(found, rows);
  }
}

void add_json_documents(std::string_view body, ExternalRows& rows) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(body);
  simdjson::dom::document_stream documents;
  if (parser.parse_many(padded, padded.size() + 1).get(documents) != simdjson::SUCCESS) return;
  for (const auto document : documents) {
    element found;
    if (rows.full() || document.get(found) != simdjson::SUCCESS) return;
    add_document(found, rows);
  }
}

}  // namespace linkgate::kql
