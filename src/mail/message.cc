#include "base/ascii.h"
#include "mail/message_builder.h"
#include "mail/render.h"
#include "mail/rewriter.h"

namespace linkgate::mail {

std::string_view to_string(Unwrapped reason) {
  switch (reason) {
    case Unwrapped::kNo:
      return "Wrapped";
    case Unwrapped::kSignedPart:
      return "SignedPart";
    case Unwrapped::kEncryptedPart:
      return "EncryptedPart";
    case Unwrapped::kNotHttp:
      return "NotHttp";
    case Unwrapped::kSchemeless:
      return "Schemeless";
    case Unwrapped::kPolicy:
      return "Policy";
    case Unwrapped::kMalformed:
      return "Malformed";
    case Unwrapped::kUndecodable:
      return "Undecodable";
    case Unwrapped::kHeader:
      return "Header";
    case Unwrapped::kOtherFormat:
      return "OtherFormat";
  }
  return "Unknown";
}

Message::Message(std::unique_ptr<MessageImpl> impl) : impl_(std::move(impl)) {}
Message::Message(Message&&) noexcept = default;
Message& Message::operator=(Message&&) noexcept = default;
Message::~Message() = default;

Result<Message> Message::parse(std::string_view bytes, const Limits& limits, const SignatureTrust* trust) {
  if (bytes.size() > limits.max_message) return Error(ErrorCode::kLimit, "message too large");
  auto impl = std::make_unique<MessageImpl>();
  impl->bytes = bytes;
  TRY(MessageBuilder(*impl, limits, trust).build());
  return Message(std::move(impl));
}

const std::vector<Link>& Message::links() const { return impl_->links; }
const std::vector<Part>& Message::parts() const { return impl_->parts; }
const Envelope& Message::envelope() const { return impl_->envelope; }

std::vector<std::string> Message::header(std::string_view name) const {
  std::vector<std::string> values;
  const Container& top = impl_->containers[0];
  const Entity& entity = top.structure.entities[0];
  for (size_t i = entity.first_field; i < entity.last_field; ++i) {
    const HeaderField& field = top.structure.fields[i];
    if (ascii::iequals(impl_->field_text(top, field.name), name)) {
      values.push_back(unfold(impl_->field_text(top, field.value)));
    }
  }
  return values;
}

Result<Rendered> Message::render(const RenderOptions& options, const Replace& replace) const {
  return Renderer(*impl_, options, replace).run();
}

}  // namespace linkgate::mail
