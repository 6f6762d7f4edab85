#pragma once
// One message, once parsed, rewritten for many recipients: parse() finds everything that must be judged or
// patched; render() makes the bytes for one recipient. Every byte outside a patch stays as it was. Pure: no
// I/O, no judgement.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::mail {

struct Limits {
  size_t max_message = 64 * 1024 * 1024;
  int max_nesting = 32;
  int max_parts = 2000;
  size_t max_links = 20'000;
};

enum class Place { kHtml, kText, kCalendar, kForm, kSubject };

// Why a link that was seen is not patched. Each has a name in to_string() that rows and reports carry.
enum class Unwrapped {
  kNo,          // it is patched
  kSignedPart,  // signature verified to a trusted store, or the policy says not to touch signed parts
  kEncryptedPart,
  kNotHttp,      // mailto:, tel:, cid:, data:, ...
  kSchemeless,   // a bare name in plain text: recorded and judged only
  kPolicy,       // do-not-rewrite list, DisableUrlRewrite: the caller's replacement declined
  kMalformed,    // no URL parser would open it
  kUndecodable,  // charset or transfer encoding of its part is broken
  kHeader,       // in a header field: recorded and judged only
  kOtherFormat,  // in a format that is shown but not patched (RTF, vCard, XML): recorded and judged only
};
std::string_view to_string(Unwrapped reason);

struct Link {
  std::string url;   // absolute, character references and charset resolved, as a browser would open it
  std::string text;  // how it stood in the message, for the record (at most 8 KiB)
  Place place = Place::kHtml;
  int part = 0;  // index into parts()
  Unwrapped left_alone = Unwrapped::kNo;
};

struct Part {
  std::string content_type;  // "text/html"
  std::string charset;
  std::string file_name;  // decoded; empty where none
  bool attachment = false;
  uint64_t decoded_size = 0;  // of attachments
  std::string sha256;         // of attachments' decoded content, lower-case hex
};

struct Envelope {  // what event rows need of the header; all decoded to UTF-8
  std::string message_id, subject, from_address, from_display_name;
  std::vector<std::string> to, cc;
  std::string language;
};

// What the caller wants for one link and one recipient: the replacement URL, or nullopt to leave it
// (kPolicy).
using Replace = std::function<std::optional<std::string>(const Link&)>;

struct RenderOptions {
  bool rewrite_signed = true;  // RewriteUnverifiedSigned
  bool rewrite_www = true;     // RewriteWwwInPlainText
  std::string stamp;           // X-Linkgate-Id value; empty: none is added
  std::vector<std::pair<std::string, std::string>> add_headers;
  bool strip_own_headers = true;  // inbound: X-Linkgate-* that came from outside
};

struct LinkOutcome {
  size_t link = 0;  // index into links()
  Unwrapped result = Unwrapped::kNo;
  std::string replacement;
};
struct Rendered {
  std::string bytes;
  std::vector<LinkOutcome> outcomes;  // one for each of links()
  // Places where mail clients would read the message in different ways and now read it in ours: fields that
  // contradict an earlier one, missing empty lines. See docs/rewriting.md.
  size_t repairs = 0;
};

class SignatureTrust;
struct MessageImpl;

class Message {
 public:
  // `bytes` must outlive the Message (views into it are kept). Errors: kInvalidArgument (not a message a
  // client would show, or a fragment of one: message/partial), kLimit. Both are the sender's trouble:
  // UnscannableAction decides. `trust` (mail/signature.h) says whose signatures keep a part as it is; without
  // it none does. Used only here.
  static Result<Message> parse(std::string_view bytes, const Limits& limits = {},
                               const SignatureTrust* trust = nullptr);
  Message(Message&&) noexcept;
  Message& operator=(Message&&) noexcept;
  ~Message();

  const std::vector<Link>& links() const;
  const std::vector<Part>& parts() const;
  const Envelope& envelope() const;
  // All values of a header field, unfolded, topmost first.
  std::vector<std::string> header(std::string_view name) const;

  // REQUIRES: nothing of other threads; may be called from several threads at once.
  Result<Rendered> render(const RenderOptions& options, const Replace& replace) const;

 private:
  explicit Message(std::unique_ptr<MessageImpl> impl);
  std::unique_ptr<MessageImpl> impl_;
};

}  // namespace linkgate::mail
