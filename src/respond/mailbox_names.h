#pragma once
// From envelope recipients to mailboxes, as the MTA does it: aliases, what follows a delimiter in the local
// part, case. Pure but for reading the file.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/config.h"
#include "base/result.h"

namespace linkgate::respond {

inline constexpr size_t kMaxAliasDepth = 10;       // an alias of an alias of ...
inline constexpr size_t kMaxMailboxesOfOne = 500;  // that one address leads to

class MailboxNames {
 public:
  // `aliases` in the format of Postfix's virtual(5): "ADDRESS TARGET[, TARGET...]", "@DOMAIN TARGET", "#"
  // comments, lines that begin with a blank go on. kInvalidArgument with FILE:LINE.
  static Result<MailboxNames> parse(const MailboxesConfig& config, std::string_view aliases);
  // With config.aliases_file, where one is named.
  static Result<MailboxNames> load(const MailboxesConfig& config);

  // Each once, in the aliases' order: whole addresses or local parts, in lower case. Empty: the aliases lead
  // nowhere (round in a circle).
  std::vector<std::string> of(std::string_view recipient) const;

 private:
  explicit MailboxNames(const MailboxesConfig& config) : config_(config) {}
  const std::vector<std::string>* targets_of(const std::string& address) const;
  std::string without_detail(const std::string& address) const;

  MailboxesConfig config_;
  std::unordered_map<std::string, std::vector<std::string>> aliases_;
};

}  // namespace linkgate::respond
