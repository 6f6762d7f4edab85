#include "scan/script_value.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"

namespace linkgate::scan {
namespace {

using Kind = ScriptToken::Kind;
using Value = std::optional<ScriptValue>;

constexpr size_t kMaxArguments = 4096;

Value text_value(std::string text) {
  if (text.size() > kMaxScriptValue) return std::nullopt;
  return ScriptValue{false, std::move(text), {}};
}

std::optional<long> as_number(const std::string& text) {
  long value = 0;
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const char* begin = text.data() + (hex ? 2 : 0);
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value, hex ? 16 : 10);
  if (error != std::errc() || begin == end || (stop != end && *stop != '.')) return std::nullopt;
  return value;
}

// Latin-1, as atob() and unescape() give it.
void append_latin1(std::string& out, unsigned byte) {
  if (byte < 0x80) {
    out += static_cast<char>(byte);
  } else {
    out += static_cast<char>(0xc0 | byte >> 6);
    out += static_cast<char>(0x80 | (byte & 0x3f));
  }
}

void append_code(std::string& out, unsigned code) {
  if (code < 0x100) return append_latin1(out, code);
  if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
  } else {
    out += static_cast<char>(0xe0 | (code >> 12 & 0xf));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
  }
  out += static_cast<char>(0x80 | (code & 0x3f));
}

std::optional<std::string> atob(std::string text) {
  std::erase_if(text, ascii::is_space);
  while (text.ends_with('=')) text.pop_back();
  // Spare bits that are not zero are let pass, as browsers do.
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    const size_t digit = kAlphabet.find(c);
    if (digit == kAlphabet.npos) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      append_latin1(out, bits >> count & 0xff);
    }
  }
  return out;
}

// "%41", and "%u0041" where that is understood. `latin1`: a byte is a character (unescape).
std::string percent_decoded(std::string_view text, bool latin1) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto hex = [&](size_t from, size_t count) {
      unsigned value = 0;
      for (size_t k = 0; k < count; ++k) {
        if (from + k >= text.size() || !ascii::is_hex(text[from + k])) return ~0U;
        value = value << 4 | static_cast<unsigned>(ascii::hex_value(text[from + k]));
      }
      return value;
    };
    const bool wide = latin1 && i + 1 < text.size() && text[i + 1] == 'u';
    const unsigned code = text[i] != '%' ? ~0U : wide ? hex(i + 2, 4) : hex(i + 1, 2);
    if (code == ~0U) {
      out += text[i];
    } else if (latin1) {
      append_code(out, code);
      i += wide ? 5 : 2;
    } else {
      out += static_cast<char>(code);
      i += 2;
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& list, std::string_view between) {
  std::string out;
  for (size_t i = 0; i < list.size() && out.size() <= kMaxScriptValue; ++i) {
    if (i > 0) out += between;
    out += list[i];
  }
  return out;
}

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> out;
  if (by.empty()) {
    for (const char c : text) out.emplace_back(1, c);
    return out;
  }
  size_t at = 0;
  for (size_t next = 0; (next = text.find(by, at)) != text.npos; at = next + by.size())
    out.push_back(text.substr(at, next - at));
  out.push_back(text.substr(at));
  return out;
}

std::string replaced(std::string text, const std::string& what, const std::string& with, bool all) {
  if (what.empty()) return text;
  for (size_t at = text.find(what); at != text.npos && text.size() <= kMaxScriptValue;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
    if (!all) break;
  }
  return text;
}

// substring, substr, slice with their own ideas of what the numbers mean.
Value part(std::string_view method, const std::string& text, const std::vector<ScriptValue>& arguments) {
  const long size = static_cast<long>(text.size());
  const auto first = arguments.empty() ? std::optional<long>(0) : as_number(arguments[0].text);
  const auto second = arguments.size() < 2 ? std::optional<long>(size) : as_number(arguments[1].text);
  if (!first || !second) return std::nullopt;
  long begin = *first, end = *second;
  if (method == "substring") {
    begin = std::clamp(begin, 0L, size);
    end = std::clamp(end, 0L, size);
    if (begin > end) std::swap(begin, end);
  } else {
    if (begin < 0) begin = std::max(0L, size + begin);
    if (method == "substr" && arguments.size() > 1) end = begin + std::clamp(end, 0L, size);
    if (method == "slice" && end < 0) end = size + end;
    begin = std::min(begin, size);
    end = std::clamp(end, begin, size);
  }
  return text_value(text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
}

Value call_of_list(const ScriptValue& value, std::string_view method,
                   const std::vector<ScriptValue>& arguments) {
  if (method == "join") return text_value(joined(value.list, arguments.empty() ? "," : arguments[0].text));
  if (method == "reverse") return ScriptValue{true, "", {value.list.rbegin(), value.list.rend()}};
  return std::nullopt;
}

Value call_of_text(const ScriptValue& value, std::string_view method,
                   const std::vector<ScriptValue>& arguments) {
  const auto argument = [&](size_t i) { return i < arguments.size() ? arguments[i].text : ""; };
  if (method == "split") return ScriptValue{true, "", split(value.text, argument(0))};
  if (method == "replace" || method == "replaceAll")
    return text_value(replaced(value.text, argument(0), argument(1), method == "replaceAll"));
  if (method == "concat") {
    std::string all = value.text;
    for (const ScriptValue& one : arguments) all += one.text;
    return text_value(std::move(all));
  }
  if (method == "substring" || method == "substr" || method == "slice")
    return part(method, value.text, arguments);
  if (method == "toString" || method == "valueOf" || method == "trim") return value;
  if (method == "toLowerCase") return text_value(ascii::to_lower(value.text));
  return std::nullopt;
}

Value call_of_name(std::string_view name, const std::vector<ScriptValue>& arguments) {
  if (name == "fromCharCode" || name == "fromCodePoint") {
    std::string out;
    for (const ScriptValue& one : arguments) {
      const auto code = as_number(one.text);
      if (!code || *code < 0 || *code > 0xffff) return std::nullopt;
      append_code(out, static_cast<unsigned>(*code));
    }
    return text_value(std::move(out));
  }
  if (arguments.size() != 1 || arguments[0].is_list) return std::nullopt;
  const std::string& text = arguments[0].text;
  if (name == "atob") {
    auto decoded = atob(text);
    return decoded ? text_value(std::move(*decoded)) : std::nullopt;
  }
  if (name == "unescape") return text_value(percent_decoded(text, true));
  if (name == "decodeURIComponent" || name == "decodeURI") return text_value(percent_decoded(text, false));
  if (name == "String") return arguments[0];
  return std::nullopt;
}

class Evaluator {
 public:
  Evaluator(const std::vector<ScriptToken>& tokens, size_t* at, const ScriptWorld& world)
      : tokens_(tokens), at_(*at), world_(world) {}

  // operand { "+" operand }
  Value sum() {
    if (++depth_ > kMaxScriptNesting) return std::nullopt;
    Value value = operand();
    while (value && is_mark("+")) {
      ++at_;
      const Value next = operand();
      if (!next || value->is_list || next->is_list) return std::nullopt;
      value->text += next->text;
      if (value->text.size() > kMaxScriptValue) return std::nullopt;
    }
    --depth_;
    return value;
  }

 private:
  bool is_mark(std::string_view mark) const {
    return at_ < tokens_.size() && tokens_[at_].kind == Kind::kMark && tokens_[at_].text == mark;
  }
  bool take(std::string_view mark) {
    if (!is_mark(mark)) return false;
    ++at_;
    return true;
  }

  Value operand() {
    Value value = primary();
    while (value && at_ < tokens_.size()) {
      if (is_mark("[")) {
        value = element(*value);
      } else if (is_mark(".") || is_mark("?.")) {
        ++at_;
        value = member(*value);
      } else {
        break;
      }
    }
    return value;
  }

  Value primary() {
    if (at_ >= tokens_.size()) return std::nullopt;
    const ScriptToken& token = tokens_[at_];
    if (token.kind == Kind::kString || token.kind == Kind::kNumber) {
      ++at_;
      return text_value(token.text);
    }
    if (token.kind == Kind::kName) return name();
    if (take("(")) {
      Value value = sum();
      return value && take(")") ? value : std::nullopt;
    }
    if (take("[")) {
      std::vector<ScriptValue> items;
      if (!list("]", &items)) return std::nullopt;
      ScriptValue value{true, "", {}};
      for (ScriptValue& item : items) value.list.push_back(std::move(item.text));
      return value;
    }
    return std::nullopt;
  }

  // Values up to `end`, which is taken too.
  bool list(std::string_view end, std::vector<ScriptValue>* items) {
    if (take(end)) return true;
    while (items->size() < kMaxArguments) {
      Value value = sum();
      if (!value) return false;
      items->push_back(std::move(*value));
      if (take(end)) return true;
      if (!take(",")) return false;
    }
    return false;
  }

  // A path of names: a variable, the page's address, or one of the functions above.
  Value name() {
    std::string path = tokens_[at_++].text;
    std::string last = path;
    if (const auto known = world_.names.find(path); known != world_.names.end() && !is_mark("("))
      return known->second;
    while (true) {
      if (is_mark("(")) {
        ++at_;
        std::vector<ScriptValue> arguments;
        return list(")", &arguments) ? call_of_name(last, arguments) : std::nullopt;
      }
      if (auto address = of_location(path)) return address;
      if (!is_mark(".") || at_ + 1 >= tokens_.size() || tokens_[at_ + 1].kind != Kind::kName)
        return std::nullopt;
      last = tokens_[at_ + 1].text;
      at_ += 2;
      if (path == "window" || path == "document" || path == "self" || path == "top" || path == "parent")
        path.clear();
      else
        path += ".";
      path += last;
    }
  }

  // What a path says of the page's address; location itself is its href, where nothing of it is asked for.
  Value of_location(const std::string& path) const {
    const url::Url& url = world_.location;
    if (path == "location.href" || path == "URL" || path == "documentURI") return text_value(url.href());
    if (path == "location.hash") return text_value(std::string(url.hash()));
    if (path == "location.search") return text_value(std::string(url.search()));
    if (path == "location.host") return text_value(std::string(url.host()));
    if (path == "location.hostname" || path == "domain") return text_value(std::string(url.hostname()));
    if (path == "location.protocol") return text_value(std::string(url.protocol()));
    if (path == "location.origin") return text_value(url.origin());
    if (path == "location.pathname") return text_value(std::string(url.pathname()));
    if (path == "location" && !is_mark(".")) return text_value(url.href());
    return std::nullopt;
  }

  Value element(const ScriptValue& value) {
    ++at_;
    const Value key = sum();
    if (!key || !take("]")) return std::nullopt;
    if (const auto index = as_number(key->text)) {
      const auto i = static_cast<size_t>(*index);
      if (value.is_list) return i < value.list.size() ? text_value(value.list[i]) : std::nullopt;
      return i < value.text.size() ? text_value(value.text.substr(i, 1)) : std::nullopt;
    }
    return method(value, key->text);
  }

  Value member(const ScriptValue& value) {
    if (at_ >= tokens_.size() || tokens_[at_].kind != Kind::kName) return std::nullopt;
    const std::string name = tokens_[at_++].text;
    return method(value, name);
  }
  Value method(const ScriptValue& value, const std::string& name) {
    std::vector<ScriptValue> arguments;
    if (!take("(") || !list(")", &arguments)) return std::nullopt;
    return value.is_list ? call_of_list(value, name, arguments) : call_of_text(value, name, arguments);
  }

  const std::vector<ScriptToken>& tokens_;
  size_t& at_;
  const ScriptWorld& world_;
  int depth_ = 0;
};

}  // namespace

std::optional<ScriptValue> evaluate(const std::vector<ScriptToken>& tokens, size_t* at,
                                    const ScriptWorld& world) {
  return Evaluator(tokens, at, world).sum();
}

}  // namespace linkgate::scan
