#include "cli/report_writer.h"

#include <fmt/format.h>

#include "cli/rows.h"
#include "kql/json.h"
#include "kql/kql.h"

namespace linkgate::cli {
namespace {

constexpr size_t kRowsAtOnce = 1000;  // that a table's columns are aligned over, where it is long

// Rows as text are printed by cli/rows.h, which takes many at once.
class TextWriter : public ReportWriter {
 public:
  TextWriter(std::string format, WriteText write, size_t widest)
      : format_(std::move(format)), write_(std::move(write)), widest_(widest) {}
  Result<void> begin_section(std::string_view, std::string_view title, const ViewRows& rows) override {
    columns_ = rows.columns;
    pending_ = {};
    for (const auto& column : columns_) pending_.columns.push_back(column.name);
    is_first_ = true;
    return heading(title);
  }
  Result<void> row(std::string_view line) override {
    TRY_ASSIGN(std::vector<std::string> texts, kql::row_to_text(line, columns_));
    pending_.rows.emplace_back(texts.begin(), texts.end());
    return pending_.rows.size() < kRowsAtOnce ? Result<void>() : flush();
  }
  Result<void> end_section(bool cut) override {
    if (is_first_ || !pending_.rows.empty()) TRY(flush());
    return cut ? footing() : Result<void>();
  }
  Result<void> end() override { return {}; }

 protected:
  virtual Result<void> heading(std::string_view title) = 0;
  virtual Result<void> footing() = 0;
  Result<void> write(std::string_view text) { return write_(text); }

 private:
  Result<void> flush() {
    std::string text = print(pending_, format_, widest_);
    if (!is_first_) text.erase(0, text.find('\n') + 1);  // the names of the columns stand there already
    is_first_ = false;
    pending_.rows.clear();
    return write_(text);
  }

  const std::string format_;
  const WriteText write_;
  const size_t widest_;
  std::vector<kql::ResultColumn> columns_;
  Rows pending_;
  bool is_first_ = true;
};

class TableWriter final : public TextWriter {
 public:
  TableWriter(WriteText write, size_t widest) : TextWriter("table", std::move(write), widest) {}
  Result<void> begin(const ReportHead& head) override {
    for (const std::string& sentence : sentences_of(head)) TRY(write(sentence + "\n"));
    return {};
  }

 private:
  Result<void> heading(std::string_view title) override { return write(fmt::format("\n-- {}\n", title)); }
  Result<void> footing() override { return write("... and more: --rows 0, or --format csv, gives all\n"); }
};

class CsvWriter final : public TextWriter {
 public:
  explicit CsvWriter(WriteText write) : TextWriter("csv", std::move(write), 0) {}
  Result<void> begin(const ReportHead&) override { return {}; }

 private:
  Result<void> heading(std::string_view) override { return {}; }
  Result<void> footing() override { return {}; }
};

class JsonWriter final : public ReportWriter {
 public:
  explicit JsonWriter(WriteText write) : write_(std::move(write)) {}
  Result<void> begin(const ReportHead& head) override {
    std::vector<std::pair<std::string, Cell>> members = {{"report", head.name},
                                                         {"title", head.title},
                                                         {"period", head.period},
                                                         {"filter", head.filter},
                                                         {"freshness", head.freshness}};
    if (!head.left_out.empty()) {
      members.emplace_back(
          "defaultFilter",
          Cell::json(json_object(
              {{"sentence", head.left_out}, {"hiddenClicks", static_cast<int64_t>(head.left_out_count)}})));
    }
    std::string text = json_object(members);
    text.pop_back();  // goes on
    return write_(text + ",\"sections\":[");
  }
  Result<void> begin_section(std::string_view name, std::string_view title, const ViewRows& rows) override {
    columns_ = rows.columns;
    names_.clear();
    for (const auto& column : columns_) names_.push_back(json_quoted(column.name));
    rows_ = 0;
    return write_(fmt::format("{}\n{{\"name\":{},\"title\":{},\"rows\":[", sections_++ > 0 ? "," : "",
                              json_quoted(name), json_quoted(title)));
  }
  Result<void> row(std::string_view line) override {
    TRY_ASSIGN(const std::string values, kql::row_to_json(line, columns_));
    const auto elements = kql::json_elements(values);
    if (!elements || elements->size() != names_.size())
      return Error(ErrorCode::kCorrupt, "event store: a row has other columns than its table");
    std::string text = rows_++ > 0 ? ",\n {" : "\n {";
    for (size_t i = 0; i < names_.size(); ++i) text += (i > 0 ? "," : "") + names_[i] + ":" + (*elements)[i];
    return write_(text + "}");
  }
  Result<void> end_section(bool cut) override {
    return write_(cut ? "],\"more\":true}" : "],\"more\":false}");
  }
  Result<void> end() override { return write_("]}\n"); }

 private:
  const WriteText write_;
  std::vector<kql::ResultColumn> columns_;
  std::vector<std::string> names_;
  size_t sections_ = 0, rows_ = 0;
};

}  // namespace

std::vector<std::string> sentences_of(const ReportHead& head) {
  std::vector<std::string> all = {head.title, head.about, "Period: " + head.period};
  if (!head.filter.empty()) all.push_back("Filter: " + head.filter);
  if (!head.left_out.empty()) {
    all.push_back(
        fmt::format("Default filter: {}. It leaves out {} clicks here.", head.left_out, head.left_out_count));
  }
  if (!head.freshness.empty()) all.push_back(head.freshness);
  return all;
}

std::unique_ptr<ReportWriter> report_writer(std::string_view format, WriteText write, size_t widest) {
  if (format == "csv") return std::make_unique<CsvWriter>(std::move(write));
  if (format == "json") return std::make_unique<JsonWriter>(std::move(write));
  return std::make_unique<TableWriter>(std::move(write), widest);
}

}  // namespace linkgate::cli
