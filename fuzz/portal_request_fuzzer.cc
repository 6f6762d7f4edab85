// Requests of the Kusto API: any bytes are answered or refused, and a timeout is at least a second.
#include <cstdint>
#include <string_view>

#include "api/token.h"
#include "base/check.h"
#include "portal/kusto_commands.h"
#include "portal/kusto_request.h"
#include "views/event_catalog.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace linkgate::portal;
  static const linkgate::kql::Catalog catalog = linkgate::views::event_catalog("linkgate");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& request : {parse_kusto_body(text), parse_kusto_query(text)}) {
    if (request && request->time) CHECK(request->time->count() >= 1);
  }
  if (const auto answer = run_command(text, {catalog, "linkgate"})) CHECK(!answer->columns.empty());
  if (const auto token = linkgate::api::bearer_token(text)) CHECK(!token->empty());
  return 0;
}
