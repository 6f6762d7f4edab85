#include <fmt/format.h>

#include "base/log.h"
#include "events/spool.h"
#include "events/spool_format.h"

namespace linkgate::events {
namespace {

std::string_view file_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Writes what cannot be shipped beside its segment. The file is there already where an earlier run got this
// far.
Result<void> set_aside(FileSystem& files, const std::string& path, std::string_view bytes) {
  auto file = files.create(path);
  if (!file && file.error().code() == ErrorCode::kInvalidArgument) return {};
  if (!file) return std::move(file).error();
  TRY((*file)->append(bytes));
  return (*file)->sync();
}

}  // namespace

SpoolReader::SpoolReader(std::string directory, FileSystem& files)
    : directory_(std::move(directory)), files_(files) {}

Result<std::vector<std::string>> SpoolReader::sealed() {
  TRY_ASSIGN(const auto names, files_.list(directory_));
  std::vector<std::string> paths;
  for (const std::string& name : names) {
    if (parse_segment_name(name, kSealedSuffix)) paths.push_back(directory_ + "/" + name);
  }
  return paths;
}

Result<SpoolSegment> SpoolReader::read(const std::string& path) {
  if (!parse_segment_name(file_of(path), kSealedSuffix))
    return Error(ErrorCode::kInvalidArgument, path + " is not a spool segment");
  TRY_ASSIGN(const std::string bytes, files_.read(path));

  SpoolSegment segment{.path = path};
  std::string damaged;
  for (std::string_view rest = bytes; !rest.empty();) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    const auto parsed = end == std::string_view::npos ? std::nullopt : parse_line(line);
    if (parsed) {
      segment.lines.push_back({std::string(parsed->table), std::string(parsed->json)});
    } else {
      ++segment.damaged_lines;
      damaged.append(line).append(1, '\n');
    }
  }
  if (segment.damaged_lines > 0) {
    log::error("spool: {} damaged lines of {} set aside in {}.damaged", segment.damaged_lines, path, path);
    TRY(set_aside(files_, path + ".damaged", damaged));
  }
  return segment;
}

Result<void> SpoolReader::reject(const std::string& path, std::string_view lines) {
  return set_aside(files_, path + ".rejected", lines);
}

Result<void> SpoolReader::remove(const std::string& path) {
  TRY(files_.remove(path));
  return files_.sync_directory(directory_);  // else a power cut brings it back, and it is sent for nothing
}

}  // namespace linkgate::events
