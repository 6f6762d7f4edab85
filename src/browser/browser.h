#pragma once
// One Chromium that runs: its process, its relays, its DevTools connection, its folder on disk. Sends what
// happens in a browser context to whoever opened it. One thread: that of the io_context.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/result.h"
#include "browser/devtools.h"
#include "browser/process.h"
#include "browser/relay.h"

namespace linkgate::browser {

struct BrowserOptions {
  std::string binary;        // empty: find_chromium()
  std::string user;          // to run as; root must name one
  std::string proxy_socket;  // of the egress proxy
  std::string scratch;       // where its folder is made; empty: the system's place for such
  std::string ca_file;       // PEM: who else than the system's CAs may vouch for a site; may be empty
  bool allow_unconfined = false;
};

// A tab, or a window opened by one.
struct Target {
  std::string session, id, url;
};

class ContextObserver {
 public:
  virtual ~ContextObserver() = default;
  // It waits for Runtime.runIfWaitingForDebugger.
  virtual void on_attached(const Target& target) = 0;
  virtual void on_detached(const std::string& session) = 0;
  virtual void on_event(const std::string& session, const std::string& method, const Json& params) = 0;
  // Of all contexts: downloads name no context.
  virtual void on_browser_event(const std::string& method, const Json& params) = 0;
  virtual void on_end(const std::string& why) = 0;
};

class Browser {
 public:
  // kNotFound (no Chromium, no user), kPermission (cannot be confined), kTimeout, kIo.
  static boost::asio::awaitable<Result<std::shared_ptr<Browser>>> start(boost::asio::io_context& io,
                                                                        BrowserOptions options);
  ~Browser();  // kills it, removes its folder

  DevTools& devtools() { return *devtools_; }
  const std::string& version() const { return version_; }  // "156.0.8078.79"
  const Process& process() const { return process_; }
  std::string downloads() const { return folder_ + "/downloads"; }
  const std::string& ca_file() const { return ca_file_; }
  bool is_alive() const { return devtools_->is_open(); }
  uint64_t own_calls() const {
    return own_relay_.accepted();
  }  // that the browser made of its own accord, refused
  void kill();

  // A fresh context behind the page relay, observed until closed.
  boost::asio::awaitable<Result<std::string>> open_context(ContextObserver& observer);
  // No event reaches the observer from now on. The context is disposed of behind the caller's back.
  void forget(ContextObserver& observer);

  int visits = 0;  // that it has served: the pool counts

 private:
  Browser(boost::asio::io_context& io, Process process, std::string folder, const std::string& proxy_socket);
  boost::asio::awaitable<Result<void>> greet();
  void on_event(const std::string& session, const std::string& method, const Json& params);
  void on_attached(const Json& params);

  std::string folder_, ca_file_;
  Process process_;
  Relay page_relay_, own_relay_;
  std::unique_ptr<DevTools> devtools_;
  std::string version_;
  std::map<std::string, ContextObserver*> contexts_;
  std::map<std::string, ContextObserver*> sessions_;
};

}  // namespace linkgate::browser
