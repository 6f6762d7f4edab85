#include "scan/redirect_script.h"

#include <algorithm>

namespace linkgate::scan {
namespace {

using Kind = ScriptToken::Kind;

constexpr size_t kMaxPath = 8;  // names of one path
constexpr size_t kMaxNestedBytes = 512 * 1024;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A path of names from a token on: window["location"].href is {location, href}.
struct Path {
  std::vector<std::string> names;
  size_t end = 0;  // behind it
};

class ScriptReader {
 public:
  ScriptReader(std::string_view script, ScriptWorld* world, ScriptFindings* found, ScriptMoment moment,
               int depth)
      : tokens_(script_tokens(script)),
        moment_(moment),
        regions_(tokens_, moment),
        world_(*world),
        found_(*found),
        depth_(depth) {}

  void read() {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].kind != Kind::kName || (i > 0 && (is(i - 1, ".") || is(i - 1, "?.")))) {
        if (tokens_[i].kind == Kind::kName && regions_.runs(i)) act_on_element(i);
        continue;
      }
      const Path path = path_at(i);
      if (is(path.end, "=") || is(path.end, "+=")) {
        assign(path, i);
      } else if (is(path.end, "(") && regions_.runs(i)) {
        call(path, i);
      }
    }
  }

 private:
  bool is(size_t token, std::string_view text) const {
    return token < tokens_.size() && tokens_[token].kind == Kind::kMark && tokens_[token].text == text;
  }

  Path path_at(size_t token) const {
    Path path;
    path.names.push_back(tokens_[token].text);
    path.end = token + 1;
    while (path.names.size() < kMaxPath) {
      if ((is(path.end, ".") || is(path.end, "?.")) && path.end + 1 < tokens_.size() &&
          tokens_[path.end + 1].kind == Kind::kName) {
        path.names.push_back(tokens_[path.end + 1].text);
        path.end += 2;
      } else if (is(path.end, "[")) {
        // window["location"], or put together: location["hr" + "ef"].
        size_t at = path.end + 1;
        const auto name = evaluate(tokens_, &at, world_);
        if (!name || name->is_list || !is(at, "]")) break;
        path.names.push_back(name->text);
        path.end = at + 1;
      } else {
        break;
      }
    }
    while (path.names.size() > 1 &&
           is_one_of(path.names.front(),
                     {"window", "self", "top", "parent", "document", "globalThis", "this", "opener"}))
      path.names.erase(path.names.begin());
    return path;
  }

  static bool is_location(const Path& path) {
    const auto& names = path.names;
    return names[0] == "location" && (names.size() == 1 || (names.size() == 2 && names[1] == "href"));
  }

  void assign(const Path& path, size_t begin) {
    size_t at = path.end + 1;
    const auto value = evaluate(tokens_, &at, world_);
    const bool runs = regions_.runs(begin);
    if (is_location(path)) {
      if (runs && value && !value->is_list) add_target(value->text, begin, false);
    } else if (path.names[0] == "cookie" && path.names.size() == 1) {
      if (runs && value && found_.cookies.size() < kMaxScriptTargets) found_.cookies.push_back(value->text);
    } else if (path.names.size() == 1) {
      learn(path.names[0], value, path.end);
    } else if (path.names.size() == 2 && is_one_of(path.names[1], {"href", "action"}) && value) {
      world_.names[path.names[0] + "." + path.names[1]] = *value;
    } else if (path.names.size() == 2 && is_one_of(path.names[1], {"innerHTML", "outerHTML", "srcdoc"}) &&
               value) {
      if (runs) write(value->text);
    }
  }

  // What a variable is from here on, or that it is no longer known.
  void learn(const std::string& name, const std::optional<ScriptValue>& value, size_t equals) {
    const auto known = world_.names.find(name);
    if (is(equals, "+=")) {
      const bool fits = known != world_.names.end() && value && !value->is_list &&
                        known->second.text.size() + value->text.size() <= kMaxScriptValue;
      if (fits) known->second.text += value->text;
      if (!fits && known != world_.names.end()) world_.names.erase(known);
      return;
    }
    elements_.erase(name);
    if (value) {
      world_.names[name] = *value;
    } else {
      world_.names.erase(name);
      if (const auto element = element_behind(equals + 1)) elements_[name] = *element;
    }
  }

  void call(const Path& path, size_t begin) {
    const std::string& last = path.names.back();
    const std::string& first = path.names.front();
    size_t at = path.end + 1;
    const bool moves =
        first == "location" && path.names.size() == 2 && is_one_of(last, {"assign", "replace"});
    const bool opens = last == "open" && (path.names.size() == 1 && is_window_open(begin));
    if (moves || opens || (first == "navigation" && last == "navigate")) {
      const auto value = evaluate(tokens_, &at, world_);
      if (value && !value->is_list) add_target(value->text, begin, false);
    } else if (first == "location" && last == "reload") {
      found_.reloads = true;
      if (is_renamed_) add_target(world_.location.href(), begin, false);
    } else if (first == "history" && is_one_of(last, {"replaceState", "pushState"})) {
      rename_page(path.end);
    } else if (path.names.size() == 1 &&
               is_one_of(last, {"setTimeout", "setInterval", "eval", "execScript", "Function"})) {
      const auto value = evaluate(tokens_, &at, world_);
      if (value && !value->is_list) nested(value->text);
    } else if (path.names.size() == 1 && is_one_of(last, {"write", "writeln"})) {
      const auto value = evaluate(tokens_, &at, world_);
      if (value && !value->is_list) write(value->text);
    }
  }

  // history.replaceState(state, title, url): the page is at another address from now on.
  void rename_page(size_t open) {
    const size_t end = regions_.partner(open);
    int commas = 0;
    for (size_t at = open + 1; at < end && end < tokens_.size(); ++at) {
      if (regions_.partner(at) > at && regions_.partner(at) < end) at = regions_.partner(at);
      if (!is(at, ",") || ++commas < 2) continue;
      ++at;
      const auto value = evaluate(tokens_, &at, world_);
      auto url = value ? url::Url::parse(value->text, &world_.location) : std::nullopt;
      // Browsers allow it within an origin alone.
      if (!url || url->origin() != world_.location.origin()) return;
      world_.location = std::move(*url);
      is_renamed_ = true;
      return;
    }
  }

  // open() by itself or of a window; that of a document or of a request is something else.
  bool is_window_open(size_t begin) const { return tokens_[begin].text != "document"; }

  void nested(const std::string& script) {
    if (depth_ + 1 >= kMaxScriptDepth || script.size() > kMaxNestedBytes) return;
    ScriptReader(script, &world_, &found_, moment_, depth_ + 1).read();
  }
  void write(const std::string& markup) {
    if (found_.written.size() < kMaxScriptTargets) found_.written.push_back(markup);
  }

  void add_target(std::string url, size_t token, bool is_clicked) {
    if (found_.targets.size() < kMaxScriptTargets)
      found_.targets.push_back({std::move(url), regions_.is_conditional(token), is_clicked});
  }

  // X.submit() and X.click(): of what?
  void act_on_element(size_t token) {
    const std::string& method = tokens_[token].text;
    const bool submits = is_one_of(method, {"submit", "requestSubmit"});
    if ((!submits && method != "click") || token < 2 || !is(token + 1, "(")) return;
    // $("x").click(function...) listens.
    if (!is(token + 2, ")") && method == "click") return;
    if (act_on_made(token, submits)) return;
    auto element = element_before(token - 1);
    if (!element) return;
    element->is_conditional = regions_.is_conditional(token);
    auto& list = submits ? found_.submitted : found_.clicked;
    if (list.size() < kMaxScriptTargets) list.push_back(std::move(*element));
  }

  // An element that the script made and gave an address.
  bool act_on_made(size_t token, bool submits) {
    if (tokens_[token - 2].kind != Kind::kName) return false;
    const auto made = world_.names.find(tokens_[token - 2].text + (submits ? ".action" : ".href"));
    if (made == world_.names.end()) return false;
    add_target(made->second.text, token, !submits);
    return true;
  }

  // The element that an expression ending before `dot` names.
  std::optional<ScriptElement> element_before(size_t dot) const {
    const size_t last = dot - 1;
    if (tokens_[last].kind == Kind::kName) {
      const auto known = elements_.find(tokens_[last].text);
      if (known != elements_.end()) return known->second;
      return ScriptElement{ScriptElement::By::kIdOrName, 0, tokens_[last].text};
    }
    const size_t open = regions_.partner(last);
    if (open >= last) return std::nullopt;
    return element_of(open);
  }

  // forms[0], links["x"], getElementById("x"), querySelector("#x"), $("a"): by the bracket.
  std::optional<ScriptElement> element_of(size_t open) const {
    if (open == 0 || open + 1 >= tokens_.size()) return std::nullopt;
    const ScriptToken& key = tokens_[open + 1];
    if (key.kind == Kind::kNumber) {
      const std::string& list = tokens_[open - 1].text;
      // getElementsByTagName("a")[0]
      const size_t inner = is(open - 1, ")") ? regions_.partner(open - 1) : open;
      if (inner < open) return element_of(inner);
      ScriptElement element{ScriptElement::By::kIndex,
                            key.text.size() < 4 ? std::stoul("0" + digits(key.text)) : 0, ""};
      if (list == "links") element.name = "a";
      return element;
    }
    if (key.kind != Kind::kString) return std::nullopt;
    std::string name = key.text;
    const std::string& callee = tokens_[open - 1].text;
    const bool selects = is_one_of(callee, {"querySelector", "querySelectorAll", "$", "jQuery"});
    const bool by_tag = callee == "getElementsByTagName";
    if (!selects && !by_tag) return ScriptElement{ScriptElement::By::kIdOrName, 0, name};
    if (const size_t hash = name.find('#'); selects && hash != name.npos)
      return ScriptElement{ScriptElement::By::kIdOrName, 0, name.substr(hash + 1)};
    return ScriptElement{ScriptElement::By::kTag, 0, name.substr(0, name.find_first_of(".[: "))};
  }
  static std::string digits(const std::string& text) {
    return text.substr(0, text.find_first_not_of("0123456789"));
  }

  // "= document.getElementById("x")": the first bracket with a text or number in it tells.
  std::optional<ScriptElement> element_behind(size_t token) const {
    constexpr size_t kMaxTokens = 8;
    for (size_t i = token; i < token + kMaxTokens && i < tokens_.size() && !is(i, ";"); ++i) {
      if (is(i, "(") || is(i, "[")) {
        if (tokens_[i - 1].text == "createElement") return std::nullopt;
        return element_of(i);
      }
    }
    return std::nullopt;
  }

  const std::vector<ScriptToken> tokens_;
  const ScriptMoment moment_;
  const ScriptRegions regions_;
  ScriptWorld& world_;
  ScriptFindings& found_;
  const int depth_;
  std::map<std::string, ScriptElement, std::less<>> elements_;
  bool is_renamed_ = false;
};

}  // namespace

ScriptFindings read_script(std::string_view script, ScriptWorld* world, ScriptMoment moment) {
  ScriptFindings found;
  ScriptReader(script, world, &found, moment, 0).read();
  return found;
}

}  // namespace linkgate::scan
