#include "gateway/rewrite_one.h"

namespace linkgate::gateway {
namespace {

// The id of the message: given, stamped on it by us before, or made from it.
Result<MessageIdentity> identify_one(std::string_view message, const RewriteRequest& request,
                                     const url::Keyring& keys, Time now) {
  const HeaderBlock header = read_header(message);
  MessageIdentity identity = identify("", request.sender, message, header, now, keys);
  std::string given = request.message_id;
  if (given.empty()) {
    const HeaderField* stamp = header.first("X-Linkgate-Id");
    given = stamp == nullptr ? "" : url::verify_message_stamp(stamp->value(), keys).value_or("");
  }
  if (given.empty()) return identity;
  const auto bytes = url::parse_uuid(given);
  if (!bytes) return Error(ErrorCode::kInvalidArgument, "not a message id (a UUID): " + given);
  identity.id = *bytes;
  identity.text = url::uuid_text(*bytes);
  return identity;
}

}  // namespace

Result<RewriteResult> rewrite_one(std::string_view message, const RewriteRequest& request,
                                  const state::PolicyView& policies, const SealingContext& sealing,
                                  Time now) {
  TRY_ASSIGN(const MessageIdentity identity, identify_one(message, request, *sealing.keys, now));
  TRY_ASSIGN(const auto work, MessageWork::prepare(message, identity, sealing));
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
  RewriteResult result{std::move(rendered->bytes), identity.text, std::move(rendered->links)};
  for (const LeftAlone& left : rendered->left_alone) {
    result.left_alone.emplace_back(work->message().links()[left.link].url, left.reason);
  }
  result.repairs = rendered->repairs;
  return result;
}

}  // namespace linkgate::gateway
