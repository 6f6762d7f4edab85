#include "cli/report_show.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

#include "browser/printing.h"
#include "cli/output_file.h"
#include "cli/report_writer.h"
#include "cli/view_store.h"

namespace linkgate::cli {
namespace {

constexpr size_t kWidestCell = 60;
constexpr uint64_t kPageRows = 10'000;   // of the details of a page of HTML
constexpr uint64_t kPrintedRows = 1000;  // and of a PDF: some forty sheets

// Those that are shown: the one of --section, of CSV the one with the details, else all.
Result<std::vector<views::Section>> sections_of(const views::Report& report, const ShowOptions& options) {
  std::vector<views::Section> chosen;
  std::string names;
  for (const views::Section& section : report.sections) {
    names += (names.empty() ? "" : ", ") + std::string(section.name);
    if (options.section.empty() || section.name == options.section) chosen.push_back(section);
  }
  if (chosen.empty())
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("no section {}; there are {}", options.section, names));
  if (options.format == "csv" && chosen.size() > 1) {
    const views::Section one = chosen.back().is_detail ? chosen.back() : chosen.front();
    chosen = {one};
  }
  return chosen;
}

// At most so many of a section's rows; 0: all.
uint64_t most_rows(const views::Section& section, const ShowOptions& options) {
  if (!section.is_detail || options.format == "csv" || options.format == "json") return 0;
  if (options.format == "pdf") return kPrintedRows;
  return options.format == "html" ? kPageRows : static_cast<uint64_t>(options.rows);
}

// On paper by the Chromium that scans, without a network.
Result<std::string> printed(const std::string& page, const Config& config) {
  browser::BrowserOptions options;
  options.binary = config.scan.chromium;
  options.user = config.scan.chromium_user;
  options.allow_unconfined = config.scan.chromium_unconfined;
  auto pdf = browser::print_pdf(page, options);
  if (pdf) return pdf;
  return Error(ErrorCode::kUnavailable, pdf.error().message() + "; --format html needs no Chromium");
}

class Reporting {
 public:
  Reporting(ViewStore& store, ReportWriter& writer) : store_(store), writer_(writer) {}

  Result<ReportHead> head(const views::Report& report, const views::Filter& filter) {
    ReportHead head{std::string(report.name),       std::string(report.title), std::string(report.about),
                    views::period_in_words(filter), views::in_words(filter),   store_.freshness()};
    if (const auto left_out = views::default_filter(report, filter)) {
      head.left_out = left_out->sentence;
      TRY_ASSIGN(const ViewRows hidden, store_.ask(left_out->hidden, 0));
      for (const std::string& line : hidden.lines) {
        TRY_ASSIGN(const auto texts, kql::row_to_text(line, hidden.columns));
        uint64_t count = 0;
        std::from_chars(texts[1].data(), texts[1].data() + texts[1].size(), count);
        head.left_out_count += count;
      }
    }
    return head;
  }

  Result<void> section(const views::Section& section, const std::string& query, uint64_t most) {
    if (most > 0) {
      TRY_ASSIGN(const ViewRows rows, store_.ask(query, most));
      TRY(writer_.begin_section(section.name, section.title, rows));
      for (const std::string& line : rows.lines) TRY(writer_.row(line));
      return writer_.end_section(rows.more);
    }
    Result<void> written;
    TRY(store_.stream(
        query,
        [&](const ViewRows& rows) { written = writer_.begin_section(section.name, section.title, rows); },
        [&](std::string_view line) {
          if (written) written = writer_.row(line);
          return written.has_value();
        }));
    TRY(std::move(written));
    return writer_.end_section(false);
  }

 private:
  ViewStore& store_;
  ReportWriter& writer_;
};

int explain(const views::Report& report, const std::vector<views::Section>& sections,
            const views::Filter& filter) {
  for (const views::Section& section : sections)
    fmt::print("// {}\n{}\n\n", section.title, views::section_query(report, section, filter));
  return kYes;
}

}  // namespace

Result<int> show(Context& context, views::Report report, const ShowOptions& options) {
  if (options.rows < 0) return Error(ErrorCode::kInvalidArgument, "--rows is no negative number");
  TRY_ASSIGN(const Config* config, context.config());
  if (options.all) report.has_default_filter = false;
  const Time now = SystemClock().now();
  TRY_ASSIGN(const views::Filter filter, filter_of(options.filter, now, views::kOrdinaryPeriod));
  TRY_ASSIGN(const auto sections, sections_of(report, options));
  if (options.explain) return explain(report, sections, filter);

  TRY_ASSIGN(ViewStore store,
             ViewStore::open(*config, context.installation(/*may_be_new=*/true).has_value(), now));
  TRY_ASSIGN(auto output, OutputFile::open(options.out));
  const bool on_terminal = options.out.empty() && ::isatty(STDOUT_FILENO) != 0;
  const bool is_pdf = options.format == "pdf";
  if (is_pdf && on_terminal) return Error(ErrorCode::kInvalidArgument, "a PDF goes into a file: --out FILE");
  std::string page;
  const WriteText write = [&](std::string_view text) -> Result<void> {
    if (!is_pdf) return output->write(text);
    page += text;
    return {};
  };
  const auto writer =
      options.format == "html" || is_pdf
          ? report_page(write)
          : report_writer(options.format, write, on_terminal && !options.full ? kWidestCell : 0);
  Reporting reporting(store, *writer);
  TRY_ASSIGN(const ReportHead head, reporting.head(report, filter));
  if (options.format == "csv") {  // rows and nothing else; what must be said all the same
    for (const std::string& sentence : sentences_of(head)) fmt::print(stderr, "{}\n", sentence);
  }
  TRY(writer->begin(head));
  for (const views::Section& section : sections)
    TRY(reporting.section(section, views::section_query(report, section, filter),
                          most_rows(section, options)));
  TRY(writer->end());
  if (is_pdf) {
    TRY_ASSIGN(const std::string pdf, printed(page, *config));
    TRY(output->write(pdf));
  }
  TRY(output->finish());
  return kYes;
}

void add_show_options(Command& command, ShowOptions& options) {
  command.option("--section", options.section, "only this part")
      .option("--rows", options.rows, "of a table's details at most so many rows; 0: all")
      .option("--out", options.out, "write to this file")
      .flag("--full", options.full, "on a terminal too, cells are never cut")
      .flag("--explain", options.explain, "print the KQL of each part instead of running it")
      .option_of("--format", options.format, {"table", "csv", "json", "html", "pdf"}, "how it is printed");
  add_view_options(command, options.filter, true);
}

}  // namespace linkgate::cli
