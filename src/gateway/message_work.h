#pragma once
// One message under way: parsed once, its links understood once, rendered for each recipient. What the
// gateway and `linkgate rewrite` share. No sockets; the store of long links is the only thing asked or told.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/identity.h"
#include "mail/rewriter.h"
#include "state/stores.h"
#include "url/sealed_link.h"
#include "verdict/policy.h"
#include "verdict/tenant_lists.h"

namespace linkgate::gateway {

// What a rendering needs to know of the installation. Borrowed: outlives the work.
struct SealingContext {
  std::string click_origin;  // "https://links.example.net"
  std::string click_host;    // "links.example.net"
  const url::Keyring* keys = nullptr;
  state::DeliveryStore* long_links = nullptr;   // absent: links over url::kMaxSealedUrl are an error of ours
  const mail::SignatureTrust* trust = nullptr;  // whose signatures keep a part as it is; absent: nobody's
};

// A link as the gateway understands it.
struct PlannedLink {
  std::string url;      // where it leads: seals of ours opened, other vendors' wrappers taken off
  bool sealed = false;  // it is a link of ours, whoever it was sealed for
  bool opens = false;   // and it opened
  url::LinkClaims claims;
  bool sealable = false;  // http, https or ftp, so that it may be sealed
};

// What became of the links of one rendering, by result: "sealed", "already-sealed", "seal-does-not-open",
// "policy", "do-not-rewrite", of outbound mail "restored" and "left", or a word of
// mail::to_string(Unwrapped). See docs/rewriting.md.
using LinkCounts = std::map<std::string, size_t, std::less<>>;

struct RenderedMessage {
  std::string bytes;
  std::vector<std::string_view> results;  // of each link of the message, a word of LinkCounts
  LinkCounts links;
  size_t repairs = 0;       // mail::Rendered::repairs
  bool tips_shown = false;  // above the text
};

struct RecipientPolicy {
  std::string recipient;
  const verdict::SafeLinksPolicy* policy = nullptr;
  const verdict::DoNotRewriteList* do_not_rewrite = nullptr;
  bool wrap = true;  // false: links of the message stay as they are for this recipient
};

class MessageWork {
 public:
  // `bytes` and `context` outlive the work. Errors of mail::Message::parse (the sender's), or of the store
  // (ours).
  static Result<std::unique_ptr<MessageWork>> prepare(std::string_view bytes, const MessageIdentity& identity,
                                                      const SealingContext& context);

  const mail::Message& message() const { return message_; }
  const MessageIdentity& identity() const { return identity_; }
  // Takes the id of the topmost stamp of ours on the message that verifies, if there is one.
  void take_stamped_id();
  const std::vector<PlannedLink>& links() const { return links_; }
  // Whether any link may look different for different recipients: if not, one rendering serves all.
  bool varies_by_recipient() const { return varies_; }

  // May be called from several threads at once. Errors: is_ours() tells whether the mail is to be deferred.
  Result<RenderedMessage> render_for(const RecipientPolicy& recipient,
                                     const std::vector<std::pair<std::string, std::string>>& headers) const;
  Result<RenderedMessage> render_outbound(
      const std::vector<std::pair<std::string, std::string>>& headers) const;

 private:
  MessageWork(mail::Message message, const MessageIdentity& identity, const SealingContext& context);
  Result<void> plan();
  Result<PlannedLink> understand(const mail::Link& link) const;
  Result<void> open_own(PlannedLink* planned) const;
  bool is_this_message(const std::array<uint8_t, 16>& id) const;
  struct Decision {
    std::string_view result;         // a word of LinkCounts
    std::optional<std::string> url;  // absent: the link stays as it stands
  };
  Result<Decision> inbound_link(size_t index, const RecipientPolicy& recipient) const;
  Result<RenderedMessage> render(const mail::RenderOptions& options,
                                 const std::function<Result<Decision>(size_t)>& decide) const;

  mail::Message message_;
  MessageIdentity identity_;
  const SealingContext& context_;
  std::vector<PlannedLink> links_;
  std::vector<std::array<uint8_t, 16>>
      stamps_;  // of messages that this one is, by a stamp of ours that verifies
  bool varies_ = false;
};

// "https://links.example.net:8443" -> "links.example.net". Error kInvalidArgument: no http(s) origin.
Result<std::string> host_of_origin(std::string_view origin);

}  // namespace linkgate::gateway
