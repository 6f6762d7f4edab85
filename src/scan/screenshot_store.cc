#include "scan/screenshot_store.h"

#include <openssl/sha.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/ascii.h"
#include "scan/plain_png.h"

namespace linkgate::scan {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSuffix = ".png";
constexpr size_t kNameSize = 64;

bool is_name(std::string_view text) {
  return text.size() == kNameSize && std::all_of(text.begin(), text.end(), [](char c) {
           return ascii::is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

std::string name_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string name;
  for (const unsigned char byte : digest) {
    name += kDigits[byte >> 4];
    name += kDigits[byte & 15];
  }
  return name;
}

}  // namespace

Result<std::unique_ptr<ScreenshotStore>> ScreenshotStore::open(std::string folder, uint64_t max_bytes) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error(ErrorCode::kIo, folder + ": " + error.message());
  std::unique_ptr<ScreenshotStore> store(new ScreenshotStore(std::move(folder), max_bytes));
  struct Found {
    fs::file_time_type time;
    std::string name;
    uint64_t bytes;
  };
  std::vector<Found> found;
  for (const auto& entry : fs::directory_iterator(store->folder_, error)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != kSuffix || !is_name(name)) {
      if (entry.path().extension() == ".new")
        fs::remove(entry.path(), error);  // of a process that was killed
      continue;
    }
    found.push_back({entry.last_write_time(error), name, entry.file_size(error)});
  }
  if (error) return Error(ErrorCode::kIo, store->folder_ + ": " + error.message());
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.time < b.time; });
  for (const Found& file : found) store->use(file.name, file.bytes);
  store->drop_some();
  return store;
}

std::string ScreenshotStore::path_of(std::string_view name) const {
  return folder_ + "/" + std::string(name) + std::string(kSuffix);
}

void ScreenshotStore::use(const std::string& name, uint64_t bytes) {
  if (const auto at = by_name_.find(name); at != by_name_.end()) {
    order_.splice(order_.begin(), order_, at->second);
    return;
  }
  order_.emplace_front(name, bytes);
  by_name_[name] = order_.begin();
  bytes_ += bytes;
}

void ScreenshotStore::drop_some() {
  while (bytes_ > max_bytes_ && !order_.empty()) {
    std::error_code error;
    fs::remove(path_of(order_.back().first), error);
    bytes_ -= order_.back().second;
    by_name_.erase(order_.back().first);
    order_.pop_back();
  }
}

Result<std::string> ScreenshotStore::put(std::string_view png) {
  TRY_ASSIGN(const std::string plain, plain_png(png));
  if (plain.size() > max_bytes_) return Error(ErrorCode::kLimit, "the picture is larger than all may be");
  std::string name = name_of(plain);
  const std::lock_guard lock(mutex_);
  if (!by_name_.contains(name)) {
    const std::string fresh = folder_ + "/" + name + ".new";
    std::ofstream file(fresh, std::ios::binary);
    std::error_code error;
    if (!(file << plain) || !file.flush()) {
      fs::remove(fresh, error);
      return Error(ErrorCode::kIo, fresh + ": cannot be written");
    }
    fs::rename(fresh, path_of(name), error);
    if (error) return Error(ErrorCode::kIo, fresh + ": " + error.message());
  }
  use(name, plain.size());
  drop_some();
  return name;
}

Result<std::string> ScreenshotStore::get(std::string_view name) {
  if (!is_name(name)) return Error(ErrorCode::kInvalidArgument, "this names no screenshot");
  const std::lock_guard lock(mutex_);
  const auto at = by_name_.find(name);
  if (at == by_name_.end()) return Error(ErrorCode::kNotFound, "this screenshot is not kept here any more");
  std::ifstream file(path_of(name), std::ios::binary);
  std::ostringstream bytes;
  if (!file || !(bytes << file.rdbuf())) return Error(ErrorCode::kNotFound, "this screenshot cannot be read");
  // Whoever changed the file after us does not choose what a browser shows.
  std::string text = std::move(bytes).str();
  if (name_of(text) != name) return Error(ErrorCode::kCorrupt, "this screenshot was changed on the disk");
  order_.splice(order_.begin(), order_, at->second);
  return text;
}

uint64_t ScreenshotStore::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace linkgate::scan
