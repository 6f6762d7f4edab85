// IPv4 and IPv6 addresses and their networks. Text that is none gives null (or false, or ''), never an error.

#include <array>

#include "kql/function.h"
#include "kql/lower_native.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

constexpr int64_t kBits4 = 32;
constexpr int64_t kBits6 = 128;

// "address" or "address/prefix".
Ref address_text(LowerCall& l, Ref text) { return l.fn("substringIndex", text, l.text("/"), l.integer(1)); }
// A prefix argument as a number, null where it is out of range.
Ref checked_prefix(LowerCall& l, Ref prefix, int64_t whole) {
  const Ref sound = l.fn("and", l.fn("greaterOrEquals", prefix, l.integer(0)),
                         l.fn("lessOrEquals", prefix, l.integer(whole)));
  return l.fn("if", sound, prefix, l.null());
}
// The prefix, `whole` where none is written, null where it is none or too long.
Ref prefix_of(LowerCall& l, Ref text, int64_t whole) {
  const Ref written = l.fn("toInt64OrNull", l.fn("substringIndex", text, l.text("/"), l.integer(-1)));
  const Ref sound = checked_prefix(l, written, whole);
  return l.fn("if", l.fn("equals", l.fn("position", text, l.text("/")), l.integer(0)), l.integer(whole),
              sound);
}
// An address without the bits behind its prefix. A shift, or a power of two, would fail on the number that
// stands behind a null; and of null and a number greatest() gives the number.
Ref masked4(LowerCall& l, Ref address, Ref prefix) {
  const Ref bits = l.fn("least", l.fn("greatest", prefix, l.integer(0)), l.integer(kBits4));
  const Ref hosts = l.fn("toUInt64", l.fn("exp2", l.fn("minus", l.integer(kBits4), bits)));
  return l.let(l.fn("if", l.fn("isNull", prefix), l.null(), hosts),
               [&](Ref size) { return l.fn("multiply", l.fn("intDivOrZero", address, size), size); });
}
Ref address4(LowerCall& l, Ref text) {
  return l.fn("toInt64", l.fn("IPv4StringToNumOrNull", address_text(l, text)));
}
// The least of prefixes, null where one is.
Ref shortest(LowerCall& l, const std::vector<Ref>& prefixes) {
  Ref found = prefixes[0];
  for (size_t i = 1; i < prefixes.size(); ++i) {
    found = l.let(found, [&](Ref a) {
      return l.let(prefixes[i], [&](Ref b) {
        return l.fn("if", l.fn("less", a, b), a, l.fn("plus", b, l.fn("multiply", a, l.integer(0))));
      });
    });
  }
  return found;
}

Ref lower_parse_ipv4(LowerCall& l) {
  return l.let(l[0], [&l](Ref text) {
    return l.fn("toInt64", masked4(l, address4(l, text), prefix_of(l, text, kBits4)));
  });
}
Ref lower_parse_ipv4_mask(LowerCall& l) {
  return l.let(l[0], [&l](Ref text) {
    const Ref prefix = shortest(l, {prefix_of(l, text, kBits4), checked_prefix(l, l[1], kBits4)});
    return l.fn("toInt64", masked4(l, address4(l, text), prefix));
  });
}
// compare(a, b): both cut to the shortest of the prefixes.
template <typename Compare>
Ref both4(LowerCall& l, Compare compare) {
  return l.let(l[0], [&](Ref a) {
    return l.let(l[1], [&](Ref b) {
      std::vector<Ref> prefixes = {prefix_of(l, a, kBits4), prefix_of(l, b, kBits4)};
      if (l.size() > 2) prefixes.push_back(checked_prefix(l, l[2], kBits4));
      return l.let(shortest(l, prefixes), [&](Ref prefix) {
        return compare(masked4(l, address4(l, a), prefix), masked4(l, address4(l, b), prefix));
      });
    });
  });
}
Ref sign_of_difference(LowerCall& l, Ref a, Ref b) {
  return l.fn("toInt64", l.fn("minus", l.fn("greater", a, b), l.fn("less", a, b)));
}
Ref lower_ipv4_compare(LowerCall& l) {
  return both4(l, [&l](Ref a, Ref b) { return sign_of_difference(l, a, b); });
}
Ref lower_ipv4_is_match(LowerCall& l) {
  return both4(l, [&l](Ref a, Ref b) { return l.fn("equals", a, b); });
}
Ref in_range4(LowerCall& l, Ref ip, Ref range) {
  return l.let(range, [&](Ref r) {
    return l.let(prefix_of(l, r, kBits4), [&](Ref prefix) {
      const Ref own = prefix_of(l, ip, kBits4);
      const Ref address = masked4(l, masked4(l, address4(l, ip), own), prefix);
      return l.fn("equals", address, masked4(l, address4(l, r), prefix));
    });
  });
}
Ref lower_ipv4_is_in_range(LowerCall& l) {
  return l.let(l[0], [&l](Ref ip) { return in_range4(l, ip, l[1]); });
}

// The ranges as an array of texts: from a dynamic array, or from the arguments themselves.
Ref texts_from(LowerCall& l, size_t first) {
  if (l.arg(first).type == Type::kDynamic) {
    return l.fn("JSONExtract", l.fn("ifNull", l[first], l.text("[]")), l.text("Array(String)"));
  }
  return l.tree.call("array", {l.args.begin() + static_cast<std::ptrdiff_t>(first), l.args.end()});
}
// True where one holds, null where the address is none.
template <typename Holds>
Ref any_of(LowerCall& l, Ref list, Ref address_is_sound, Holds holds) {
  const Ref found =
      over(l.tree, "arrayExists", list, [&](Ref text) { return l.fn("ifNull", holds(text), l.integer(0)); });
  return l.fn("if", address_is_sound, l.fn("toNullable", found), l.null());
}
Ref lower_ipv4_is_in_any_range(LowerCall& l) {
  return l.let(l[0], [&l](Ref ip) {
    return any_of(l, texts_from(l, 1), l.fn("isNotNull", address4(l, ip)),
                  [&](Ref range) { return in_range4(l, ip, range); });
  });
}
// RFC 1918. A network is private when all of it is.
Ref lower_ipv4_is_private(LowerCall& l) {
  return l.let(l[0], [&l](Ref text) {
    return l.let(prefix_of(l, text, kBits4), [&](Ref prefix) {
      return l.let(address4(l, text), [&](Ref address) {
        const auto inside = [&](int64_t network, int64_t bits) {
          return l.fn(
              "and", l.fn("greaterOrEquals", prefix, l.integer(bits)),
              l.fn("equals", l.fn("bitShiftRight", address, l.integer(kBits4 - bits)), l.integer(network)));
        };
        return l.fn("or", inside(10, 8), inside(0xAC1, 12), inside(0xC0A8, 16));
      });
    });
  });
}
Ref lower_ipv4_netmask_suffix(LowerCall& l) {
  return l.let(l[0], [&l](Ref text) {
    const Ref prefix = l.fn("toInt64", prefix_of(l, text, kBits4));
    return l.fn("if", l.fn("isNull", address4(l, text)), l.null(), prefix);
  });
}
// format_ipv4(address or number, prefix); '' where one of them is none.
Ref formatted4(LowerCall& l, bool with_prefix) {
  const bool text = l.arg(0).type == Type::kString;
  return l.let(l[0], [&](Ref ip) {
    std::vector<Ref> prefixes = {text ? prefix_of(l, ip, kBits4) : l.tree.long_value(kBits4)};
    if (l.size() > 1) prefixes.push_back(checked_prefix(l, l[1], kBits4));
    return l.let(shortest(l, prefixes), [&](Ref prefix) {
      const Ref in_range = l.fn("and", l.fn("greaterOrEquals", ip, l.integer(0)),
                                l.fn("lessOrEquals", ip, l.integer(0xFFFFFFFF)));
      const Ref address = text ? address4(l, ip) : l.fn("if", in_range, ip, l.null());
      const Ref number = l.fn("toUInt32", masked4(l, address, prefix));
      const Ref dotted = l.fn("IPv4NumToString", number);
      const Ref all = with_prefix ? l.fn("concat", dotted, l.text("/"), l.fn("toString", prefix)) : dotted;
      return l.fn("ifNull", all, l.text(""));
    });
  });
}
Ref lower_format_ipv4(LowerCall& l) { return formatted4(l, false); }
Ref lower_format_ipv4_mask(LowerCall& l) { return formatted4(l, true); }

// ---- addresses inside of longer text: whole words of digits and dots
Ref addresses_in(LowerCall& l, Ref text) {
  const Ref words = l.fn("extractAll", text, l.text("[\\p{L}\\p{N}]+(?:\\.[\\p{L}\\p{N}]+)*"));
  return over(l.tree, "arrayFilter", words,
              [&l](Ref word) { return l.fn("isNotNull", l.fn("IPv4StringToNumOrNull", word)); });
}
Ref searched_text(LowerCall& l) {
  return l.arg(0).type == Type::kDynamic ? to_text(l.tree, l[0], Type::kDynamic, true) : l[0];
}
Ref lower_has_ipv4(LowerCall& l) {
  return l.let(texts_from(l, 1),
               [&l](Ref wanted) { return l.fn("hasAny", addresses_in(l, searched_text(l)), wanted); });
}
// A prefix ends with a dot, or is a whole address.
Ref lower_has_ipv4_prefix(LowerCall& l) {
  return l.let(texts_from(l, 1), [&l](Ref wanted) {
    return over(l.tree, "arrayExists", addresses_in(l, searched_text(l)), [&](Ref address) {
      return over(l.tree, "arrayExists", wanted, [&](Ref prefix) {
        const Ref part =
            l.fn("and", l.fn("endsWith", prefix, l.text(".")), l.fn("startsWith", address, prefix));
        return l.fn("or", part, l.fn("equals", address, prefix));
      });
    });
  });
}

// ---- IPv6; an IPv4 address is the one that maps it, and its prefix counts from there
// An IPv4 address that is written as an IPv6 one (::10.0.0.1, ::ffff:10.0.0.1), as itself.
Ref plain_ipv4(LowerCall& l, Ref text) {
  const auto* known = text->kind == sql::ExprKind::kString ? &text->name : nullptr;
  if (known != nullptr && !known->starts_with("::")) return text;
  return l.fn("replaceRegexpOne", text, l.text("^::(?:[fF]{4}:)?([0-9]+\\.)"), l.text("\\1"));
}
Ref address6(LowerCall& l, Ref text) { return l.fn("toIPv6OrNull", address_text(l, text)); }
Ref is_ipv4(LowerCall& l, Ref text) { return l.fn("isNotNull", address4(l, text)); }
Ref prefix6(LowerCall& l, Ref text) {
  const Ref mapped = l.fn("plus", prefix_of(l, text, kBits4), l.integer(kBits6 - kBits4));
  return l.fn("if", is_ipv4(l, text), mapped, prefix_of(l, text, kBits6));
}
Ref masked6(LowerCall& l, Ref address, Ref prefix) {
  const Ref none = l.fn("or", l.fn("isNull", address), l.fn("isNull", prefix));
  const Ref range =
      l.fn("IPv6CIDRToRange", l.fn("assumeNotNull", address), l.fn("toUInt8", l.fn("assumeNotNull", prefix)));
  return l.fn("if", none, l.null(), l.fn("toNullable", part_of_tuple(l.tree, range, 1)));
}
// Eight groups of four digits.
Ref text6(LowerCall& l, Ref address) {
  const Ref digits =
      l.fn("lower", l.fn("hex", l.fn("IPv6StringToNum", l.fn("toString", l.fn("assumeNotNull", address)))));
  const Ref groups = l.fn("replaceRegexpAll", digits, l.text("(.{4})"), l.text("\\1:"));
  return l.fn("if", l.fn("isNull", address), l.text(""),
              l.fn("substring", groups, l.integer(1), l.integer(39)));
}
Ref lower_parse_ipv6(LowerCall& l) {
  return l.let(plain_ipv4(l, l[0]), [&l](Ref text) {
    return l.let(masked6(l, address6(l, text), prefix6(l, text)),
                 [&l](Ref address) { return text6(l, address); });
  });
}
Ref lower_parse_ipv6_mask(LowerCall& l) {
  return l.let(plain_ipv4(l, l[0]), [&l](Ref text) {
    const Ref prefix = shortest(l, {prefix6(l, text), checked_prefix(l, l[1], kBits6)});
    return l.let(masked6(l, address6(l, text), prefix), [&l](Ref address) { return text6(l, address); });
  });
}
template <typename Compare>
Ref both6(LowerCall& l, Compare compare) {
  return l.let(plain_ipv4(l, l[0]), [&](Ref a) {
    return l.let(plain_ipv4(l, l[1]), [&](Ref b) {
      std::vector<Ref> prefixes = {prefix6(l, a), prefix6(l, b)};
      if (l.size() > 2) {
        const Ref four =
            l.fn("and", is_ipv4(l, a), is_ipv4(l, b), l.fn("lessOrEquals", l[2], l.integer(kBits4)));
        const Ref written = l.fn("if", four, l.fn("plus", l[2], l.integer(kBits6 - kBits4)), l[2]);
        prefixes.push_back(checked_prefix(l, written, kBits6));
      }
      return l.let(shortest(l, prefixes), [&](Ref prefix) {
        return compare(masked6(l, address6(l, a), prefix), masked6(l, address6(l, b), prefix));
      });
    });
  });
}
Ref lower_ipv6_compare(LowerCall& l) {
  return both6(l, [&l](Ref a, Ref b) { return sign_of_difference(l, a, b); });
}
Ref lower_ipv6_is_match(LowerCall& l) {
  return both6(l, [&l](Ref a, Ref b) { return l.fn("equals", a, b); });
}
Ref in_range6(LowerCall& l, Ref ip, Ref range) {
  return l.let(plain_ipv4(l, range), [&](Ref r) {
    return l.let(prefix6(l, r), [&](Ref prefix) {
      return l.fn("equals", masked6(l, address6(l, ip), shortest(l, {prefix, prefix6(l, ip)})),
                  masked6(l, address6(l, r), prefix));
    });
  });
}
Ref lower_ipv6_is_in_range(LowerCall& l) {
  return l.let(plain_ipv4(l, l[0]), [&l](Ref ip) { return in_range6(l, ip, l[1]); });
}
Ref lower_ipv6_is_in_any_range(LowerCall& l) {
  return l.let(plain_ipv4(l, l[0]), [&l](Ref ip) {
    return any_of(l, texts_from(l, 1), l.fn("isNotNull", address6(l, ip)),
                  [&](Ref range) { return in_range6(l, ip, range); });
  });
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"parse_ipv4", "long? (string)", lower_parse_ipv4},
    {"parse_ipv4_mask", "long? (string, int|long)", lower_parse_ipv4_mask},
    {"ipv4_compare", "long? (string, string, int|long?)", lower_ipv4_compare},
    {"ipv4_is_match", "bool? (string, string, int|long?)", lower_ipv4_is_match},
    {"ipv4_is_in_range", "bool? (string, string)", lower_ipv4_is_in_range},
    {"ipv4_is_in_any_range", "bool? (string, dynamic)", lower_ipv4_is_in_any_range},
    {"ipv4_is_in_any_range", "bool? (string, string, string...)", lower_ipv4_is_in_any_range},
    {"ipv4_is_private", "bool? (string)", lower_ipv4_is_private},
    {"ipv4_netmask_suffix", "long? (string)", lower_ipv4_netmask_suffix},
    {"format_ipv4", "string (string, int|long?)", lower_format_ipv4},
    {"format_ipv4", "string (int|long, int|long?)", lower_format_ipv4},
    {"format_ipv4_mask", "string (string, int|long?)", lower_format_ipv4_mask},
    {"format_ipv4_mask", "string (int|long, int|long?)", lower_format_ipv4_mask},
    {"has_ipv4", "bool! (string|dynamic, string)", lower_has_ipv4},
    {"has_any_ipv4", "bool! (string|dynamic, dynamic)", lower_has_ipv4},
    {"has_any_ipv4", "bool! (string|dynamic, string, string...)", lower_has_ipv4},
    {"has_ipv4_prefix", "bool! (string|dynamic, string)", lower_has_ipv4_prefix},
    {"has_any_ipv4_prefix", "bool! (string|dynamic, dynamic)", lower_has_ipv4_prefix},
    {"has_any_ipv4_prefix", "bool! (string|dynamic, string, string...)", lower_has_ipv4_prefix},
    {"geo_info_from_ip_address", "dynamic? (string)", lower_native},
    {"parse_ipv6", "string (string)", lower_parse_ipv6},
    {"parse_ipv6_mask", "string (string, int|long)", lower_parse_ipv6_mask},
    {"ipv6_compare", "long? (string, string, int|long?)", lower_ipv6_compare},
    {"ipv6_is_match", "bool? (string, string, int|long?)", lower_ipv6_is_match},
    {"ipv6_is_in_range", "bool? (string, string)", lower_ipv6_is_in_range},
    {"ipv6_is_in_any_range", "bool? (string, dynamic)", lower_ipv6_is_in_any_range},
    {"ipv6_is_in_any_range", "bool? (string, string, string...)", lower_ipv6_is_in_any_range},
});

}  // namespace

std::span<const FunctionRow> network_rows() { return kRows; }

}  // namespace linkgate::kql
