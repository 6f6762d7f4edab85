#include "gateway/message_work.h"

#include "base/ascii.h"
#include "url/unwrap.h"
#include "url/url.h"

namespace linkgate::gateway {
namespace {

constexpr int kMaxLayers = 4;  // of our seals and other vendors' wrappers around one another

url::LinkLocation location_of(mail::Place place) {
  switch (place) {
    case mail::Place::kCalendar:
      return url::LinkLocation::kCalendar;
    case mail::Place::kForm:
      return url::LinkLocation::kForm;
    case mail::Place::kSubject:
      return url::LinkLocation::kSubject;
    case mail::Place::kHtml:
    case mail::Place::kText:
      break;
  }
  return url::LinkLocation::kBody;
}

bool can_be_sealed(std::string_view text) {
  const auto parsed = url::Url::parse(text);
  return parsed && (parsed->is_http() || parsed->scheme() == "ftp") && !parsed->hostname().empty();
}

}  // namespace

Result<std::string> host_of_origin(std::string_view origin) {
  const auto parsed = url::Url::parse(origin);
  if (!parsed || !parsed->is_http()) {
    return Error(ErrorCode::kInvalidArgument, "click origin is not http(s)://HOST: " + std::string(origin));
  }
  return std::string(parsed->hostname());
}

MessageWork::MessageWork(mail::Message message, const MessageIdentity& identity,
                         const SealingContext& context)
    : message_(std::move(message)), identity_(identity), context_(context) {}

Result<std::unique_ptr<MessageWork>> MessageWork::prepare(std::string_view bytes,
                                                          const MessageIdentity& identity,
                                                          const SealingContext& context) {
  TRY_ASSIGN(mail::Message message, mail::Message::parse(bytes, mail::Limits(), context.trust));
  std::unique_ptr<MessageWork> work(new MessageWork(std::move(message), identity, context));
  TRY(work->plan());
  return work;
}

Result<void> MessageWork::plan() {
  for (const std::string& value : message_.header("X-Linkgate-Id")) {
    const auto id = url::verify_message_stamp(value, *context_.keys);
    const auto bytes = id ? url::parse_uuid(*id) : std::nullopt;
    if (bytes) stamps_.push_back(*bytes);
  }
  links_.reserve(message_.links().size());
  for (const mail::Link& link : message_.links()) {
    TRY_ASSIGN(PlannedLink planned, understand(link));
    if (link.left_alone == mail::Unwrapped::kNo) varies_ = true;
    links_.push_back(std::move(planned));
  }
  return {};
}

void MessageWork::take_stamped_id() {
  if (stamps_.empty()) return;
  identity_.id = stamps_.front();
  identity_.text = url::uuid_text(identity_.id);
}

// Opens the seal on planned->url, if it opens; the URL under it takes its place.
Result<void> MessageWork::open_own(PlannedLink* planned) const {
  planned->sealed = true;
  const auto parsed = url::Url::parse(planned->url);
  if (!parsed) return {};
  const std::string target = std::string(parsed->pathname()).append(parsed->search());
  auto opened = url::open(target, parsed->hostname(), *context_.keys);
  if (!opened) return {};
  if (opened->needs_lookup) {
    if (context_.long_links == nullptr) return {};
    TRY_ASSIGN(auto stored, context_.long_links->url(opened->url_hash));
    if (!stored) return {};
    opened->claims.url = *std::move(stored);
  }
  planned->opens = true;
  planned->url = opened->claims.url;
  planned->claims = std::move(opened->claims);
  return {};
}

Result<PlannedLink> MessageWork::understand(const mail::Link& link) const {
  PlannedLink planned;
  planned.url = link.url;
  for (int layer = 0; layer < kMaxLayers; ++layer) {
    if (url::looks_sealed(planned.url, context_.click_host)) {
      planned.opens = false;
      TRY(open_own(&planned));
      if (!planned.opens) break;
      continue;
    }
    url::Unwrapped unwrapped = url::unwrap(planned.url);
    if (unwrapped.wrappers.empty() || unwrapped.url == planned.url || !can_be_sealed(unwrapped.url)) break;
    planned.url = std::move(unwrapped.url);
  }
  planned.sealable = can_be_sealed(planned.url);
  return planned;
}

bool MessageWork::is_this_message(const std::array<uint8_t, 16>& id) const {
  if (id == identity_.id) return true;
  for (const auto& stamp : stamps_) {
    if (stamp == id) return true;
  }
  return false;
}

Result<MessageWork::Decision> MessageWork::inbound_link(size_t index,
                                                        const RecipientPolicy& recipient) const {
  const mail::Link& link = message_.links()[index];
  const PlannedLink& planned = links_[index];
  const auto left = [](std::string_view reason) { return Decision{reason, std::nullopt}; };
  const bool outermost = planned.sealed && url::looks_sealed(link.url, context_.click_host);
  if (outermost && planned.opens && ascii::iequals(planned.claims.recipient, recipient.recipient) &&
      is_this_message(planned.claims.network_message_id)) {
    return left("already-sealed");
  }
  if (planned.sealed && !planned.opens)
    return left("seal-does-not-open");  // the click server has a page for it
  if (!recipient.wrap) return left("policy");
  if (recipient.do_not_rewrite != nullptr && recipient.do_not_rewrite->matches(planned.url))
    return left("do-not-rewrite");
  url::LinkClaims claims;
  claims.network_message_id = identity_.id;
  claims.recipient = recipient.recipient;
  claims.location = location_of(link.place);
  claims.message_time = identity_.time;
  claims.url = planned.sealable ? planned.url : link.url;
  if (url::needs_stored_url(claims.url)) {
    if (context_.long_links == nullptr)
      return Error(ErrorCode::kUnavailable, "no store for a link that is too long to seal");
    TRY(context_.long_links->put_url(url::url_hash(claims.url), claims.url));
  }
  auto sealed = link.place == mail::Place::kForm
                    ? url::seal_form(claims, context_.click_origin, *context_.keys)
                    : url::seal(claims, context_.click_origin, *context_.keys);
  if (!sealed) return std::move(sealed).error();
  return Decision{"sealed", *std::move(sealed)};
}

Result<RenderedMessage> MessageWork::render(const mail::RenderOptions& options,
                                            const std::function<Result<Decision>(size_t)>& decide) const {
  RenderedMessage result;
  result.results.resize(message_.links().size());
  std::optional<Error> trouble;
  const mail::Link* first = message_.links().data();
  const mail::Replace replace = [&](const mail::Link& link) -> std::optional<std::string> {
    if (trouble) return std::nullopt;
    const auto index = static_cast<size_t>(&link - first);
    auto decided = decide(index);
    if (!decided) {
      trouble = std::move(decided).error();
      return std::nullopt;
    }
    result.results[index] = decided->result;
    return std::move(decided->url);
  };
  auto rendered = message_.render(options, replace);
  if (trouble) return *std::move(trouble);
  if (!rendered) return std::move(rendered).error();
  for (const mail::LinkOutcome& outcome : rendered->outcomes) {
    const bool was_ours =
        outcome.result == mail::Unwrapped::kNo || outcome.result == mail::Unwrapped::kPolicy;
    std::string_view& word = result.results[outcome.link];
    if (!was_ours) word = mail::to_string(outcome.result);
    ++result.links[std::string(word)];
  }
  result.bytes = std::move(rendered->bytes);
  result.repairs = rendered->repairs;
  return result;
}

Result<RenderedMessage> MessageWork::render_for(
    const RecipientPolicy& recipient, const std::vector<std::pair<std::string, std::string>>& headers) const {
  mail::RenderOptions options;
  options.rewrite_signed = recipient.policy->RewriteUnverifiedSigned;
  options.rewrite_www = recipient.policy->RewriteWwwInPlainText;
  options.stamp = url::message_stamp(identity_.text, *context_.keys);
  options.add_headers = headers;
  return render(options, [&](size_t index) { return inbound_link(index, recipient); });
}

Result<RenderedMessage> MessageWork::render_outbound(
    const std::vector<std::pair<std::string, std::string>>& headers) const {
  mail::RenderOptions options;
  options.rewrite_signed = false;  // what one of ours signed keeps its signature
  options.rewrite_www = false;
  options.add_headers = headers;
  return render(options, [&](size_t index) -> Result<Decision> {
    const PlannedLink& planned = links_[index];
    if (planned.sealed && planned.opens) return Decision{"restored", planned.claims.url};
    return Decision{"left", std::nullopt};
  });
}

}  // namespace linkgate::gateway
