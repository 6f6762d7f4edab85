#include "gateway/rewrite_one.h"

namespace linkgate::gateway {
namespace {

// The id that is given, else one made from the message.
Result<MessageIdentity> identify_one(std::string_view message, const RewriteRequest& request,
                                     const url::Keyring& keys, Time now) {
  MessageIdentity identity = identify("", request.sender, message, read_header(message), now, keys);
  if (request.message_id.empty()) return identity;
  const auto bytes = url::parse_uuid(request.message_id);
  if (!bytes) return Error(ErrorCode::kInvalidArgument, "not a message id (a UUID): " + request.message_id);
  identity.id = *bytes;
  identity.text = url::uuid_text(*bytes);
  return identity;
}

std::vector<LinkReport> report(const MessageWork& work, const RenderedMessage& rendered) {
  std::vector<LinkReport> links;
  for (size_t i = 0; i < rendered.results.size(); ++i) {
    const mail::Link& link = work.message().links()[i];
    links.push_back({rendered.results[i], link.place, work.message().parts()[link.part].content_type,
                     work.links()[i].url, link.url});
  }
  return links;
}

}  // namespace

Result<RewriteResult> rewrite_one(std::string_view message, const RewriteRequest& request,
                                  const state::PolicyView& policies, const SealingContext& sealing,
                                  Time now) {
  TRY_ASSIGN(const MessageIdentity identity, identify_one(message, request, *sealing.keys, now));
  TRY_ASSIGN(const auto work, MessageWork::prepare(message, identity, sealing));
  if (request.message_id.empty()) work->take_stamped_id();
  Result<RenderedMessage> rendered = Error(ErrorCode::kInternal, "not rendered");
  if (request.outbound) {
    rendered = work->render_outbound({});
  } else {
    const verdict::PolicySet::Match match = policies.policies.match(request.recipient);
    RecipientPolicy recipient;
    recipient.recipient = request.recipient;
    recipient.policy = match.policy;
    recipient.do_not_rewrite = &policies.do_not_rewrite(*match.policy);
    recipient.wrap = match.policy->EnableSafeLinksForEmail && !match.policy->DisableUrlRewrite;
    rendered = work->render_for(recipient, {});
  }
  if (!rendered) return std::move(rendered).error();
  return RewriteResult{std::move(rendered->bytes), work->identity().text, std::move(rendered->links),
                       report(*work, *rendered), rendered->repairs};
}

}  // namespace linkgate::gateway
