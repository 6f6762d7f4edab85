#include "scan/pressed.h"

#include <algorithm>
#include <set>

#include "scan/markup.h"
#include "scan/redirect.h"
#include "scan/redirect_script.h"
#include "url/acting_link.h"

namespace linkgate::scan {
namespace {

bool asks_for_password(const verdict::Page& page) {
  return std::any_of(page.forms.begin(), page.forms.end(), [](const verdict::Form& form) {
    return std::any_of(form.fields.begin(), form.fields.end(),
                       [](const verdict::FormField& field) { return field.type == "password"; });
  });
}

// All scripts of the document, and what stands in attributes for a press; empty where that is too much.
struct Scripts {
  std::string own, pressed;
};
Scripts scripts_of(const verdict::Page& page, const url::Url& at) {
  Scripts scripts;
  for (const std::string& script : page.inline_scripts) {
    scripts.own += script + "\n;";
    if (scripts.own.size() > kMostPressScripts) return {};
  }
  verdict::Page scratch;
  for (const std::string& handler : read_markup(page.html, at, &scratch).pressed) {
    scripts.pressed += handler + "\n;";
    if (scripts.pressed.size() > kMostPressScripts) return {};
  }
  return scripts;
}

}  // namespace

std::string url_behind_press(const verdict::Page& page) {
  const auto at = page.chain.empty() ? std::nullopt : url::Url::parse(page.chain.back().url);
  if (!at || page.visible_text.size() > kMostWordsBeforePress || asks_for_password(page)) return "";
  const Scripts scripts = scripts_of(page, *at);
  ScriptWorld world{*at, {}};
  std::set<std::string> unpressed;
  for (const ScriptTarget& target : read_script(scripts.own, &world).targets) unpressed.insert(target.url);
  world = {*at, {}};
  const auto found = read_script(scripts.own + scripts.pressed, &world, ScriptMoment::kPressed);
  for (const ScriptTarget& target : found.targets) {
    const auto url = unpressed.count(target.url) > 0 ? std::nullopt : url::Url::parse(target.url, &*at);
    const bool leads_on = url && url->is_http() && url->href() != at->href() && !leads_inward(*url);
    if (leads_on && !url::link_act(*url)) return url->href();
  }
  return "";
}

}  // namespace linkgate::scan
