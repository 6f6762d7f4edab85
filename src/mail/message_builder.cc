#include "mail/message_builder.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/base64.h"
#include "mail/header_value.h"
#include "mail/link_target.h"
#include "mail/signature.h"
#include "url/find.h"

namespace linkgate::mail {
namespace {

constexpr size_t kMaxLinkText = 8 * 1024;

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  return hex_encode({reinterpret_cast<const char*>(digest.data()), length});
}

bool is_any(std::string_view value, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), value) != names.end();
}

}  // namespace

Result<void> MessageBuilder::build() {
  Region& root = impl_.regions.emplace_back();
  root.bytes = impl_.bytes;
  const size_t newline = impl_.bytes.find('\n');
  impl_.newline =
      newline == std::string_view::npos || (newline > 0 && impl_.bytes[newline - 1] == '\r') ? "\r\n" : "\n";
  impl_.containers.emplace_back();
  // Messages inside encoded parts are appended as they are found.
  for (size_t i = 0; i < impl_.containers.size(); ++i) TRY(scan_container(i));
  read_envelope();
  return {};
}

std::optional<std::string> MessageBuilder::field(const Container& container, const Entity& entity,
                                                 std::string_view name) const {
  for (size_t i = entity.first_field; i < entity.last_field; ++i) {
    const HeaderField& f = container.structure.fields[i];
    if (f.name.size() == name.size() && ascii::iequals(impl_.field_text(container, f.name), name)) {
      return unfold(impl_.field_text(container, f.value));
    }
  }
  return std::nullopt;
}

Result<void> MessageBuilder::scan_container(size_t index) {
  const std::string_view bytes = impl_.regions[impl_.containers[index].region].bytes;
  Container& container = impl_.containers[index];
  auto structure = scan_structure(bytes, limits_, container.depth, impl_.parts.size());
  if (!structure) {
    // What is labelled as a message and is none stays the attachment that it is; limits count everywhere.
    if (index > 0 && structure.error().code() == ErrorCode::kInvalidArgument) return {};
    return std::move(structure).error();
  }
  container.structure = std::move(*structure);
  container.first_part = impl_.parts.size();
  const auto& entities = container.structure.entities;
  for (const Entity& entity : entities) impl_.parts.push_back(describe(container, entity));
  for (size_t i = 0; i < entities.size(); ++i) TRY(scan_entity(index, i));
  return {};
}

Result<void> MessageBuilder::scan_entity(size_t container_index, size_t index) {
  Container& container = impl_.containers[container_index];
  const Entity& entity = container.structure.entities[index];
  const SignedState state = inherited_state(container, index);
  container.signed_states.push_back(state);
  if (is_encrypted(container, index)) return {};
  if (is_any(entity.type, {"application/pkcs7-mime", "application/x-pkcs7-mime"})) {
    return add_opaque(container_index, index, state);
  }
  if (holds_message(entity.type) && !entity.is_message)
    return add_encoded_message(container_index, index, state);
  const Role role = role_of(container, index);
  return role != Role::kNone ? add_body(container_index, index, role, state) : Result<void>();
}

// A stretch of a body that is decoded to be patched. It is written again in its own encoding and shape, or as
// base64.
Region& MessageBuilder::add_region(size_t container_index, size_t entity_index, Range at,
                                   std::string decoded) {
  const Container& container = impl_.containers[container_index];
  const Entity& entity = container.structure.entities[entity_index];
  const std::string_view around = impl_.regions[container.region].bytes;
  const std::string_view encoded = around.substr(at.begin, at.size());
  Region& region = impl_.regions.emplace_back();
  region.parent = container.region;
  region.at = at;
  region.needs_padding = at.end < entity.body.end;
  region.container = static_cast<int>(container_index);
  region.entity = entity_index;
  region.owned = std::move(decoded);
  region.bytes = region.owned;
  region.final_newline = encoded.ends_with('\n');
  const size_t newline = encoded.find('\n');
  if (entity.encoding == Encoding::kBase64 && newline != std::string_view::npos &&
      newline + 1 < encoded.size()) {
    const size_t length = newline > 0 && encoded[newline - 1] == '\r' ? newline - 1 : newline;
    if (length >= 4 && length <= kMaxMessageLine) region.line_length = length / 4 * 4;
  }
  return region;
}

// A message in base64 or quoted-printable: forbidden (RFC 2046, 5.2.1), sent all the same, and shown by
// clients.
Result<void> MessageBuilder::add_encoded_message(size_t container_index, size_t entity_index,
                                                 SignedState signed_state) {
  const Container& container = impl_.containers[container_index];
  const Entity& entity = container.structure.entities[entity_index];
  const std::string_view around = impl_.regions[container.region].bytes;
  Region& region = add_region(container_index, entity_index, entity.body,
                              decode(around.substr(entity.body.begin, entity.body.size()), entity.encoding));
  if (entity.encoding == Encoding::kQuotedPrintable) region.encoding = Encoding::kQuotedPrintable;
  region.was_other_encoding = entity.encoding == Encoding::kUuencode;
  Container inner;
  inner.region = static_cast<int>(impl_.regions.size()) - 1;
  inner.depth = entity.depth + 1;
  inner.signed_state = signed_state;
  impl_.containers.push_back(std::move(inner));
  return {};
}

// Opaque signed-data: looked into as if it stood open. Where the signature is trusted nothing in it is
// touched.
Result<void> MessageBuilder::add_opaque(size_t container_index, size_t entity_index,
                                        SignedState signed_state) {
  const Container& container = impl_.containers[container_index];
  const Entity& entity = container.structure.entities[entity_index];
  const std::string_view around = impl_.regions[container.region].bytes;
  const std::string der = decode(around.substr(entity.body.begin, entity.body.size()), entity.encoding);
  std::optional<std::string> content = opaque_signed_content(der);
  if (!content) return {};
  // It takes the envelope's place among lines that end as those of the message do.
  if (impl_.newline == "\n") std::erase(*content, '\r');
  Region& region = add_region(container_index, entity_index, entity.body, std::move(*content));
  region.is_opaque = true;
  Container inner;
  inner.region = static_cast<int>(impl_.regions.size()) - 1;
  inner.depth = entity.depth + 1;
  inner.signed_state = signed_state == SignedState::kTrusted || (trust_ != nullptr && trust_->verifies(der))
                           ? SignedState::kTrusted
                           : SignedState::kUnverified;
  impl_.containers.push_back(std::move(inner));
  return {};
}

// Of a signed multipart only the first part is signed (RFC 1847, 2.1); others beside it are as what surrounds
// them.
SignedState MessageBuilder::inherited_state(const Container& container, size_t index) const {
  const auto& entities = container.structure.entities;
  const int parent = entities[index].parent;
  if (parent < 0) return container.signed_state;
  const SignedState around = container.signed_states[parent];
  const bool is_first = static_cast<size_t>(parent) + 1 == index;
  if (around == SignedState::kTrusted || entities[parent].type != "multipart/signed" || !is_first)
    return around;
  return verify_detached(container, parent);
}

SignedState MessageBuilder::verify_detached(const Container& container, size_t multipart) const {
  const auto& entities = container.structure.entities;
  const Entity& content = entities[multipart + 1];
  const auto is_signature = [&](const Entity& entity) {
    return entity.parent == static_cast<int>(multipart) &&
           is_any(entity.type, {"application/pkcs7-signature", "application/x-pkcs7-signature"});
  };
  const auto signature = std::find_if(entities.begin() + static_cast<std::ptrdiff_t>(multipart) + 2,
                                      entities.end(), is_signature);
  if (trust_ == nullptr || signature == entities.end()) return SignedState::kUnverified;
  const std::string_view bytes = impl_.regions[container.region].bytes;
  const std::string_view signed_bytes =
      bytes.substr(content.header.begin, content.body.end - content.header.begin);
  const std::string der =
      decode(bytes.substr(signature->body.begin, signature->body.size()), signature->encoding);
  return trust_->verifies(signed_bytes, der) ? SignedState::kTrusted : SignedState::kUnverified;
}

bool MessageBuilder::is_encrypted(const Container& container, size_t index) const {
  const auto& entities = container.structure.entities;
  for (int i = static_cast<int>(index); i >= 0; i = entities[i].parent) {
    if (entities[i].type == "multipart/encrypted") return true;
  }
  return false;
}

MessageBuilder::Role MessageBuilder::role_of(const Container& container, size_t index) const {
  const Entity& entity = container.structure.entities[index];
  const std::string& type = entity.type;
  if (entity.is_multipart || entity.is_message) return Role::kNone;
  if (is_any(type, {"text/calendar", "application/ics"})) return Role::kCalendar;
  // Attachments stay as they are. What stands alone or is one of several forms of the text is shown in any
  // case.
  const bool shown =
      entity.parent < 0 || container.structure.entities[entity.parent].type == "multipart/alternative";
  if (entity.disposition_attachment && !shown) return Role::kNone;
  if (is_any(type, {"text/html", "application/xhtml+xml", "text/x-amp-html", "text/watch-html"}))
    return Role::kHtml;
  if (is_any(type, {"text/rtf", "text/richtext-ms", "text/vcard", "text/x-vcard", "text/directory",
                    "text/css", "text/javascript", "text/xml", "text/csv", "text/rfc822-headers"})) {
    return Role::kOtherText;
  }
  // A multipart without parts is shown as text by those who show it at all.
  return type.starts_with("text/") || type.starts_with("multipart/") ? Role::kText : Role::kNone;
}

Part MessageBuilder::describe(const Container& container, const Entity& entity) const {
  Part part;
  part.content_type = entity.type;
  part.charset = entity.charset;
  part.file_name = entity.file_name;
  // Text that is shown is no attachment, unless it has a name and is not the body of the message itself.
  const bool text = entity.type.starts_with("text/");
  const bool body =
      entity.parent < 0 || container.structure.entities[entity.parent].type == "multipart/alternative";
  const bool leaf = !entity.is_multipart && !entity.is_message && !entity.type.starts_with("multipart/");
  part.attachment =
      entity.disposition_attachment || (leaf && !text) || (leaf && !body && !entity.file_name.empty());
  if (!part.attachment) return part;
  const std::string_view raw =
      impl_.regions[container.region].bytes.substr(entity.body.begin, entity.body.size());
  if (entity.encoding == Encoding::kIdentity) {
    part.decoded_size = raw.size();
    part.sha256 = sha256_hex(raw);
  } else {
    const std::string decoded = decode(raw, entity.encoding);
    part.decoded_size = decoded.size();
    part.sha256 = sha256_hex(decoded);
  }
  return part;
}

void MessageBuilder::read_envelope() {
  const Container& top = impl_.containers[0];
  const Entity& entity = top.structure.entities[0];
  Envelope& envelope = impl_.envelope;
  envelope.message_id = field(top, entity, "Message-ID").value_or("");
  envelope.language = field(top, entity, "Content-Language").value_or("");
  envelope.subject = decode_header_text(field(top, entity, "Subject").value_or(""));
  const auto from = parse_addresses(field(top, entity, "From").value_or(""));
  if (!from.empty()) {
    envelope.from_address = from[0].address;
    envelope.from_display_name = from[0].name;
  }
  for (auto& mailbox : parse_addresses(field(top, entity, "To").value_or("")))
    envelope.to.push_back(mailbox.address);
  for (auto& mailbox : parse_addresses(field(top, entity, "Cc").value_or("")))
    envelope.cc.push_back(mailbox.address);
  for (const url::FoundUrl& found : url::find_urls(envelope.subject)) {
    if (found.kind == url::FoundKind::kBareDomain || impl_.links.size() >= limits_.max_links) continue;
    Link link;
    link.text = envelope.subject.substr(found.begin, found.end - found.begin);
    link.url = text_target(link.text, found.kind == url::FoundKind::kWww).url;
    link.place = Place::kSubject;
    link.left_alone = Unwrapped::kHeader;
    impl_.links.push_back(std::move(link));
    impl_.notes.emplace_back();
  }
}

Result<size_t> MessageBuilder::add_link(Link link, LinkNotes notes) {
  if (impl_.links.size() >= limits_.max_links) return Error(ErrorCode::kLimit, "too many links");
  if (link.text.size() > kMaxLinkText) {
    size_t cut = kMaxLinkText;
    while (cut > 0 && (static_cast<unsigned char>(link.text[cut]) & 0xC0) == 0x80)
      --cut;  // not within a character
    link.text.resize(cut);
  }
  link.part = part_;
  notes.signed_state = std::max(notes.signed_state, signed_state_);
  impl_.links.push_back(std::move(link));
  impl_.notes.push_back(notes);
  return impl_.links.size() - 1;
}

}  // namespace linkgate::mail
