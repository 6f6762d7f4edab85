// linkgate model: the URL model of this installation: what it is, what it is worth, and training another.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <numeric>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/first_start.h"
#include "cli/rows.h"
#include "scan/url_model_stage.h"
#include "state/scan_store.h"
#include "training/url_model_trainer.h"
#include "verdict/url_model_file.h"

namespace linkgate::cli {
namespace {

using training::Example;
using training::Figures;

struct Options {
  std::vector<std::string> from, without;
  bool from_feeds = false, from_verdicts = false, learn_hosts = false, force = false;
  int seed = 1, made = 20;
  std::string out, compare, file;
  std::string format = "table";
};

constexpr int kMostMade = 200;
constexpr std::string_view kBetterThan = "better than: ";  // a line of a card: this model's checksum

struct Loaded {
  std::string path, bytes;
  verdict::UrlModel model;
  std::string checksum() const { return verdict::model_checksum(bytes); }
};

Result<Loaded> load(const std::string& path) {
  TRY_ASSIGN(std::string bytes, read_file(path));
  auto model = verdict::UrlModel::parse(bytes);
  if (!model) return std::move(model).error().with_context(path);
  return Loaded{path, std::move(bytes), std::move(*model)};
}

// kNotFound where there is none.
Result<Loaded> load_used(const Config& config) {
  const std::string path = scan::url_model_path(config);
  std::error_code error;
  if (path.empty() || std::filesystem::file_size(path, error) == 0)
    return Error(ErrorCode::kNotFound, "no URL model is in use");
  return load(path);
}

Result<std::vector<Example>> read_examples(const Options& options) {
  std::vector<Example> all;
  size_t passed_over = 0;
  for (const std::string& path : options.from) {
    TRY_ASSIGN(const std::string text, path == "-" ? read_all(std::cin, kMaxFile) : read_file(path));
    auto examples = training::parse_examples(text, &passed_over);
    if (!examples) return std::move(examples).error().with_context(path);
    std::move(examples->begin(), examples->end(), std::back_inserter(all));
  }
  if (passed_over > 0) fmt::print(stderr, "{} URLs passed over: no browser opens them\n", passed_over);
  std::erase_if(all, [&](const Example& example) {
    return std::find(options.without.begin(), options.without.end(), example.source) != options.without.end();
  });
  return all;
}

// What the feeds of this installation list, as phishing since the day when it was first listed.
Result<void> add_listed(const Config& config, std::vector<Example>* examples) {
  TRY_ASSIGN(const auto store, state::open_intel_store(state_options(config, true)));
  return store->for_each_listed([&](const state::IntelStore::Listed& listed) {
    Example example;
    example.url = "http://" + listed.entry.key;
    example.source = listed.feed;
    example.is_phishing = true;
    example.day = static_cast<int32_t>(
        std::chrono::floor<std::chrono::days>(listed.entry.since).time_since_epoch().count());
    const auto url = url::Url::parse(example.url);
    const bool is_threat =
        listed.entry.disposition != verdict::Disposition::kClean && !listed.entry.key.starts_with("sha256:");
    if (url && url->is_http() && is_threat) examples->push_back(std::move(example));
  });
}

constexpr std::string_view kVerdictSource = "verdicts";

// What looking at pages said here. Neither what is undecided teaches anything, nor what lists or the URL's
// own text said.
Result<void> add_judged(const Config& config, std::vector<Example>* examples) {
  using verdict::Disposition;
  TRY_ASSIGN(const auto store, state::open_scan_store(state_options(config, true)));
  return store->for_each_url([&](const state::RememberedUrl& remembered) {
    Example example;
    example.is_phishing =
        remembered.by_page == Disposition::kPhishing || remembered.by_page == Disposition::kMalware;
    if (!example.is_phishing && remembered.by_page != Disposition::kClean) return;
    example.url = remembered.url;
    example.source = kVerdictSource;
    const auto url = url::Url::parse(example.url);
    if (url && url->is_http()) examples->push_back(std::move(example));
  });
}

std::string three(double share) { return fmt::format("{:.3f}", share); }

void add_figures(const std::string& name, const std::array<Figures, training::kUrlGroups>& figures,
                 Rows* rows) {
  for (size_t g = 0; g < training::kUrlGroups; ++g) {
    const Figures& one = figures[g];
    rows->rows.push_back({name, std::string(training::kUrlGroupNames[g]), static_cast<int64_t>(one.phishing),
                          static_cast<int64_t>(one.harmless), Cell::json(three(one.at_thousandth)),
                          Cell::json(three(one.at_percent))});
  }
}

Rows figure_rows() {
  return {{"model", "urls", "phishing", "harmless", "found at 0.1 %", "found at 1 %"}, {}};
}

std::array<Figures, training::kUrlGroups> measure(const verdict::UrlModel& model,
                                                  const std::vector<Example>& examples,
                                                  const std::vector<uint32_t>& chosen) {
  return training::evaluate(training::judge_all(model, examples, chosen));
}

Result<int> run_train(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.config());
  if (options.from.empty() && !options.from_feeds && !options.from_verdicts)
    return Error(ErrorCode::kInvalidArgument,
                 "nothing to learn from: give --from FILE, --from-feeds or --from-verdicts");
  if (options.made < 0 || options.made > kMostMade)
    return Error(ErrorCode::kInvalidArgument, fmt::format("--made is a percentage from 0 to {}", kMostMade));
  TRY_ASSIGN(auto examples, read_examples(options));
  if (options.from_feeds || options.from_verdicts) {
    TRY_ASSIGN(const Config* installation, context.installation());
    if (options.from_feeds) TRY(add_listed(*installation, &examples));
    if (options.from_verdicts) TRY(add_judged(*installation, &examples));
  }
  training::TrainOptions how;
  how.seed = static_cast<uint64_t>(options.seed);
  how.learns_hosts = options.learn_hosts;
  how.made_share = static_cast<float>(options.made) / 100;
  how.say = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
  TRY_ASSIGN(training::TrainedModel trained, training::train_url_model(examples, how));
  Rows rows = figure_rows();
  add_figures("new", trained.figures, &rows);
  int code = kYes;
  auto current = options.compare.empty() ? load_used(*config) : load(options.compare);
  if (!current && !options.compare.empty()) return std::move(current).error();
  if (current) {
    const auto figures = measure(current->model, examples, trained.split.held);
    add_figures(options.compare.empty() ? "in use" : options.compare, figures, &rows);
    const bool better = training::is_better(trained.figures[0], figures[0]);
    if (better) trained.parts.card += std::string(kBetterThan) + current->checksum() + "\n";
    if (!better) code = kNo;
    fmt::print(stderr, "on what was held back the new model is {} than {}\n",
               better ? "better" : "not better", current->path);
  }
  fmt::print("{}", print(rows, options.format));
  if (!options.out.empty()) TRY(replace_file(options.out, verdict::print_model(trained.parts), 0644));
  return code;
}

Result<int> run_measure(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.config());
  if (options.from.empty())
    return Error(ErrorCode::kInvalidArgument, "nothing to measure by: give --from FILE");
  TRY_ASSIGN(const Loaded model, options.file.empty() ? load_used(*config) : load(options.file));
  TRY_ASSIGN(const auto examples, read_examples(options));
  std::vector<uint32_t> all(examples.size());
  std::iota(all.begin(), all.end(), 0U);
  Rows rows = figure_rows();
  add_figures(model.path, measure(model.model, examples, all), &rows);
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

Result<int> put_model(const Config& config, std::string_view bytes) {
  const std::string path = scan::own_url_model(config);
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  TRY(replace_file(path, bytes, 0644));
  fmt::print("{} is used from the next start of linkgate-scan on (`linkgate restart scan`)\n",
             bytes.empty() ? "no model" : path);
  return kYes;
}

Result<int> run_use(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.installation());
  if (options.file == "none") return put_model(*config, "");
  TRY_ASSIGN(const Loaded wanted, load(options.file));
  const auto current = load_used(*config);
  if (current && !options.force &&
      wanted.model.card().find(std::string(kBetterThan) + current->checksum()) == std::string::npos)
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("{} was not found better than the model in use ({}): train it with --compare, or give "
                    "--force",
                    options.file, current->path));
  return put_model(*config, wanted.bytes);
}

Result<int> run_show(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.config());
  TRY_ASSIGN(const Loaded model, options.file.empty() ? load_used(*config) : load(options.file));
  fmt::print("file: {}\nchecksum: {}\nfeatures: {}\nmemory: {} bytes\n{}", model.path, model.checksum(),
             verdict::kFeatureVersion, model.model.memory(), model.model.card());
  return kYes;
}

}  // namespace

void add_model(Commands& commands) {
  const auto options = std::make_shared<Options>();
  Command& model = commands.add("model", "the URL model: what a link's text says of it");
  model.add("train", "learn a model from URLs of which somebody knows what they are")
      .options("--from", options->from,
               "a file of examples, tab-separated; - is standard input; may be repeated")
      .options("--without", options->without, "leave examples of this source out; may be repeated")
      .flag("--from-feeds", options->from_feeds, "and what the feeds of this installation list, as phishing")
      .flag("--from-verdicts", options->from_verdicts,
            "and what was found here by looking at pages: phishing and malware, and plain pages")
      .flag("--learn-hosts", options->learn_hosts,
            "learn what each free host and each name is worth by itself; for examples that show them as they "
            "are met")
      .option("--made", options->made, "made-up phishing URLs for each 100 that are given; 20 where not said")
      .option("--seed", options->seed, "the same seed and examples give the same bytes")
      .option("--out", options->out, "where the model is written")
      .option("--compare", options->compare, "the model to compare with; the one in use where none is named")
      .format(options->format)
      .notes(
          "A line is LABEL URL [DATE [SOURCE]] or DATE LABEL SOURCE URL; labels are 1 (phishing) and 0. Exit "
          "code "
          "1 where the\nnew model is not better on the part that was held back.")
      .action([options](Context& context) { return run_train(context, *options); });
  model.add("measure", "what a model finds among examples")
      .optional_argument("FILE", options->file, "a model; the one in use where none is named")
      .options("--from", options->from, "a file of examples, as for train; may be repeated")
      .options("--without", options->without, "leave examples of this source out; may be repeated")
      .format(options->format)
      .action([options](Context& context) { return run_measure(context, *options); });
  model.add("use", "judge by another model from now on")
      .argument("FILE", options->file, "a model that `model train` wrote, or none")
      .flag("--force", options->force, "even where it was not found better than the one in use")
      .action([options](Context& context) { return run_use(context, *options); });
  model.add("show", "the card of a model: what it was trained on and what it is worth")
      .optional_argument("FILE", options->file, "a model; the one in use where none is named")
      .action([options](Context& context) { return run_show(context, *options); });
}

}  // namespace linkgate::cli
