#include "portal/alert_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "base/ascii.h"
#include "base/check.h"
#include "state/alert_store.h"
#include "url/percent.h"
#include "views/graph_alert.h"

namespace linkgate::portal {
namespace {

constexpr std::string_view kNames[kAlertFields] = {"status",          "severity",          "classification",
                                                   "determination",   "assignedTo",        "serviceSource",
                                                   "createdDateTime", "lastUpdateDateTime"};
constexpr std::string_view kSeverityWords[] = {"unknown", "informational", "low", "medium", "high"};
constexpr std::string_view kSources[] = {views::kGraphAlertSource};

bool is_time(AlertField field) { return field == AlertField::kCreated || field == AlertField::kUpdated; }

// The words that a field can have; empty: any.
std::span<const std::string_view> words_of(AlertField field) {
  switch (field) {
    case AlertField::kStatus:
      return state::kAlertStatuses;
    case AlertField::kSeverity:
      return kSeverityWords;
    case AlertField::kClassification:
      return state::kAlertClassifications;
    case AlertField::kDetermination:
      return state::kAlertDeterminations;
    case AlertField::kServiceSource:
      return kSources;
    default:
      return {};
  }
}

Error wrong(const std::string& what) { return {ErrorCode::kInvalidArgument, what}; }

Result<AlertField> field_of(std::string_view name, std::string_view option) {
  for (size_t i = 0; i < kAlertFields; ++i) {
    if (kNames[i] == name) return static_cast<AlertField>(i);
  }
  return wrong(fmt::format("{}: there is no '{}' here; there are {}", option, name,
                           fmt::join(std::begin(kNames), std::end(kNames), ", ")));
}

int compare_values(AlertField field, std::string_view a, std::string_view b) {
  if (field != AlertField::kSeverity) return a.compare(b);
  const auto rank = [](std::string_view word) {
    return std::find(std::begin(kSeverityWords), std::end(kSeverityWords), word) - std::begin(kSeverityWords);
  };
  return static_cast<int>(rank(a) - rank(b));
}

Result<size_t> number_of(std::string_view name, std::string_view text, size_t least, size_t most) {
  size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < least ||
      value > most)
    return wrong(fmt::format("{} is a number from {} to {}", name, least, most));
  return value;
}

struct Token {
  enum class Kind : uint8_t { kEnd, kWord, kText, kOpen, kClose, kComma } kind = Kind::kEnd;
  std::string text;
  size_t at = 0;
};

}  // namespace

// By precedence: comparisons, not, and, or; with a stack instead of recursion.
class FilterParser {
 public:
  explicit FilterParser(std::string_view text) : text_(text) {}

  Result<AlertFilter> parse() {
    TRY(next());
    bool wants_operand = true;
    while (token_.kind != Token::Kind::kEnd) {
      TRY(wants_operand ? operand(wants_operand) : after_operand(wants_operand));
    }
    if (wants_operand) return unexpected("a comparison");
    while (!waiting_.empty()) {
      if (waiting_.back() == Waiting::kBracket) return wrong("$filter: a bracket is not closed");
      emit();
    }
    return std::move(filter_);
  }

 private:
  using Op = AlertFilter::Op;
  enum class Waiting : uint8_t { kBracket, kOr, kAnd, kNot };  // by precedence

  Error unexpected(std::string_view wanted) const {
    const std::string found = token_.kind == Token::Kind::kEnd ? "its end" : "'" + token_.text + "'";
    return wrong(fmt::format("$filter: {} is wanted at {}, and there is {}", wanted, token_.at + 1, found));
  }

  bool is_word(std::string_view word) const {
    return token_.kind == Token::Kind::kWord && token_.text == word;
  }

  Result<void> next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    token_ = {Token::Kind::kEnd, "", at_};
    if (at_ == text_.size()) return {};
    const char c = text_[at_];
    if (c == '(' || c == ')' || c == ',') {
      token_.kind = c == '(' ? Token::Kind::kOpen : c == ')' ? Token::Kind::kClose : Token::Kind::kComma;
      token_.text = c;
      ++at_;
      return {};
    }
    if (c == '\'') return quoted();
    const size_t end = std::min(text_.find_first_of(" (),'", at_), text_.size());
    token_.kind = Token::Kind::kWord;
    token_.text = text_.substr(at_, end - at_);
    at_ = end;
    return {};
  }

  Result<void> quoted() {
    token_.kind = Token::Kind::kText;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '\'') {
        token_.text += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '\'') {
        token_.text += text_[at_++];
      } else {
        ++at_;
        return {};
      }
    }
    return wrong("$filter: a text is not closed");
  }

  Result<void> operand(bool& wants_operand) {
    if (token_.kind == Token::Kind::kOpen) {
      waiting_.push_back(Waiting::kBracket);
      return next();
    }
    if (is_word("not")) {
      waiting_.push_back(Waiting::kNot);
      return next();
    }
    wants_operand = false;
    return comparison();
  }

  Result<void> after_operand(bool& wants_operand) {
    if (token_.kind == Token::Kind::kClose) {
      while (!waiting_.empty() && waiting_.back() != Waiting::kBracket) emit();
      if (waiting_.empty()) return unexpected("'and', 'or' or the end");
      waiting_.pop_back();
      return next();
    }
    const bool is_and = is_word("and");
    if (!is_and && !is_word("or")) return unexpected("'and', 'or' or the end");
    const Waiting op = is_and ? Waiting::kAnd : Waiting::kOr;
    while (!waiting_.empty() && waiting_.back() >= op) emit();
    waiting_.push_back(op);
    wants_operand = true;
    return next();
  }

  Result<void> comparison() {
    if (token_.kind != Token::Kind::kWord) return unexpected("the name of a property");
    TRY_ASSIGN(const AlertField field, field_of(token_.text, "$filter"));
    TRY(next());
    constexpr std::pair<std::string_view, Op> kOps[] = {{"eq", Op::kEqual},   {"ne", Op::kNotEqual},
                                                        {"lt", Op::kLess},    {"le", Op::kLessOrEqual},
                                                        {"gt", Op::kGreater}, {"ge", Op::kGreaterOrEqual}};
    if (is_word("in")) return one_of(field);
    for (const auto& [word, op] : kOps) {
      if (!is_word(word)) continue;
      TRY(next());
      return value(field, op);
    }
    return unexpected("one of eq, ne, lt, le, gt, ge, in");
  }

  Result<void> one_of(AlertField field) {
    TRY(next());
    if (token_.kind != Token::Kind::kOpen) return unexpected("'('");
    for (bool first = true;; first = false) {
      TRY(next());
      TRY(value(field, Op::kEqual));
      if (!first) filter_.steps_.push_back({Op::kOr, field, ""});
      if (token_.kind == Token::Kind::kClose) return next();
      if (token_.kind != Token::Kind::kComma) return unexpected("',' or ')'");
    }
  }

  Result<void> value(AlertField field, Op op) {
    const std::string_view name = kNames[static_cast<size_t>(field)];
    const auto words = words_of(field);
    const bool is_null = is_word("null");
    std::string value = token_.text;
    if (is_time(field)) {
      const auto time = from_iso8601(value);
      if ((token_.kind != Token::Kind::kWord && token_.kind != Token::Kind::kText) || !time)
        return unexpected("a moment such as 2026-11-22T12:00:00Z");
      value = to_iso8601(*time);
    } else if (is_null && field == AlertField::kAssignedTo) {
      value.clear();
    } else if (token_.kind != Token::Kind::kText) {
      return unexpected("a text in '...'");
    } else if (!words.empty() && std::find(words.begin(), words.end(), value) == words.end()) {
      return wrong(fmt::format("$filter: {} is never '{}', it is one of {}", name, value,
                               fmt::join(words.begin(), words.end(), ", ")));
    }
    filter_.steps_.push_back({op, field, std::move(value)});
    return next();
  }

  void emit() {
    const Waiting op = waiting_.back();
    waiting_.pop_back();
    filter_.steps_.push_back({op == Waiting::kNot   ? Op::kNot
                              : op == Waiting::kAnd ? Op::kAnd
                                                    : Op::kOr,
                              AlertField::kStatus, ""});
  }

  const std::string_view text_;
  size_t at_ = 0;
  Token token_;
  std::vector<Waiting> waiting_;
  AlertFilter filter_;
};

Result<AlertFilter> AlertFilter::parse(std::string_view text) {
  if (text.size() > kMaxFilterOctets)
    return Error(ErrorCode::kLimit, fmt::format("$filter has more than {} octets", kMaxFilterOctets));
  return FilterParser(text).parse();
}

bool AlertFilter::matches(const AlertView& alert) const {
  std::vector<bool> stack;
  for (const Step& step : steps_) {
    if (step.op == Op::kNot) {
      stack.back() = !stack.back();
    } else if (step.op == Op::kAnd || step.op == Op::kOr) {
      const bool right = stack.back();
      stack.pop_back();
      stack.back() = step.op == Op::kAnd ? stack.back() && right : stack.back() || right;
    } else {
      const int order = compare_values(step.field, alert.values[static_cast<size_t>(step.field)], step.value);
      stack.push_back(step.op == Op::kEqual         ? order == 0
                      : step.op == Op::kNotEqual    ? order != 0
                      : step.op == Op::kLess        ? order < 0
                      : step.op == Op::kLessOrEqual ? order <= 0
                      : step.op == Op::kGreater     ? order > 0
                                                    : order >= 0);
    }
  }
  return stack.empty() || stack.back();
}

int compare(AlertField field, const AlertView& a, const AlertView& b) {
  const auto i = static_cast<size_t>(field);
  return compare_values(field, a.values[i], b.values[i]);
}

namespace {

std::string decoded(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '+', ' ');
  return url::percent_decode(out);
}

Result<void> read_order(std::string_view text, AlertQuery& query) {
  for (const std::string_view part : ascii::split(text, ',')) {
    const std::string_view one = ascii::trim(part);
    const size_t blank = std::min(one.find(' '), one.size());
    const std::string_view way = ascii::trim(one.substr(blank));
    if (!way.empty() && way != "asc" && way != "desc")
      return wrong(fmt::format("$orderby: '{}' is neither asc nor desc", way));
    TRY_ASSIGN(const AlertField field, field_of(one.substr(0, blank), "$orderby"));
    if (query.order.size() >= kAlertFields) return wrong("$orderby names more than there is");
    query.order.emplace_back(field, way == "desc");
  }
  return {};
}

Result<void> read_option(std::string_view name, const std::string& value, AlertQuery& query) {
  if (name == "$filter") {
    TRY_ASSIGN(query.filter, AlertFilter::parse(value));
  } else if (name == "$orderby") {
    return read_order(value, query);
  } else if (name == "$top") {
    TRY_ASSIGN(query.top, number_of(name, value, 1, kMostAlertsAtOnce));
  } else if (name == "$skip") {
    TRY_ASSIGN(query.skip, number_of(name, value, 0, 1'000'000'000));
  } else if (name == "$count") {
    if (value != "true" && value != "false") return wrong("$count is true or false");
    query.count = value == "true";
  } else {
    return wrong(
        fmt::format("{} is not supported here; there are $filter, $orderby, $top, $skip and $count", name));
  }
  return {};
}

}  // namespace

Result<AlertQuery> parse_alert_query(std::string_view text) {
  AlertQuery query;
  for (const std::string_view part : ascii::split(text, '&')) {
    if (part.empty()) continue;
    const size_t equals = std::min(part.find('='), part.size());
    const std::string value = decoded(part.substr(std::min(part.size(), equals + 1)));
    TRY(read_option(decoded(part.substr(0, equals)), value, query));
  }
  if (query.order.empty()) query.order.emplace_back(AlertField::kCreated, true);
  return query;
}

std::string with_skip(std::string_view text, size_t skip) {
  std::string out;
  for (const std::string_view part : ascii::split(text, '&')) {
    const size_t equals = std::min(part.find('='), part.size());
    if (!part.empty() && decoded(part.substr(0, equals)) != "$skip") out += std::string(part) + "&";
  }
  return out + "$skip=" + std::to_string(skip);
}

}  // namespace linkgate::portal
