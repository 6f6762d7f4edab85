#pragma once
// What DevTools told of one tab, as a chain of hops and a list of requests. Pure: fed with events, asked for
// facts.

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "verdict/page.h"

namespace linkgate::browser {

// What a page may make us keep. Beyond the hops the last one is replaced, so that the chain still ends where
// the page lies; requests beyond theirs are counted only.
inline constexpr size_t kMaxHops = 256;
inline constexpr size_t kMaxRequests = 1000;
inline constexpr size_t kMaxPendingRequests = 4000;
inline constexpr size_t kMaxUrlBytes = 8 * 1024;
inline constexpr size_t kMaxDialogs = 16;
inline constexpr size_t kMaxDialogBytes = 1024;
inline constexpr size_t kMaxCertificateNames = 100;
inline constexpr size_t kMaxNameBytes = 512;

// At most `bytes` of it, cut between characters of UTF-8.
std::string clipped(std::string_view text, size_t bytes);

class NavigationLog {
 public:
  // `first` is how the first document is reached: kStart for the link, kScript for a window that a page
  // opens.
  NavigationLog(std::string main_frame, verdict::HopKind first);

  void on_event(std::string_view method, const nlohmann::json& params);

  const std::vector<verdict::Hop>& chain() const { return chain_; }
  const std::vector<verdict::Request>& requests() const { return requests_; }
  const std::vector<std::string>& dialogs() const { return dialogs_; }
  const std::optional<verdict::Certificate>& certificate() const { return certificate_; }
  // It is good, although the browser does not know who vouches for it.
  void trust_certificate() {
    if (certificate_) certificate_->is_trusted = true;
  }
  int status() const { return chain_.empty() ? 0 : chain_.back().status; }
  const std::string& media_type() const { return media_type_; }
  const std::string& alpn() const { return alpn_; }
  // Why the main document did not come, in the browser's words ("net::ERR_NAME_NOT_RESOLVED"); empty where it
  // did.
  const std::string& failure() const { return failure_; }
  // What is shown is the browser's own page about a failure.
  bool is_error_page() const { return is_error_page_; }
  // All that the document asked for at first is there.
  bool is_loaded() const { return is_loaded_; }
  // A navigation of the main frame has been asked for and nothing has come of it yet.
  bool is_leaving() const { return is_announced_ || is_under_way_; }
  size_t pending() const { return pending_.size(); }
  uint64_t total_requests() const { return total_requests_; }
  uint64_t documents() const { return documents_; }  // that the main frame has shown
  // The media type that a URL was answered with, where it is known.
  std::string media_type_of(const std::string& url) const;

 private:
  void on_request(const nlohmann::json& params);
  void on_document_request(const nlohmann::json& params, const std::string& url);
  void on_response(const nlohmann::json& params);
  void on_failed(const nlohmann::json& params);
  void on_requested_navigation(const nlohmann::json& params);
  void on_frame_navigated(const nlohmann::json& params);
  void on_dialog(const nlohmann::json& params);
  void arrive(const std::string& url, verdict::HopKind how);
  verdict::HopKind announced_kind(const std::string& url);
  void note_certificate(const nlohmann::json& response);

  const std::string main_frame_;
  const verdict::HopKind first_;
  std::vector<verdict::Hop> chain_;
  std::vector<verdict::Request> requests_;
  std::vector<std::string> dialogs_;
  std::map<std::string, size_t> index_of_;     // request id -> requests_
  std::set<std::string> pending_;              // request ids; those that stay open by design do not count
  std::string main_request_;                   // id of the main document's
  std::optional<verdict::HopKind> announced_;  // how the next document comes, if the browser said so
  std::string announced_url_;
  std::optional<verdict::Certificate> certificate_;
  std::string media_type_, alpn_, failure_;
  bool is_error_page_ = false, is_loaded_ = false, is_announced_ = false, is_under_way_ = false;
  uint64_t total_requests_ = 0, documents_ = 0;
};

}  // namespace linkgate::browser
