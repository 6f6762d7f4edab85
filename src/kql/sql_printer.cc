// The only place of the project that turns a query's parts into SQL text, and the only one that quotes.

#include <array>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "kql/limits.h"
#include "kql/literal.h"
#include "kql/sql.h"

namespace linkgate::kql::sql {
namespace {

struct Infix {
  std::string_view function;
  std::string_view symbol;
};
constexpr auto kInfix = std::to_array<Infix>({
    {"and", " AND "},
    {"or", " OR "},
    {"equals", " = "},
    {"notEquals", " != "},
    {"less", " < "},
    {"lessOrEquals", " <= "},
    {"greater", " > "},
    {"greaterOrEquals", " >= "},
    {"isNotDistinctFrom", " <=> "},
    {"plus", " + "},
    {"minus", " - "},
    {"multiply", " * "},
    {"divide", " / "},
});

class Printer {
 public:
  bool failed() const { return out_.size() - data_bytes_ > kMaxSqlBytes || too_deep_ || has_too_much_data(); }
  bool has_too_much_data() const { return data_bytes_ > kMaxExternalSqlBytes; }
  std::string take() { return std::move(out_); }

  void select(const Select& s, int indent) {
    if (!enter()) return;
    out_ += s.distinct ? "SELECT DISTINCT " : "SELECT ";
    for (size_t i = 0; i < s.items.size() && !failed(); ++i) {
      if (i > 0) out_ += ", ";
      expr(*s.items[i].expr);
      if (!s.items[i].alias.empty()) out_ += " AS ", name(s.items[i].alias);
    }
    from(s.from, indent);
    if (!s.where.empty()) line(indent, "WHERE "), list(s.where, " AND ");
    if (!s.group_by.empty()) line(indent, "GROUP BY "), places(s.group_by);
    if (!s.order_by.empty()) line(indent, "ORDER BY "), order(s.order_by);
    if (!s.limit_by.empty())
      line(indent, "LIMIT " + std::to_string(s.limit_by_rows) + " BY "), places(s.limit_by);
    if (s.limit) line(indent, "LIMIT " + std::to_string(*s.limit));
    --depth_;
  }

  void expr(const Expr& e) {
    if (!enter()) return;
    switch (e.kind) {
      case ExprKind::kColumn:
        if (!e.table.empty()) name(e.table), out_ += ".";
        name(e.name);
        break;
      case ExprKind::kString:
        string(e.name);
        break;
      case ExprKind::kData:
        data(e.name);
        break;
      case ExprKind::kInteger:
        integer(e.integer);
        break;
      case ExprKind::kReal:
        real(e.real);
        break;
      case ExprKind::kNull:
        out_ += "NULL";
        break;
      case ExprKind::kCall:
        call(e);
        break;
      case ExprKind::kAggregate:
        out_ += e.name;
        if (!e.params.empty()) out_ += "(", list(e.params, ", "), out_ += ")";
        out_ += "(", list(e.args, ", "), out_ += ")";
        break;
      case ExprKind::kLambda:
        out_ += (e.table.empty() ? e.name : "(" + e.name + ", " + e.table + ")") + " -> ";
        expr(*e.args[0]);
        break;
      case ExprKind::kAlias:
        out_ += "(";
        expr(*e.args[0]);
        out_ += " AS " + e.name + ")";
        break;
      case ExprKind::kSubquery:
        out_ += "(";
        select(*e.select, 0);
        out_ += ")";
        break;
      case ExprKind::kRowNumber:
        out_ += "row_number() OVER (ORDER BY ";
        order(e.order);
        out_ += ")";
        break;
      case ExprKind::kWindow:
        out_ += e.name + "(", list(e.args, ", "), out_ += ") OVER (";
        if (!e.params.empty()) out_ += "PARTITION BY ", list(e.params, ", "), out_ += " ";
        out_ += "ORDER BY ", order(e.order), out_ += " ", out_ += e.frame, out_ += ")";
        break;
    }
    --depth_;
  }

 private:
  bool enter() {
    if (++depth_ > kMaxSqlDepth) too_deep_ = true;
    if (!failed()) return true;
    --depth_;
    return false;
  }

  void line(int indent, std::string_view text) {
    out_ += "\n";
    out_.append(static_cast<size_t>(indent), ' ');
    out_ += text;
  }

  void list(const std::vector<Ref>& exprs, std::string_view between) {
    for (size_t i = 0; i < exprs.size() && !failed(); ++i) {
      if (i > 0) out_ += between;
      expr(*exprs[i]);
    }
  }

  // In GROUP BY, ORDER BY and LIMIT BY a bare number would be the place of an item.
  void place(const Expr& e) {
    if (e.kind == ExprKind::kInteger) out_ += "toInt64(";
    expr(e);
    if (e.kind == ExprKind::kInteger) out_ += ")";
  }
  void places(const std::vector<Ref>& exprs) {
    for (size_t i = 0; i < exprs.size() && !failed(); ++i) {
      if (i > 0) out_ += ", ";
      place(*exprs[i]);
    }
  }

  void order(const std::vector<OrderKey>& keys) {
    for (size_t i = 0; i < keys.size() && !failed(); ++i) {
      if (i > 0) out_ += ", ";
      place(*keys[i].expr);
      out_ += keys[i].descending ? " DESC" : " ASC";
      out_ += keys[i].nulls_first ? " NULLS FIRST" : " NULLS LAST";
    }
  }

  void call(const Expr& e) {
    if (e.name == "isNull" || e.name == "isNotNull") {
      out_ += "(";
      expr(*e.args[0]);
      out_ += e.name == "isNull" ? " IS NULL)" : " IS NOT NULL)";
      return;
    }
    for (const Infix& infix : kInfix) {
      if (infix.function != e.name || e.args.size() < 2) continue;
      out_ += "(", list(e.args, infix.symbol), out_ += ")";
      return;
    }
    out_ += e.name;
    out_ += "(", list(e.args, ", "), out_ += ")";
  }

  void from(const Source& source, int indent) {
    switch (source.kind) {
      case Source::Kind::kNothing:
        return;
      case Source::Kind::kTable:
        line(indent, "FROM ");
        name(source.database), out_ += ".", name(source.table);
        out_ += " AS ", name(source.alias);
        if (source.final) out_ += " FINAL";
        return;
      case Source::Kind::kFunction:
        line(indent, "FROM ");
        expr(*source.function);
        out_ += " AS ", name(source.alias);
        return;
      case Source::Kind::kSelects:
        line(indent, "FROM ");
        nested(source.selects, indent), out_ += " AS ", name(source.alias);
        return;
      case Source::Kind::kJoin:
        line(indent, "FROM ");
        nested({source.selects[0]}, indent), out_ += " AS ", name(source.alias);
        line(indent, source.join), out_ += " JOIN ";
        nested({source.selects[1]}, indent), out_ += " AS ", name(source.right_alias);
        out_ += " ON ", expr(*source.on);
        return;
    }
  }

  void nested(const std::vector<const Select*>& selects, int indent) {
    out_ += "(";
    for (size_t i = 0; i < selects.size() && !failed(); ++i) {
      if (i > 0) line(indent + 2, "UNION ALL");
      line(indent + 2, "");
      select(*selects[i], indent + 2);
    }
    out_ += ")";
  }

  // Backquoted unless it is one word; inside backquotes a backslash escapes, as in strings.
  void name(std::string_view text) {
    CHECK(!text.empty());
    const auto plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    bool bare = !(text[0] >= '0' && text[0] <= '9');
    for (char c : text) bare = bare && plain(c);
    if (bare)
      out_ += text;
    else
      escaped(text, '`');
  }

  void data(std::string_view text) {
    const size_t before = out_.size();
    string(text);
    data_bytes_ += out_.size() - before;
  }

  void string(std::string_view text) { escaped(text, '\''); }

  // Backslash, the quote and control characters are escaped; everything else, bytes above 0x7F included,
  // stands for itself.
  void escaped(std::string_view text, char quote) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    out_ += quote;
    for (char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '\\' || c == quote) {
        out_ += '\\';
        out_ += c;
      } else if (byte < 0x20 || byte == 0x7F) {
        out_ += "\\x";
        out_ += kHex[byte >> 4];
        out_ += kHex[byte & 15];
      } else {
        out_ += c;
      }
    }
    out_ += quote;
  }

  void integer(int64_t value) {
    // The least Int64 has no literal of its own: its digits alone are one too many.
    if (value == std::numeric_limits<int64_t>::min())
      out_ += "(-9223372036854775807 - 1)";
    else
      out_ += std::to_string(value);
  }

  void real(double value) {
    const std::string text = real_text(value);
    out_ += std::signbit(value) && std::isfinite(value) ? "(" + text + ")" : text;
  }

  std::string out_;
  size_t data_bytes_ = 0;
  int depth_ = 0;
  bool too_deep_ = false;
};

}  // namespace

Expected<std::string> print(const Select& select, Span whole_query) {
  Printer printer;
  printer.select(select, 0);
  if (printer.has_too_much_data()) {
    return fail(DiagnosticCode::kTooLarge, whole_query,
                "the rows of externaldata, at each place where they are used, are more than the " +
                    std::to_string(kMaxExternalSqlBytes >> 20) + " MiB that go along with a query");
  }
  if (printer.failed()) {
    return fail(DiagnosticCode::kTooLarge, whole_query,
                "the query becomes larger or deeper than the event store takes");
  }
  return printer.take();
}

std::string print(const Expr& expr) {
  Printer printer;
  printer.expr(expr);
  return printer.take();
}

}  // namespace linkgate::kql::sql
