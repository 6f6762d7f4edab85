#include "browser/snapshot.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "browser/navigation_log.h"

namespace linkgate::browser {
namespace {

using nlohmann::json;

std::string text(const json& object, const char* key, size_t bytes, bool* is_cut) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  const auto& all = found->get_ref<const std::string&>();
  *is_cut |= all.size() > bytes;
  return clipped(all, bytes);
}

std::vector<std::string> texts(const json& object, const char* key, size_t count, size_t bytes,
                               bool* is_cut) {
  std::vector<std::string> out;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return out;
  for (const json& value : *found) {
    *is_cut |= out.size() >= count;
    if (out.size() >= count || !value.is_string()) continue;
    *is_cut |= value.get_ref<const std::string&>().size() > bytes;
    out.push_back(clipped(value.get_ref<const std::string&>(), bytes));
  }
  return out;
}

verdict::Form read_form(const json& from, bool* is_cut) {
  verdict::Form form{
      text(from, "action", kMaxUrlBytes, is_cut), text(from, "method", kMaxFieldBytes, is_cut), {}};
  const auto fields = from.find("fields");
  if (fields == from.end() || !fields->is_array()) return form;
  for (const json& field : *fields) {
    *is_cut |= form.fields.size() >= kMaxFields;
    if (form.fields.size() >= kMaxFields || !field.is_object()) continue;
    form.fields.push_back({text(field, "type", kMaxFieldBytes, is_cut),
                           text(field, "name", kMaxFieldBytes, is_cut),
                           text(field, "label", kMaxFieldBytes, is_cut)});
  }
  return form;
}

}  // namespace

Result<Snapshot> read_snapshot(std::string_view answer) {
  const json from = json::parse(answer, nullptr, false);
  if (!from.is_object()) return Error(ErrorCode::kInvalidArgument, "the page's own picture cannot be read");
  Snapshot out;
  bool* cut = &out.is_cut;
  out.is_cut = from.contains("is_cut") && from["is_cut"] == true;
  out.url = text(from, "url", kMaxUrlBytes, cut);
  out.title = text(from, "title", kMaxTitleBytes, cut);
  out.html = text(from, "html", kMaxHtmlBytes, cut);
  out.text = text(from, "text", kMaxTextBytes, cut);
  out.icon = text(from, "icon", kMaxUrlBytes, cut);
  out.largest_frame = text(from, "largest_frame", kMaxUrlBytes, cut);
  if (from.contains("frame_share") && from["frame_share"].is_number())
    out.frame_share = std::clamp(from["frame_share"].get<double>(), 0.0, 1.0);
  const auto forms = from.find("forms");
  if (forms != from.end() && forms->is_array()) {
    for (const json& form : *forms) {
      *cut |= out.forms.size() >= kMaxForms;
      if (out.forms.size() < kMaxForms && form.is_object()) out.forms.push_back(read_form(form, cut));
    }
  }
  out.links = texts(from, "links", kMaxLinks, kMaxUrlBytes, cut);
  out.frames = texts(from, "frames", kMaxLinks, kMaxUrlBytes, cut);
  out.scripts = texts(from, "scripts", kMaxLinks, kMaxUrlBytes, cut);
  out.images = texts(from, "images", kMaxLinks, kMaxUrlBytes, cut);
  out.inline_scripts = texts(from, "inline_scripts", kMaxInlineScripts, kMaxInlineScriptBytes, cut);
  return out;
}

}  // namespace linkgate::browser
