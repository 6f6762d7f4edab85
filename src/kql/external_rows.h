#pragma once
// Rows on their way from a body to the lines that append_external_rows() makes.

#include <string>
#include <string_view>
#include <vector>

#include "kql/external_format.h"

namespace linkgate::kql {

class ExternalRows {
 public:
  ExternalRows(const ExternalLayout& layout, std::string& lines, size_t max_bytes)
      : layout_(layout), lines_(lines), max_bytes_(max_bytes), skipping_(layout.ignore_first_record) {}
  // A row of texts, fewer or more than there are columns.
  void add(const std::vector<std::string>& texts);
  // False for the first record where that is to be ignored; then nothing else is to be called for it.
  bool begin_row();
  void cell(Type type, const Value& value);
  void end_row();
  bool full() const { return full_; }
  const std::vector<ExternalColumn>& columns() const { return layout_.columns; }

 private:
  const ExternalLayout& layout_;
  std::string& lines_;
  const size_t max_bytes_;
  bool skipping_;
  bool first_cell_ = true;
  bool full_ = false;
};

// Objects of JSON, one a line or one after another; what is no JSON ends a line, or all.
void add_json_lines(std::string_view body, ExternalRows& rows);
void add_json_documents(std::string_view body, ExternalRows& rows);

}  // namespace linkgate::kql
