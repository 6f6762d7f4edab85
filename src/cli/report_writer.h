#pragma once
// A report on its way to a reader, section by section and row by row.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/view_store.h"

namespace linkgate::cli {

// What stands over the rows.
struct ReportHead {
  std::string name, title, about;
  std::string period;     // in words
  std::string filter;     // in words; empty: everything
  std::string freshness;  // a sentence; empty: nobody knows
  // The default filter: what it leaves out, a sentence, and how many clicks that were. Empty: there is none.
  std::string left_out;
  uint64_t left_out_count = 0;
};

// Calls come in this order; each may fail with kIo, where nobody reads any more.
class ReportWriter {
 public:
  virtual ~ReportWriter() = default;
  virtual Result<void> begin(const ReportHead& head) = 0;
  // `rows` has the columns and what `render` asks for, no lines.
  virtual Result<void> begin_section(std::string_view name, std::string_view title, const ViewRows& rows) = 0;
  virtual Result<void> row(std::string_view line) = 0;  // the store's
  virtual Result<void> end_section(bool cut) = 0;       // cut: there are more rows than came
  virtual Result<void> end() = 0;
};

using WriteText = std::function<Result<void>(std::string_view)>;

// `format` is table, csv (rows and nothing else, one section) or json (one object).
// `widest`: cells of a table are cut to so many letters; 0: never.
std::unique_ptr<ReportWriter> report_writer(std::string_view format, WriteText write, size_t widest);
// One page of HTML with its charts inside: it opens without a network and runs nothing.
std::unique_ptr<ReportWriter> report_page(WriteText write);

// The sentences over the rows, one a line.
std::vector<std::string> sentences_of(const ReportHead& head);

}  // namespace linkgate::cli
