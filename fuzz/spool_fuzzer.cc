// Any bytes as a spool file that a dead process left open: recovery and reading keep every whole line, invent
// none, and doing both again changes nothing.
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/memory_file_system.h"
#include "events/spool.h"
#include "events/spool_format.h"

using namespace linkgate;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = bytes.substr(0, bytes.rfind('\n') + 1);
  MemoryFileSystem files;
  (void)files.make_directories("/spool");
  files.write_file("/spool/0000000000000001-00000000000000aa-click.open", bytes);
  CHECK(events::seal_orphans("/spool", files).value() == (whole.empty() ? 0 : 1));
  CHECK(events::seal_orphans("/spool", files).value() == 0);

  events::SpoolReader reader("/spool", files);
  const auto sealed = reader.sealed().value();
  CHECK(sealed.size() == (whole.empty() ? 0u : 1u));
  for (const std::string& path : sealed) {
    const auto segment = reader.read(path).value();
    CHECK(reader.read(path).value().lines.size() == segment.lines.size());
    std::string good;
    for (const auto& line : segment.lines) good += events::format_line(line.table, line.json);
    const std::string bad = segment.damaged_lines > 0 ? files.read(path + ".damaged").value() : "";
    CHECK(good.size() + bad.size() == whole.size());
    CHECK(segment.damaged_lines > 0 || good == whole);
  }
  return 0;
}
