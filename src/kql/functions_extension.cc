// Linkgate's own functions, which Kusto does not have: queries written for kusto-loco use them. docs/kql.md
// lists them apart.

#include <array>

#include "kql/function.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

// A text of at least so many characters, filled with the first one of the third argument or with blanks.
Ref padded(LowerCall& l, std::string_view function) {
  const Ref width = l.fn("greatest", l[1], l.fn("toInt64", l.fn("lengthUTF8", l[0])));
  const Ref first = l.size() > 2 ? l.fn("leftUTF8", l[2], l.integer(1)) : l.text(" ");
  const Ref fill = l.size() > 2 ? l.fn("if", l.fn("empty", l[2]), l.text(" "), first) : first;
  const Ref text = l.fn(function, l[0], width, fill);
  return l.nullable(1) ? l.fn("ifNull", text, l[0]) : text;
}
Ref lower_pad_left(LowerCall& l) { return padded(l, "leftPadUTF8"); }
Ref lower_pad_right(LowerCall& l) { return padded(l, "rightPadUTF8"); }
Ref lower_trim_white(LowerCall& l) {
  return l.fn("replaceRegexpAll", l[0], l.text("^\\s+|\\s+$"), l.text(""));
}
Ref lower_parse_hex(LowerCall& l) {
  const Ref digits = l.fn("replaceRegexpOne", l[0], l.text("^0[xX]"), l.text(""));
  return convert(l.tree, l.fn("concat", l.text("0x"), digits), Type::kString, Type::kLong, false);
}
// 1 for equal texts; less by the share of letters that must be changed.
Ref lower_similarity(LowerCall& l) {
  const Ref longest = l.fn("greatest", l.fn("lengthUTF8", l[0]), l.fn("lengthUTF8", l[1]));
  const Ref changed = l.fn("editDistanceUTF8", l[0], l[1]);
  return l.fn("minus", l.tree.real(1), l.fn("divide", changed, l.fn("greatest", longest, l.integer(1))));
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"padleft", "string (string, int|long, string?#)", lower_pad_left},
    {"padright", "string (string, int|long, string?#)", lower_pad_right},
    {"trimws", "string (string)", lower_trim_white},
    {"parsehex", "long? (string)", lower_parse_hex},
    {"string_similarity", "real! (string, string)", lower_similarity},
});

}  // namespace

std::span<const FunctionRow> extension_rows() { return kRows; }

}  // namespace linkgate::kql
