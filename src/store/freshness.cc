#include "store/freshness.h"

#include "base/ascii.h"

namespace linkgate::store {
namespace {
constexpr std::chrono::milliseconds kInterval{200};
std::string path_of(const DataPaths& paths) { return paths.run() + "/freshness"; }
}  // namespace

FreshnessFile::FreshnessFile(const DataPaths& paths, FileSystem& files)
    : path_(path_of(paths)), files_(files) {}

void FreshnessFile::tell(Time fresh_until, Time now) {
  if (fresh_until == Time{} || (now - told_ < kInterval && now >= told_)) return;
  told_ = now;
  const std::string fresh = path_ + ".new";
  (void)files_.remove(fresh);
  auto file = files_.create(fresh);
  if (file && (*file)->append(to_iso8601(fresh_until) + "\n")) (void)files_.rename(fresh, path_);
}

std::optional<Time> read_freshness(const DataPaths& paths, FileSystem& files) {
  const auto text = files.read(path_of(paths));
  return text ? from_iso8601(ascii::trim(*text)) : std::nullopt;
}

}  // namespace linkgate::store
