#pragma once
// What pages of one visit made the browser save: followed, stopped where it is too much, measured, removed.
// Nothing of it is ever opened by a program.

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "verdict/page.h"

namespace linkgate::browser {

inline constexpr size_t kMaxDownloads = 8;
inline constexpr uint64_t kMaxDownloadBytes = 32ULL
                                              << 20;  // of one; it is stopped there, and says so by its size
inline constexpr size_t kMaxFileNameBytes = 255;

class Downloads {
 public:
  // `folder`: where the browser puts them, each under the name that it gives to the download.
  explicit Downloads(std::string folder) : folder_(std::move(folder)) {}
  ~Downloads();  // removes what is there
  Downloads(const Downloads&) = delete;
  Downloads& operator=(const Downloads&) = delete;

  // Browser.downloadWillBegin and Browser.downloadProgress; `is_ours` knows the frames of this visit. Gives
  // the name of a download that is to be cancelled; mostly empty.
  std::string on_event(std::string_view method, const nlohmann::json& params,
                       const std::function<bool(const std::string& frame)>& is_ours);
  bool any() const { return !all_.empty(); }
  bool is_under_way() const;
  // Reads what was saved so far.
  std::vector<verdict::Download> measure(
      const std::function<std::string(const std::string& url)>& media_type_of) const;

 private:
  struct One {
    std::string id, url, name;
    bool is_done = false;
  };
  std::string folder_;
  std::vector<One> all_;
};

}  // namespace linkgate::browser
