#include "cli/saved_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/first_start.h"
#include "cli/report_show.h"
#include "cli/rows.h"
#include "cli/user_name.h"
#include "state/search_store.h"
#include "views/filter_text.h"

namespace linkgate::cli {
namespace {

using nlohmann::json;
using views::Filter;

constexpr struct {
  const char* name;
  std::string ViewOptions::*value;
} kMoments[] = {{"from", &ViewOptions::from}, {"to", &ViewOptions::to}};

struct Options {
  std::string name, view, format = "table";
  ViewOptions filter;
  ShowOptions show;
};

Result<std::unique_ptr<state::SearchStore>> open(Context& context, bool read_only) {
  TRY_ASSIGN(const Config* config, context.installation());
  return state::open_search_store(state_options(*config, read_only));
}

std::vector<std::string> view_names() {
  std::vector<std::string> names;
  for (const views::Report& view : views::explorer_views()) names.emplace_back(view.name);
  return names;
}

Result<int> save(Context& context, const Options& options) {
  const Time now = SystemClock().now();
  TRY(filter_of(options.filter, now, views::kOrdinaryPeriod).map([](const Filter&) {}));
  TRY_ASSIGN(const auto store, open(context, false));
  TRY(store->save({options.name, options.view, filters_to_json(options.filter), user_name(), now}));
  return kYes;
}

Result<int> list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context, true));
  TRY_ASSIGN(const auto searches, store->list());
  Rows rows{{"Name", "View", "Filters", "SavedBy", "Saved"}, {}};
  for (const state::SavedSearch& search : searches) {
    rows.rows.push_back(
        {search.name, search.view, Cell::json(search.filters), search.saved_by, to_iso8601(search.saved)});
  }
  fmt::print("{}", print(rows, options.format));
  return rows.rows.empty() ? kNo : kYes;
}

Result<int> run(Context& context, Options& options) {
  TRY_ASSIGN(const auto store, open(context, true));
  TRY_ASSIGN(const state::SavedSearch search, store->find(options.name));
  const auto all = views::explorer_views();
  const auto view =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == search.view; });
  if (view == all.end())
    return Error(ErrorCode::kCorrupt,
                 fmt::format("the search is of a view {} that there is not", search.view));
  TRY_ASSIGN(auto saved, filters_from_json(search.filters));
  options.show.filter = overlaid(std::move(saved), options.show.filter);
  return show(context, *view, options.show);
}

Result<int> remove(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context, false));
  TRY(store->remove(options.name));
  return kYes;
}

}  // namespace

std::string filters_to_json(const ViewOptions& options) {
  json out = json::object();
  for (const auto& [name, value] : kMoments) {
    if (!(options.*value).empty()) out[name] = options.*value;
  }
  for (const auto& [name, values] : views::filter_members()) {
    if (!(options.named.*values).empty()) out[name] = options.named.*values;
  }
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<ViewOptions> filters_from_json(std::string_view text) {
  const Error corrupt(ErrorCode::kCorrupt, "the filters of the search cannot be read");
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object()) return corrupt;
  ViewOptions options;
  for (const auto& [name, value] : kMoments) {
    const auto found = all.find(name);
    if (found == all.end()) continue;
    if (!found->is_string()) return corrupt;
    options.*value = found->get<std::string>();
  }
  for (const auto& [name, values] : views::filter_members()) {
    const auto found = all.find(name);
    if (found == all.end()) continue;
    if (!found->is_array()) return corrupt;
    for (const json& one : *found) {
      if (!one.is_string()) return corrupt;
      (options.named.*values).push_back(one.get<std::string>());
    }
  }
  return options;
}

ViewOptions overlaid(ViewOptions saved, const ViewOptions& given) {
  for (const auto& [name, value] : kMoments) {
    if (!(given.*value).empty()) saved.*value = given.*value;
  }
  for (const auto& [name, values] : views::filter_members()) {
    if (!(given.named.*values).empty()) saved.named.*values = given.named.*values;
  }
  return saved;
}

void add_saved_searches(Command& explorer) {
  const auto options = std::make_shared<Options>();
  Command& saving = explorer.add("save", "keep a search by name, for everybody");
  saving.argument("NAME", options->name, "what it is called")
      .argument_of("VIEW", options->view, view_names(), "what it shows");
  add_view_options(saving, options->filter, true);
  saving.action([options](Context& context) { return save(context, *options); });
  explorer.add("list", "the searches that are kept")
      .format(options->format)
      .action([options](Context& context) { return list(context, *options); });
  Command& running = explorer.add("run", "a search that is kept; options given here replace its own");
  running.argument("NAME", options->name, "the search");
  add_show_options(running, options->show);
  running.action([options](Context& context) { return run(context, *options); });
  explorer.add("remove", "keep a search no longer")
      .argument("NAME", options->name, "the search")
      .action([options](Context& context) { return remove(context, *options); });
}

}  // namespace linkgate::cli
