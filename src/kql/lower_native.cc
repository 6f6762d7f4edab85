#include "kql/lower_native.h"

namespace linkgate::kql {

using sql::Ref;

Ref native_call(sql::Tree& tree, std::string_view name, std::vector<Ref> texts) {
  // One member that may be null makes the array's type that of the parameter; the engine converts no
  // arguments.
  texts[0] = tree.call("toNullable", {texts[0]});
  return tree.call("linkgate_call", {tree.text(name), tree.call("array", std::move(texts))});
}

Ref lower_native(LowerCall& l) {
  std::vector<Ref> texts;
  for (size_t i = 0; i < l.size(); ++i) {
    const Type type = l.arg(i).type;
    texts.push_back(type == Type::kString || type == Type::kDynamic ? l[i] : l.fn("toString", l[i]));
  }
  const Ref answer = native_call(l.tree, l.call.function->name, std::move(texts));
  switch (l.call.type) {
    case Type::kString:
      return l.fn("ifNull", answer, l.text(""));
    case Type::kDynamic:
      return answer;
    case Type::kBool:
      return l.tree.cast(answer, "Nullable(UInt8)");
    case Type::kInt:
      return l.fn("toInt32OrNull", answer);
    default:
      return l.fn("toFloat64OrNull", answer);
  }
}

}  // namespace linkgate::kql
