// Laws of quoting: by the engine's rules a quoted string is one literal that ends where the SQL ends and
// holds the same bytes; a KQL literal of it reads back; a stored line becomes JSON or an error.
#include <cstdlib>

#include "kql/kql.h"
#include "kql/lexer.h"
#include "kql/sql.h"
#include "kql/utf8.h"

using namespace linkgate::kql;

// '...' with backslash escapes, \xHH among them.
static std::string unquoted(std::string_view sql) {
  std::string out;
  size_t i = 1;
  for (; i < sql.size() && sql[i] != '\''; ++i) {
    if (sql[i] == '\\' && sql[++i] == 'x') {
      out += static_cast<char>(std::stoi(std::string(sql.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += sql[i];
    }
  }
  if (i + 1 != sql.size()) abort();
  return out;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  sql::Tree tree;
  if (unquoted(sql::print(*tree.text(text))) != text) abort();
  if (is_utf8(text) && size < 10'000) {
    const auto tokens = tokenize(literal_text(Type::kString, text));
    if (!tokens || tokens->size() != 2 || std::get<std::string>((*tokens)[0].value) != text) abort();
  }
  (void)row_to_json(text, {{"a", Type::kDateTime}, {"b", Type::kDynamic}, {"c", Type::kReal}});
  (void)row_to_text(text, {{"a", Type::kDynamic}});
  return 0;
}
