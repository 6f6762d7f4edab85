#include <fmt/format.h>

#include "base/markup.h"
#include "chart/svg.h"
#include "cli/drawing.h"
#include "cli/report_writer.h"

namespace linkgate::cli {
namespace {

constexpr size_t kMostDrawn = 20'000;  // rows of a section that has a chart

// Light and dark as the reader's screen is; charts keep a light ground, on which they were drawn.
constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1d2126;--faint:#5c6570;--line:#d9dee4;--ground:#fff;--band:#f5f7f9}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--faint:#a0a8b2;--line:#3a4048;--ground:#16191d;--band:#1e2227}}
body{margin:0 auto;max-width:1200px;padding:2rem 1.25rem;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,"Segoe UI","Liberation Sans",sans-serif}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.25rem 0 .5rem}
p{margin:.15rem 0;color:var(--faint)}p.said{color:var(--ink);border-left:4px solid #c98a00;padding-left:.75rem;margin:.75rem 0}
figure{margin:.75rem 0;background:#fff;border:1px solid var(--line);border-radius:6px;padding:.5rem;overflow-x:auto}
figure svg{display:block;max-width:100%;height:auto}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;width:max-content;min-width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);max-width:22rem;overflow-wrap:anywhere}
th{background:var(--band);font-weight:600;white-space:nowrap;overflow-wrap:normal}td.n,th.n{text-align:right;overflow-wrap:normal}td.t{white-space:nowrap}
tr:last-child td{border-bottom:0}@media print{.wide{overflow:visible}}
)";

bool stands_right(kql::Type type) { return kql::is_number(type) || type == kql::Type::kTimeSpan; }

class PageWriter final : public ReportWriter {
 public:
  explicit PageWriter(WriteText write) : write_(std::move(write)) {}

  Result<void> begin(const ReportHead& head) override {
    std::string out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>{}</title><style>{}</style></head><body>\n<h1>{}</h1>\n",
        escape_markup(head.title), kStyle, escape_markup(head.title));
    const auto sentences = sentences_of(head);
    for (size_t i = 1; i < sentences.size(); ++i) {
      const bool aloud = sentences[i].starts_with("Default filter") || sentences[i].starts_with("Filter");
      out += fmt::format("<p{}>{}</p>\n", aloud ? " class=\"said\"" : "", escape_markup(sentences[i]));
    }
    return write_(out);
  }

  Result<void> begin_section(std::string_view, std::string_view title, const ViewRows& rows) override {
    columns_ = rows.columns;
    visualization_ = rows.visualization;
    drawn_.clear();
    rows_ = 0;
    std::string out = fmt::format("<h2>{}</h2>\n", escape_markup(title));
    if (!is_drawn()) out += table_head();
    return write_(out);
  }

  Result<void> row(std::string_view line) override {
    ++rows_;
    if (!is_drawn()) return write_row(line);
    if (drawn_.size() < kMostDrawn) drawn_.emplace_back(line);
    return {};
  }

  Result<void> end_section(bool cut) override {
    if (is_drawn()) TRY(draw());
    std::string out = is_drawn() ? "" : "</table></div>\n";
    if (rows_ == 0) out += "<p>Nothing in this period.</p>\n";
    if (cut) out += fmt::format("<p class=\"said\">The newest {} rows; there are more.</p>\n", rows_);
    return write_(out);
  }

  Result<void> end() override { return write_("</body></html>\n"); }

 private:
  bool is_drawn() const { return !visualization_.kind.empty(); }

  std::string table_head() const {
    std::string out = "<div class=\"wide\"><table><tr>";
    for (const auto& column : columns_)
      out += fmt::format("<th{}>{}</th>", stands_right(column.type) ? " class=\"n\"" : "",
                         escape_markup(column.name));
    return out + "</tr>\n";
  }

  Result<void> write_row(std::string_view line) {
    TRY_ASSIGN(const auto texts, kql::row_to_text(line, columns_));
    std::string out = "<tr>";
    for (size_t i = 0; i < texts.size(); ++i) {
      std::string text = texts[i];
      const bool is_time = columns_[i].type == kql::Type::kDateTime;
      if (is_time && text.size() > 19) text = text.substr(0, 10) + " " + text.substr(11, 8);
      const bool right = stands_right(columns_[i].type);
      out += fmt::format("<td{}>{}</td>",
                         is_time ? " class=\"t\""
                         : right ? " class=\"n\""
                                 : "",
                         escape_markup(text));
    }
    return write_(out + "</tr>\n");
  }

  Result<void> draw() {
    if (drawn_.empty()) return {};
    TRY_ASSIGN(const chart::Chart chart, chart_of(drawn_, columns_, visualization_));
    return write_("<figure>" + chart::to_svg(chart, {960, 380}) + "</figure>\n");
  }

  const WriteText write_;
  std::vector<kql::ResultColumn> columns_;
  kql::Visualization visualization_;
  std::vector<std::string> drawn_;
  size_t rows_ = 0;
};

}  // namespace

std::unique_ptr<ReportWriter> report_page(WriteText write) {
  return std::make_unique<PageWriter>(std::move(write));
}

}  // namespace linkgate::cli
