#include "scan/encoded_page.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "base/base64.h"
#include "scan/charset.h"
#include "scan/markup.h"
#include "scan/script_tokens.h"
#include "url/percent.h"
#include "url/url.h"

namespace linkgate::scan {
namespace {

using verdict::Page;

constexpr size_t kMaxScriptBytes = 2ULL << 20;  // of all inline scripts of a page
constexpr size_t kMaxCandidates = 64;           // texts that are decoded
constexpr size_t kManyEscapes = 100;            // of a script that is written in them

constexpr std::string_view kMarkup[] = {"<form", "<input", "<html", "<body", "<iframe", "<!doctype"};

bool is_document(std::string_view text) {
  const std::string lower = ascii::to_lower(text.substr(0, kMaxEncoded));
  return std::any_of(std::begin(kMarkup), std::end(kMarkup),
                     [&lower](std::string_view tag) { return lower.find(tag) != std::string::npos; });
}

// Of either alphabet, with or without its end, and with whatever white space a script's author broke it by.
std::optional<std::string> from_base64(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (const char c : text) {
    if (ascii::is_space(c) || c == '=') continue;
    plain += c == '-' ? '+' : c == '_' ? '/' : c;
    if (!ascii::is_alnum(plain.back()) && plain.back() != '+' && plain.back() != '/') return std::nullopt;
  }
  plain.resize(plain.size() / 4 * 4);  // the last letters of a page are no loss
  return base64_decode(plain);
}

// One layer less; nullopt where there is none that we know.
std::optional<std::string> decoded(const std::string& text) {
  if (auto bytes = from_base64(text)) return bytes;
  if (ascii::to_lower(text).find("%3c") != std::string::npos) return url::percent_decode(text);
  const std::string reversed(text.rbegin(), text.rend());
  if (is_document(reversed)) return reversed;
  return std::nullopt;
}

// A row of numbers, as String.fromCharCode takes it, is a text too.
std::string from_char_codes(const std::vector<ScriptToken>& tokens, size_t* at) {
  std::string out;
  size_t i = *at;
  for (; i + 1 < tokens.size() && tokens[i].kind == ScriptToken::Kind::kNumber; i += 2) {
    int code = 0;
    for (const char c : tokens[i].text.substr(0, 7))
      code = ascii::is_digit(c) ? code * 10 + (c - '0') : 0x100;
    if (code <= 0 || code > 0xff) return {};
    out += static_cast<char>(code);
    if (tokens[i + 1].text != ",") break;
  }
  *at = i;
  return out;
}

size_t count_of(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++count;
  return count;
}

// "data:text/html;base64,PGh0..." without what stands before the text.
std::string without_scheme(std::string text) {
  if (!text.starts_with("data:")) return text;
  const size_t comma = text.find(',');
  return comma == text.npos ? text : text.substr(comma + 1);
}

struct Found {
  std::vector<std::string> documents;
  size_t candidates = 0;
  int scripts = 0;  // one within another

  void look_into(std::string text, bool is_hidden) {
    text = without_scheme(std::move(text));
    for (int layer = 0; layer <= kMaxEncodings; ++layer) {
      if (text.size() < kMinEncoded || text.size() > kMaxEncoded) return;
      if (is_hidden && is_document(text)) {
        const std::string read = to_utf8(text, "");
        if (std::find(documents.begin(), documents.end(), read) == documents.end()) documents.push_back(read);
        return;
      }
      auto inner = decoded(text);
      if (!inner) {
        if (is_hidden && text.find('(') != text.npos) look_through(text);
        return;
      }
      text = std::move(*inner);
      is_hidden = true;
    }
  }

  void look_through(const std::string& script) {
    if (scripts >= kMaxEncodings) return;
    ++scripts;
    const bool is_escaped = count_of(script, "\\x") + count_of(script, "\\u") >= kManyEscapes;
    const auto tokens = script_tokens(script);
    for (size_t i = 0; i < tokens.size() && documents.size() < kMaxEncodedPages; ++i) {
      std::string text;
      if (tokens[i].kind == ScriptToken::Kind::kString) text = tokens[i].text;
      if (tokens[i].kind == ScriptToken::Kind::kNumber) text = from_char_codes(tokens, &i);
      if (text.size() < kMinEncoded || ++candidates > kMaxCandidates) continue;
      look_into(std::move(text), is_escaped || tokens[i].kind == ScriptToken::Kind::kNumber);
    }
    --scripts;
  }
};

}  // namespace

std::vector<Page> encoded_pages(const Page& page) {
  const auto at = page.chain.empty() ? std::nullopt : url::Url::parse(page.chain.back().url);
  if (!at) return {};
  Found found;
  size_t bytes = 0;
  for (const std::string& script : page.inline_scripts) {
    bytes += script.size();
    if (bytes > kMaxScriptBytes) break;
    if (script.size() >= kMinEncoded) found.look_through(script);
  }
  std::vector<Page> out;
  for (const std::string& document : found.documents) {
    Page hidden;
    hidden.identity = page.identity;
    hidden.chain = page.chain;
    hidden.status = page.status;
    hidden.media_type = page.media_type;
    hidden.server_alpn = page.server_alpn;
    hidden.certificate = page.certificate;
    hidden.html = document;
    read_markup(hidden.html, *at, &hidden);
    out.push_back(std::move(hidden));
  }
  return out;
}

}  // namespace linkgate::scan
