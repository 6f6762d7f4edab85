#pragma once
// Fills a MessageImpl: containers, parts, bodies, links and slots. Private to this folder.

#include <functional>
#include <optional>

#include "mail/calendar_links.h"
#include "mail/message_impl.h"
#include "url/url.h"

namespace linkgate::mail {

class SignatureTrust;

class MessageBuilder {
 public:
  MessageBuilder(MessageImpl& impl, const Limits& limits, const SignatureTrust* trust)
      : impl_(impl), limits_(limits), trust_(trust) {}
  Result<void> build();

 private:
  enum class Role : uint8_t { kNone, kHtml, kText, kCalendar, kOtherText };

  Result<void> scan_container(size_t index);
  Result<void> scan_entity(size_t container, size_t entity);
  SignedState inherited_state(const Container& container, size_t entity) const;
  bool is_encrypted(const Container& container, size_t entity) const;
  SignedState verify_detached(const Container& container, size_t multipart) const;
  Result<void> add_opaque(size_t container, size_t entity, SignedState signed_state);
  Result<void> add_encoded_message(size_t container, size_t entity, SignedState signed_state);
  Role role_of(const Container& container, size_t entity) const;
  Part describe(const Container& container, const Entity& entity) const;
  void read_envelope();

  Result<void> add_body(size_t container, size_t entity, Role role, SignedState signed_state);
  Result<void> scan_html(std::string_view bytes, Body& body, const Entity& entity,
                         const Container& container);
  Result<void> add_html_link(const HtmlLink& html, Slot slot, std::string raw, const url::Url* base,
                             const Charset& charset);
  std::optional<url::Url> base_of(const HtmlLinks& found, const Container& container, const Entity& entity,
                                  const std::function<std::string(Range)>& utf8) const;
  Result<void> scan_text(std::string_view bytes, Body& body, const Entity& entity, bool patchable);
  Result<void> scan_undecodable(std::string_view raw);
  Result<void> scan_calendar(std::string_view bytes);
  Result<void> add_calendar_link(FoundInLine& found, CalendarLine& line);
  Region& add_region(size_t container, size_t entity, Range at, std::string decoded);
  void place_slots(std::string_view encoded, Body& body);
  std::optional<std::string> field(const Container& container, const Entity& entity,
                                   std::string_view name) const;

  Result<size_t> add_link(Link link, LinkNotes notes);

  MessageImpl& impl_;
  const Limits& limits_;
  const SignatureTrust* trust_;
  int part_ = 0;  // of the body being scanned
  SignedState signed_state_ = SignedState::kNone;
};

}  // namespace linkgate::mail
