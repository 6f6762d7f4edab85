// Signs in scripts: what hides, what watches, what builds files.
#include <algorithm>

#include "base/ascii.h"
#include "verdict/page_signs.h"

namespace linkgate::verdict {
namespace {

constexpr size_t kLongLiteral = 400;  // of encoded text: a page's part, no icon's name

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at += part.size()) ++found;
  return found;
}

// The longest run of letters of base64 or of %xx and \xNN.
size_t longest_encoded(std::string_view text) {
  size_t longest = 0, run = 0, escapes = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool base64 = ascii::is_alnum(c) || c == '+' || c == '/' || c == '=';
    run = base64 ? run + 1 : 0;
    longest = std::max(longest, run);
    const bool escape =
        (c == '%' || (c == '\\' && i + 1 < text.size() && (text[i + 1] == 'x' || text[i + 1] == 'u')));
    escapes += escape ? 1 : 0;
  }
  return std::max(longest, escapes > 150 ? escapes * 3 : 0);
}

bool decodes(std::string_view script) {
  return has(script, "atob(") || has(script, "unescape(") || has(script, "fromCharCode") ||
         has(script, "decodeURIComponent(");
}

void add_hiding(std::string_view script, PageSigns& signs) {
  const bool writes = has(script, "document.write") || has(script, "innerHTML") || has(script, "outerHTML") ||
                      has(script, "insertAdjacentHTML") || has(script, "eval(") || has(script, "Function(") ||
                      has(script, "srcdoc");
  const bool packed = has(script, "eval(function(p,a,c,k,e") || count(script, "_0x") > 20;
  if (decodes(script) && writes && longest_encoded(script) >= kLongLiteral)
    signs.push_back({"script.unpacks_page", 0.6,
                     "has a script that keeps the page's content encoded until it is open in a browser"});
  else if (packed || (decodes(script) && longest_encoded(script) >= kLongLiteral))
    signs.push_back({"script.obfuscated", 0.4, "has scripts written so that nobody can read them"});
}

void add_watching(std::string_view script, std::string_view markup, PageSigns& signs) {
  const bool menu = has(script, "contextmenu") || has(markup, "oncontextmenu");
  const bool keys = (has(script, "keyCode") || has(script, "which") || has(script, ".key")) &&
                    (has(script, "123") || has(script, "F12") || has(script, "'u'") || has(script, "85")) &&
                    (has(script, "preventDefault") || has(script, "return false"));
  const bool debugger = has(script, "debugger") && (has(script, "setInterval") || has(script, "setTimeout"));
  const bool sizes = has(script, "outerWidth") && has(script, "innerWidth") &&
                     (has(script, "devtools") || has(script, "location"));
  if ((menu && keys) || debugger || sizes)
    signs.push_back({"script.blocks_inspection", 0.4, "keeps visitors from looking at its source"});
  const bool reads_place = has(script, "location.hash") || has(script, "window.location.hash") ||
                           has(script, "location.search") || has(script, "URLSearchParams");
  const bool address = has(script, "@") || has(script, "mail") || has(script, "user");
  if (reads_place && address && (has(script, "atob(") || has(script, ".value")) && !has(script, "utm_"))
    signs.push_back({"script.reads_victim", 0.3, "takes the visitor's address out of the link"});
}

}  // namespace

void add_script_signs(const PageView& view, PageSigns& signs) {
  add_hiding(view.script, signs);
  if (view.asked == Asked::kNothing) return;
  add_watching(view.script, view.markup, signs);
}

void add_smuggling_signs(const PageView& view, PageSigns& signs) {
  const std::string_view script = view.script;
  const bool makes = has(script, "new Blob(") || has(script, "new File(") || has(script, "msSaveOrOpenBlob");
  const bool hands_over = (has(script, "createObjectURL") && has(script, "download")) ||
                          has(script, "msSaveOrOpenBlob") || has(script, "msSaveBlob");
  const bool carried =
      (decodes(script) || has(script, "Uint8Array")) && longest_encoded(script) >= kLongLiteral;
  if (makes && hands_over && carried)
    signs.push_back({"page.smuggling", 1.2,
                     "puts a file together in the browser and hands it over as a download, past what looks "
                     "at downloads"});
  const bool data_download = std::any_of(view.tags.begin(), view.tags.end(), [](const std::string& tag) {
    return tag.starts_with("a ") && has(tag, "download") && has(tag, "href=\"blob:");
  });
  if (data_download && !(makes && hands_over && carried))
    signs.push_back({"page.smuggling", 0.8, "hands over a file that it made in the browser"});
}

}  // namespace linkgate::verdict
