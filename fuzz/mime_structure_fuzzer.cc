// Every entity lies in the message and in its parent, its header before its body, and siblings follow one
// another.
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "mail/mime_structure.h"

using namespace linkgate::mail;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Limits limits;
  const auto structure = scan_structure(bytes, limits);
  if (!structure) return 0;
  std::vector<size_t> done(structure->entities.size());
  for (size_t i = 0; i < structure->entities.size(); ++i) {
    const Entity& entity = structure->entities[i];
    CHECK(entity.header.begin <= entity.header.end && entity.header.end <= entity.body.begin);
    CHECK(entity.body.begin <= entity.body.end && entity.body.end <= size);
    CHECK(entity.depth <= limits.max_nesting);
    if (entity.parent < 0) continue;
    CHECK(static_cast<size_t>(entity.parent) < i);
    const Entity& parent = structure->entities[entity.parent];
    CHECK(entity.header.begin >= parent.body.begin && entity.body.end <= parent.body.end);
    CHECK(entity.header.begin >= done[entity.parent]);
    done[entity.parent] = entity.body.end;
  }
  return 0;
}
