#pragma once
// What a scanner saw behind a link: filled by a fetch or by a browser, read by the judgement of pages. Pure
// data; every text comes from the page and is hostile. Texts are UTF-8, wrong bytes replaced by U+FFFD.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace linkgate::verdict {

// How a hop of a chain was reached.
enum class HopKind : uint8_t {
  kStart,          // the link itself
  kHttp,           // status 301, 302, 303, 307, 308
  kRefreshHeader,  // Refresh: 0; url=...
  kMetaRefresh,    // <meta http-equiv=refresh>
  kScript,         // location, history, window.open
  kForm,           // a form that submits itself
  kFrame,          // a frame that fills the page
  kClick,          // an element that the page clicks itself, or that stands alone on it
  kCarried,        // in the query or fragment of a known redirector
};
std::string_view to_string(HopKind kind);  // "start", "http", "refresh header", "meta refresh", "script", ...

struct Hop {
  std::string url;  // absolute, as WHATWG URL prints it
  HopKind how = HopKind::kStart;
  int status = 0;  // of its answer; 0 where none came or the browser did not tell
  friend bool operator==(const Hop&, const Hop&) = default;
};

struct FormField {
  std::string type;   // lower case: "password", "email", "text", "hidden", "select", "textarea", ...
  std::string name;   // as submitted
  std::string label;  // what a person reads at it: label, placeholder, aria-label; may be empty
};
struct Form {
  std::string action;  // absolute; the page itself where none is given
  std::string method;  // "get", "post"
  std::vector<FormField> fields;
};

struct Certificate {
  std::string subject, issuer;  // common names, or the organisation of the issuer where it has none
  std::vector<std::string> names;
  Time not_before{}, not_after{};
  bool is_trusted = false;  // its chain leads to the trust store and it names the host
};

struct Request {  // by the page, beside the chain
  std::string url;
  std::string type;  // DevTools' words in lower case: "script", "image", "xhr", "websocket", "ping", ...
  int status = 0;
  bool is_refused = false;  // by the egress proxy
  bool is_inward = false;   // refused since it leads to what is not public, where that is known
};

struct Download {  // taken, measured and thrown away; never run
  std::string url, file_name, media_type, sha256;
  uint64_t bytes = 0;
  std::vector<std::string> members{};  // the names of the files in an archive, where they can be read
};

struct Page {
  std::string identity;      // which visitor it was shown to: "desktop", "mobile", "bot", "curl", ...
  std::vector<Hop> chain;    // first the link, last where the page lies; never empty
  bool is_rendered = false;  // by a browser; otherwise it is what the server sent
  int status = 0;            // of the last answer; 0 where none came
  std::string media_type;    // of the last answer, without parameters, lower case
  std::string server_alpn;   // "h2", "http/1.1", or empty where unknown
  std::string html;          // the document, after scripts ran where it is rendered
  std::string title, visible_text;
  std::vector<Form> forms;
  std::vector<std::string> links, frames, scripts, images;  // absolute, in document order
  std::vector<std::string> inline_scripts;
  std::vector<Request> requests;
  std::vector<Download> downloads;
  std::vector<std::string> dialogs;  // texts of alert, confirm, prompt; each was dismissed
  std::optional<Certificate> certificate;
  std::string favicon;     // the bytes of an image; may be empty
  std::string screenshot;  // PNG of the first screen; may be empty
  std::string trouble;     // why this is not the whole page; empty where it is
};

}  // namespace linkgate::verdict
