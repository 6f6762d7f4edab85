// Law of externaldata: whatever a host sends, each row is one line, a JSON array with a text or null for each
// column, no line is no row, and rows read again as lines of text are as many. The first byte chooses the
// format.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "kql/external_format.h"
#include "kql/json.h"

using namespace linkgate::kql;

constexpr auto kNames = std::to_array<std::string_view>(
    {"csv", "tsv", "psv", "scsv", "sohsv", "tsve", "json", "multijson", "txt", "raw"});
constexpr size_t kMaxBytes = 1 << 20;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const ExternalLayout layout{
      find_external_format(kNames[data[0] % kNames.size()]),
      data[0] >= 128,
      {{"a", Type::kString}, {"b", Type::kDynamic}, {"c", Type::kDateTime}, {"d", Type::kReal}}};
  std::string lines, again;
  if (!append_external_rows(body, layout, lines, kMaxBytes) || lines.empty()) return 0;
  for (size_t begin = 0; begin <= lines.size();) {
    const size_t end = std::min(lines.find('\n', begin), lines.size());
    const auto cells = json_elements(std::string_view(lines).substr(begin, end - begin));
    if (!cells || cells->size() != layout.columns.size()) abort();
    if (!cells->front().starts_with('"')) abort();  // a string is never null
    begin = end + 1;
  }
  const ExternalLayout text{find_external_format("txt"), false, {{"line", Type::kString}}};
  if (!append_external_rows(lines, text, again, 8 * kMaxBytes)) return 0;
  if (std::count(lines.begin(), lines.end(), '\n') != std::count(again.begin(), again.end(), '\n')) abort();
  return 0;
}
