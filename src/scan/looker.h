#pragma once
// The ways of looking at a page, as the judgement of links uses them: what it is made of is the network's
// business, and tests look at pages that they made themselves.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>

#include "verdict/page.h"

namespace linkgate::scan {

enum class Visitor : uint8_t {
  kDesktop,  // a person at a desk
  kMobile,   // a person with a telephone
  kBot,      // a program that says so
};

struct LookRequest {
  std::string url;  // http or https
  Visitor visitor = Visitor::kDesktop;
  std::string language;                    // what a person reads: "de-DE"; empty: the looker's own default
  std::chrono::milliseconds budget{8000};  // the answer comes by then, with what was to be seen
  std::string client;                      // what the request log of the proxy calls it
};

class Looker {
 public:
  virtual ~Looker() = default;
  // What servers send, through all redirects that can be read off it. Never fails: see Page::trouble.
  virtual boost::asio::awaitable<verdict::Page> fetch(LookRequest request) = 0;
  // The same in a browser. REQUIRES: no_browser() is empty.
  virtual boost::asio::awaitable<verdict::Page> render(LookRequest request) = 0;
  // Why pages cannot be rendered, in one sentence; empty where they can. Thread-safe.
  virtual std::string no_browser() const = 0;
  // What is under way is answered now, with trouble, as is whatever is asked from now on; nothing is answered
  // from threads of the looker's own once the last such answer came. Not called from a look.
  virtual void stop() {}
};

}  // namespace linkgate::scan
