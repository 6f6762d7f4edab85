// DNS response policy zones in master file format (RFC 1035 section 5, draft-vixie-dnsop-dns-rpz): names that
// a resolver is told to answer otherwise, or not at all.
#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "scan/feed_parser.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;

constexpr size_t kMaxTokens = 64;  // of a record; what is behind them is data that nobody asks for

// A record: its line joined where parentheses say so, comments gone, words apart.
struct Record {
  bool has_owner = false;  // the first token stands at the beginning of the line
  std::vector<std::string_view> tokens;
  std::string_view text;
};

// False at the end. Parentheses that never close end with the input.
bool next_record(std::string_view bytes, size_t* at, Record* record) {
  record->tokens.clear();
  const size_t begin = *at;
  if (begin >= bytes.size()) return false;
  record->has_owner = !ascii::is_space(bytes[begin]);
  int depth = 0;
  size_t i = begin;
  for (; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\n') {
      if (depth == 0) break;
    } else if (c == ';') {
      i = std::min(bytes.find('\n', i), bytes.size()) - 1;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      depth = std::max(depth - 1, 0);
    } else if (!ascii::is_space(c)) {
      const size_t word = i;
      const bool is_quoted = c == '"';
      for (++i; i < bytes.size(); ++i) {
        const char next = bytes[i];
        if (next == '\\' && i + 1 < bytes.size()) {
          ++i;
        } else if (is_quoted ? next == '"'
                             : ascii::is_space(next) || next == ';' || next == '(' || next == ')') {
          break;
        }
      }
      if (record->tokens.size() < kMaxTokens)
        record->tokens.push_back(bytes.substr(word, std::min(i, bytes.size()) - word));
      if (!is_quoted) --i;
    }
  }
  *at = std::min(i, bytes.size()) + 1;
  record->text = bytes.substr(begin, std::min(i, bytes.size()) - begin);
  return true;
}

bool is_class(std::string_view word) {
  return ascii::iequals(word, "IN") || ascii::iequals(word, "CH") || ascii::iequals(word, "HS");
}
bool is_ttl(std::string_view word) {
  return !word.empty() && word[0] >= '0' && word[0] <= '9' &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= '0' && c <= '9') || std::string_view("smhdwSMHDW").find(c) != std::string_view::npos;
         });
}

class Zone {
 public:
  explicit Zone(FeedCollector& collector) : collector_(collector) {}

  Result<void> take(const Record& record) {
    if (record.tokens.empty()) return {};
    const std::string_view first = record.tokens[0];
    if (record.has_owner && first.starts_with('$')) return take_directive(record);
    size_t at = 0;
    if (record.has_owner) owner_ = absolute(record.tokens[at++]);
    while (at < record.tokens.size() && (is_class(record.tokens[at]) || is_ttl(record.tokens[at]))) ++at;
    if (at >= record.tokens.size() || owner_.empty()) {
      collector_.skip(record.text);
      return {};
    }
    const std::string_view type = record.tokens[at++];
    const std::string_view data = at < record.tokens.size() ? record.tokens[at] : std::string_view();
    if (ascii::iequals(type, "SOA")) {
      apex_ = owner_;
      return {};
    }
    return take_trigger(type, data, record.text);
  }

  bool has_apex() const { return !apex_.empty(); }

 private:
  Result<void> take_directive(const Record& record) {
    const std::string_view name = record.tokens[0];
    if (ascii::iequals(name, "$ORIGIN") && record.tokens.size() > 1) {
      origin_ = absolute(record.tokens[1]);
      return {};
    }
    if (ascii::iequals(name, "$TTL")) return {};
    // $INCLUDE would read a file of ours, $GENERATE would make records out of nothing.
    return Error(ErrorCode::kInvalidArgument,
                 "is a zone with " + FeedCollector::printable(name.substr(0, 20)) + ", which is not read");
  }

  // In lower case, with a dot at its end.
  std::string absolute(std::string_view name) const {
    if (name == "@") return origin_;
    std::string full = ascii::to_lower(name);
    if (!full.ends_with('.')) full.append(".").append(origin_);
    return full;
  }

  Result<void> take_trigger(std::string_view type, std::string_view data, std::string_view text) {
    if (apex_.empty())
      return Error(ErrorCode::kInvalidArgument, "is a zone that does not begin with its SOA record");
    if (owner_ == apex_) return {};  // NS, TXT and the like of the zone itself
    if (!owner_.ends_with("." + apex_)) {
      collector_.skip(text);
      return {};
    }
    std::string_view name = std::string_view(owner_).substr(0, owner_.size() - apex_.size() - 1);
    // Triggers that are no names that somebody asks for: addresses of answers, of clients and of name
    // servers.
    const std::string_view last = name.substr(name.rfind('.') == name.npos ? 0 : name.rfind('.') + 1);
    if (last.starts_with("rpz-")) {
      collector_.pass_over();
      return {};
    }
    if (name.starts_with("*.")) name.remove_prefix(2);
    if (name.find('*') != name.npos || name.find('\\') != name.npos) {
      collector_.skip(text);
      return {};
    }
    if (!ascii::iequals(type, "CNAME")) return collector_.add(name, text, std::nullopt, "answered otherwise");
    const std::string target = data == "*" ? "*" : ascii::to_lower(data);
    if (target == "rpz-passthru.") return collector_.add(name, text, Disposition::kClean);
    if (target == "rpz-tcp-only.") {
      collector_.pass_over();
      return {};
    }
    return collector_.add(
        name, text, std::nullopt,
        target == "." || target == "*." || target == "rpz-drop." ? "" : "answered otherwise");
  }

  FeedCollector& collector_;
  std::string origin_ = "zone.", owner_, apex_;
};

}  // namespace

Result<void> parse_rpz(std::string_view bytes, FeedCollector& collector) {
  Zone zone(collector);
  Record record;
  for (size_t at = 0; next_record(bytes, &at, &record);) TRY(zone.take(record));
  if (!zone.has_apex()) return Error(ErrorCode::kInvalidArgument, "is no zone: it has no SOA record");
  return {};
}

}  // namespace linkgate::scan
