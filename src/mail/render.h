#pragma once
// Message::render(): decides each link, makes edits of the slots, and puts the message together. Private to
// this folder.

#include <string>
#include <vector>

#include "mail/message_impl.h"
#include "mail/patch.h"

namespace linkgate::mail {

class Renderer {
 public:
  Renderer(const MessageImpl& message, const RenderOptions& options, const Replace& replace)
      : message_(message), options_(options), replace_(replace), edits_(message.regions.size()) {}
  Result<Rendered> run();

 private:
  void decide_links();
  Unwrapped decide(size_t link, std::string& replacement) const;
  bool is_replaced(size_t link) const;
  bool is_kept(SignedState state) const;

  Result<void> edit_body(const Body& body);
  void add_slot_edits(const Body& body, const Slot& slot, std::vector<Edit>& edits) const;
  void encode_as_quoted_printable(std::string_view encoded, std::vector<Edit>& edits) const;
  Result<void> close_region(size_t index);
  Result<void> open_opaque(const Region& region, std::string inner);

  void set_field(int container, size_t entity, std::string_view name, std::string_view value);
  void set_charset(int container, size_t entity);
  void edit_header();
  size_t settle_oddities();
  void append_field(std::string& out, std::string_view name, std::string_view value) const;

  const MessageImpl& message_;
  const RenderOptions& options_;
  const Replace& replace_;
  std::vector<std::vector<Edit>> edits_;  // of each region
  std::vector<LinkOutcome> outcomes_;
};

}  // namespace linkgate::mail
