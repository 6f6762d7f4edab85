#include "browser/downloads.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "base/base64.h"
#include "browser/navigation_log.h"

namespace linkgate::browser {
namespace {

using nlohmann::json;

std::string text(const json& object, const char* key, size_t bytes) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? clipped(found->get_ref<const std::string&>(), bytes)
                                                     : "";
}

// The browser calls a download by a GUID of its own; nothing else becomes a path.
bool is_guid(std::string_view name) {
  constexpr size_t kLength = 36;
  return name.size() == kLength &&
         std::all_of(name.begin(), name.end(), [](char c) { return ascii::is_hex(c) || c == '-'; });
}

struct Digest {
  std::string sha256;
  uint64_t bytes = 0;
};

// The first kMaxDownloadBytes of it.
Digest digest_of(const std::string& path) {
  Digest digest;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return digest;
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(::EVP_MD_CTX_new(), ::EVP_MD_CTX_free);
  ::EVP_DigestInit_ex(context.get(), ::EVP_sha256(), nullptr);
  std::array<char, 64 * 1024> buffer;
  while (digest.bytes < kMaxDownloadBytes) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size <= 0) break;
    ::EVP_DigestUpdate(context.get(), buffer.data(), static_cast<size_t>(size));
    digest.bytes += static_cast<uint64_t>(size);
  }
  ::close(fd);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
  unsigned length = 0;
  ::EVP_DigestFinal_ex(context.get(), hash.data(), &length);
  digest.sha256 = hex_encode(std::string_view(reinterpret_cast<const char*>(hash.data()), length));
  return digest;
}

}  // namespace

Downloads::~Downloads() {
  for (const One& one : all_) {
    for (const char* suffix : {"", ".crdownload"}) ::unlink((folder_ + "/" + one.id + suffix).c_str());
  }
}

std::string Downloads::on_event(std::string_view method, const json& params,
                                const std::function<bool(const std::string&)>& is_ours) {
  std::string id = text(params, "guid", kMaxFileNameBytes);
  if (!is_guid(id)) return {};
  if (method == "Browser.downloadWillBegin") {
    if (!is_ours(text(params, "frameId", kMaxFileNameBytes))) return {};
    if (all_.size() >= kMaxDownloads) return id;
    all_.push_back(
        {id, text(params, "url", kMaxUrlBytes), text(params, "suggestedFilename", kMaxFileNameBytes)});
    return {};
  }
  const auto one = std::find_if(all_.begin(), all_.end(), [&](const One& each) { return each.id == id; });
  if (one == all_.end()) return {};
  one->is_done = text(params, "state", kMaxFileNameBytes) != "inProgress";
  const auto received = params.find("receivedBytes");
  const bool is_too_much =
      received != params.end() && received->is_number() && received->get<double>() > kMaxDownloadBytes;
  return is_too_much && !one->is_done ? id : "";
}

bool Downloads::is_under_way() const {
  return std::any_of(all_.begin(), all_.end(), [](const One& one) { return !one.is_done; });
}

std::vector<verdict::Download> Downloads::measure(
    const std::function<std::string(const std::string&)>& media_type_of) const {
  std::vector<verdict::Download> out;
  for (const One& one : all_) {
    const std::string path = folder_ + "/" + one.id;
    Digest digest = digest_of(path);
    if (digest.sha256.empty()) digest = digest_of(path + ".crdownload");
    out.push_back({one.url, one.name, media_type_of(one.url), digest.sha256, digest.bytes});
  }
  return out;
}

}  // namespace linkgate::browser
