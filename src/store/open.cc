#include "store/open.h"

#include "base/ascii.h"
#include "base/file_system.h"

namespace linkgate::store {
namespace {

Result<std::string> word_in(const std::string& path, const std::string& otherwise) {
  auto text = real_file_system().read(path);
  if (text) return std::string(ascii::trim(*text));
  if (text.error().code() != ErrorCode::kNotFound) return std::move(text).error();
  return Error(ErrorCode::kUnavailable, otherwise);
}

}  // namespace

Result<StoreOptions> store_options(const Config& config) {
  const DataPaths paths(config.data);
  StoreOptions options{
      .url = config.events.url, .user = config.events.user, .database = config.events.database};
  std::string secret_file = config.events.password_file;
  std::string no_secret = secret_file + " does not exist (events.password_file)";
  if (options.url.empty()) {
    // What a store of ours leaves in DATA when it first starts.
    no_secret = "no Linkgate runs on this data directory (" + config.data + ")";
    TRY_ASSIGN(options.url, word_in(paths.store_address(), no_secret));
    secret_file = paths.store_secret();
  }
  if (!secret_file.empty()) {
    TRY_ASSIGN(options.password, word_in(secret_file, no_secret));
  }
  return options;
}

}  // namespace linkgate::store
