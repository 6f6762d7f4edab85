// parse_xml: XML as JSON. Source: Kusto documentation, parse_xml(): an element is its text, or a bag of its
// attributes
// ("@name"), children and text ("#text"); children of one name are an array; an empty one is null.

#include <array>
#include <charconv>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ascii.h"
#include "functions/function.h"
#include "functions/text.h"

namespace linkgate::functions {
namespace {

constexpr size_t kMaxXmlBytes = 1u << 20;  // as in Kusto: longer text is null
constexpr size_t kMaxDepth = 100;          // of elements in one another; deeper is null

struct Member {
  std::string name;
  std::vector<std::string> values;  // JSON; several: an array
};
struct Element {
  std::string name, text;
  std::vector<Member> members;
  std::unordered_map<std::string, size_t> places;  // of members, by name

  void add(std::string member, std::string json) {
    const auto [place, is_new] = places.emplace(member, members.size());
    if (!is_new) return members[place->second].values.push_back(std::move(json));
    members.push_back({std::move(member), {std::move(json)}});
  }
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
// XML 1.0, production 4, but that all of Unicode above ASCII counts as letters.
bool is_name_start(char c) {
  return ascii::is_alpha(c) || c == '_' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) { return is_name_start(c) || ascii::is_digit(c) || c == '-' || c == '.'; }

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string json_of(Element element) {
  const std::string_view text = ascii::trim(element.text);
  if (element.members.empty()) return text.empty() ? "null" : quoted(text);
  if (!text.empty()) element.add("#text", quoted(text));
  std::string out = "{";
  for (const Member& member : element.members) {
    if (out.size() > 1) out += ',';
    out += quoted(member.name) + ':';
    if (member.values.size() > 1) out += '[';
    for (size_t i = 0; i < member.values.size(); ++i) out += (i > 0 ? "," : "") + member.values[i];
    if (member.values.size() > 1) out += ']';
  }
  return out + '}';
}

// One document. Names of entities that a document declares are not known; it is null then, and so is what is
// not well formed.
class Xml {
 public:
  explicit Xml(std::string_view text) : rest_(text) {}

  Value parse() {
    while (ok_ && !rest_.empty()) step();
    if (!ok_ || !open_.empty() || root_.empty()) return std::nullopt;
    return root_;
  }

 private:
  void step() {
    if (rest_[0] != '<') return characters();
    if (skip_to("<!--", "-->") || skip_to("<?", "?>")) return;
    if (rest_.starts_with("<![CDATA[")) return cdata();
    if (rest_.starts_with("<!DOCTYPE")) return doctype();
    rest_.starts_with("</") ? end_tag() : start_tag();
  }
  void fail() { ok_ = false; }
  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  // Past what begins with `begin` and ends with `end`; false where it does not begin so.
  bool skip_to(std::string_view begin, std::string_view end) {
    if (!take(begin)) return false;
    const size_t at = rest_.find(end);
    if (at == rest_.npos)
      fail();
    else
      rest_.remove_prefix(at + end.size());
    return true;
  }
  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_[0])) rest_.remove_prefix(1);
  }
  std::string name() {
    size_t size = 0;
    if (!rest_.empty() && is_name_start(rest_[0])) {
      while (size < rest_.size() && is_name_part(rest_[size])) ++size;
    }
    if (size == 0) fail();
    std::string found(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return found;
  }
  // A declaration of the document's type, which may have others in brackets.
  void doctype() {
    const size_t close = rest_.find('>'), bracket = rest_.find('[');
    if (bracket < close) {
      if (!skip_to("<", "]")) fail();
      skip_spaces();
      if (!take(">")) fail();
    } else if (!skip_to("<", ">")) {
      fail();
    }
  }
  void cdata() {
    take("<![CDATA[");
    const size_t end = rest_.find("]]>");
    if (end == rest_.npos || open_.empty()) return fail();
    open_.back().text += rest_.substr(0, end);
    rest_.remove_prefix(end + 3);
  }
  void characters() {
    const size_t size = std::min(rest_.find('<'), rest_.size());
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    if (!open_.empty()) {
      open_.back().text += unescaped(text);
    } else if (!ascii::trim(text).empty()) {
      fail();
    }
  }
  std::string unescaped(std::string_view text) {
    std::string out;
    for (size_t at = 0; at < text.size() && ok_;) {
      const size_t mark = std::min(text.find('&', at), text.size());
      out += text.substr(at, mark - at);
      if (mark == text.size()) break;
      const size_t end = text.find(';', mark);
      if (end == text.npos) {
        fail();
      } else {
        out += entity(text.substr(mark + 1, end - mark - 1));
        at = end + 1;
      }
    }
    return out;
  }
  std::string entity(std::string_view name) {
    constexpr auto kEntities = std::to_array<std::pair<std::string_view, const char*>>(
        {{"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"apos", "'"}});
    for (const auto& [known, text] : kEntities) {
      if (known == name) return text;
    }
    uint32_t code = 0;
    const int base = name.starts_with("#x") ? 16 : 10;
    const std::string_view digits = name.substr(std::min<size_t>(base == 16 ? 2 : 1, name.size()));
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, base);
    const bool character = name.starts_with('#') && error == std::errc() &&
                           end == digits.data() + digits.size() && code > 0 && code <= 0x10ffff &&
                           (code < 0xd800 || code > 0xdfff);
    if (!character) fail();
    return character ? to_utf8(std::u32string(1, code)) : "";
  }
  void start_tag() {
    take("<");
    Element element{.name = name()};
    if (open_.size() == kMaxDepth || (open_.empty() && !root_.empty())) return fail();
    for (skip_spaces(); ok_ && !rest_.empty() && is_name_start(rest_[0]); skip_spaces()) attribute(element);
    const bool empty = take("/");
    if (!take(">")) return fail();
    open_.push_back(std::move(element));
    if (empty) close();
  }
  void attribute(Element& element) {
    const std::string attribute = "@" + name();
    skip_spaces();
    if (!take("=")) return fail();
    skip_spaces();
    const char quote = rest_.empty() ? '\0' : rest_[0];
    const size_t end = quote == '"' || quote == '\'' ? rest_.find(quote, 1) : rest_.npos;
    if (end == rest_.npos) return fail();
    const std::string_view value = rest_.substr(1, end - 1);
    if (element.places.contains(attribute)) return fail();
    element.add(attribute, quoted(unescaped(value)));
    rest_.remove_prefix(end + 1);
  }
  void end_tag() {
    take("</");
    const std::string ended = name();
    skip_spaces();
    if (!take(">") || open_.empty() || open_.back().name != ended) return fail();
    close();
  }
  void close() {
    Element element = std::move(open_.back());
    open_.pop_back();
    std::string name = element.name;
    std::string json = json_of(std::move(element));
    if (open_.empty())
      root_ = "{" + quoted(name) + ":" + json + "}";
    else
      open_.back().add(std::move(name), std::move(json));
  }

  std::string_view rest_;
  std::vector<Element> open_;
  std::string root_;
  bool ok_ = true;
};

Value parse_xml(const Arguments& a) {
  if (a.text(0).size() > kMaxXmlBytes || !from_utf8(a.text(0))) return std::nullopt;
  return Xml(a.text(0)).parse();
}

constexpr auto kRows = std::to_array<FunctionRow>({{"parse_xml", 1, 1, parse_xml}});

}  // namespace

std::span<const FunctionRow> xml_rows() { return kRows; }

}  // namespace linkgate::functions
