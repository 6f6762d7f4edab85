#include "scan/json_objects.h"

#include <nlohmann/json.hpp>

#include <optional>

namespace linkgate::scan {
namespace {

using Json = nlohmann::json;

// The parser keeps one string in memory at a time, however long: the text is looked through for long ones
// before.
bool has_long_string(std::string_view text) {
  size_t begin = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i - begin > kMaxJsonString) return true;
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
      begin = i;
    } else if (!in_string && (c == ',' || c == ':' || c == ' ' || c == '\n' || c == '{' || c == '}' ||
                              c == '[' || c == ']')) {
      begin = i;
    }
  }
  return text.size() - begin > kMaxJsonString;
}

class Reader final : public Json::json_sax_t {
 public:
  explicit Reader(const std::function<Result<void>(const JsonObject&)>& take) : take_(take) {}

  bool null() override { return true; }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return scalar(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return scalar(text); }
  bool string(string_t& value) override { return scalar(value); }
  bool binary(binary_t&) override { return false; }
  bool key(string_t& name) override {
    levels_.back().member = name;
    return true;
  }
  bool start_object(std::size_t) override {
    std::string name = levels_.empty() ? "" : levels_.back().member;
    return open(
        {.is_object = true, .member = "", .object = {.name = std::move(name), .members = {}, .listed = {}}});
  }
  bool start_array(std::size_t) override {
    std::string name = levels_.empty() ? "" : levels_.back().member;
    return open({.is_object = false, .member = std::move(name), .object = {}});
  }
  bool end_object() override {
    if (auto taken = take_(levels_.back().object); !taken) {
      error = std::move(taken).error();
      return false;
    }
    levels_.pop_back();
    return true;
  }
  bool end_array() override {
    levels_.pop_back();
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    error = Error(ErrorCode::kInvalidArgument, "is no JSON from byte " + std::to_string(position));
    return false;
  }

  std::optional<Error> error;

 private:
  struct Level {
    bool is_object = false;
    std::string member;  // under which the next value stands
    JsonObject object;
  };

  bool open(Level level) {
    if (levels_.size() == kMaxJsonDepth) {
      error =
          Error(ErrorCode::kInvalidArgument, "is JSON nested deeper than " + std::to_string(kMaxJsonDepth));
      return false;
    }
    levels_.push_back(std::move(level));
    return true;
  }

  bool scalar(const std::string& value) {
    if (levels_.empty()) return true;
    if (levels_.back().is_object) {
      auto& [is_object, member, object] = levels_.back();
      if (object.members.size() < kMaxJsonMembers) object.members.emplace_back(member, value);
    } else if (levels_.size() > 1 && levels_[levels_.size() - 2].is_object) {
      JsonObject& object = levels_[levels_.size() - 2].object;
      if (object.listed.size() < kMaxJsonMembers) object.listed.emplace_back(levels_.back().member, value);
    }
    return true;
  }

  const std::function<Result<void>(const JsonObject&)>& take_;
  std::vector<Level> levels_;
};

}  // namespace

std::string_view JsonObject::operator[](std::string_view wanted) const {
  for (const auto& [name, value] : members) {
    if (name == wanted) return value;
  }
  return "";
}

Result<void> for_each_json_object(std::string_view text,
                                  const std::function<Result<void>(const JsonObject&)>& take) {
  if (has_long_string(text))
    return Error(ErrorCode::kInvalidArgument, "is JSON with a string of more than 1 MiB");
  Reader reader(take);
  if (Json::sax_parse(text.begin(), text.end(), &reader)) return {};
  if (reader.error) return *std::move(reader.error);
  return Error(ErrorCode::kInvalidArgument, "is no JSON");
}

}  // namespace linkgate::scan
