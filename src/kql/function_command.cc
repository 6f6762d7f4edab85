#include "kql/function_command.h"

#include <algorithm>

#include "base/ascii.h"
#include "kql/lexer.h"

namespace linkgate::kql {
namespace {

using Verb = FunctionCommand::Verb;

class Reader {
 public:
  Reader(std::string_view text, std::vector<Token> tokens) : text_(text), tokens_(std::move(tokens)) {}

  // Without a value: another command.
  std::optional<Expected<FunctionCommand>> run() {
    std::string verb;
    while (!token().is_word("function") && !token().is_word("functions") && token().kind != TokenKind::kEnd &&
           at_ < kMostVerbTokens) {
      verb += ascii::to_lower(token().text);
      ++at_;
    }
    if (token().is_word("functions") && verb == ".show") {
      ++at_;
      return ended(FunctionCommand{});
    }
    if (!token().is_word("function")) return std::nullopt;
    ++at_;
    FunctionCommand command;
    if (verb == ".create")
      command.verb = Verb::kCreate;
    else if (verb == ".alter")
      command.verb = Verb::kAlter;
    else if (verb == ".create-or-alter")
      command.verb = Verb::kCreateOrAlter;
    else if (verb == ".drop")
      command.verb = Verb::kDrop;
    else if (verb == ".show")
      command.verb = Verb::kShow;
    else
      return std::nullopt;
    return changes(command.verb) && command.verb != Verb::kDrop ? definition(std::move(command))
                                                                : name_alone(std::move(command));
  }

 private:
  static constexpr size_t kMostVerbTokens = 8;

  const Token& token(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }

  Diagnostic expected(std::string what) const {
    return fail(DiagnosticCode::kSyntax, token().span, "expected " + std::move(what));
  }

  Expected<FunctionCommand> ended(FunctionCommand command) const {
    if (token().kind != TokenKind::kEnd) return expected("the end of the command");
    return command;
  }

  bool take_word(std::string_view word) {
    if (token().kind != TokenKind::kIdentifier || !ascii::iequals(token().text, word)) return false;
    ++at_;
    return true;
  }

  Expected<std::string> name() {
    const bool quoted = token().is("[") && token(1).kind == TokenKind::kLiteral &&
                        token(1).type == Type::kString && token(2).is("]");
    if (!quoted && token().kind != TokenKind::kIdentifier) return expected("the function's name");
    std::string found = quoted ? std::get<std::string>(token(1).value) : std::string(token().text);
    at_ += quoted ? 3 : 1;
    return found;
  }

  Expected<FunctionCommand> name_alone(FunctionCommand command) {
    TRY_ASSIGN(command.function.name, name());
    if (command.verb == Verb::kDrop) command.if_exists = take_word("ifexists");
    return ended(std::move(command));
  }

  Expected<FunctionCommand> definition(FunctionCommand command) {
    if (command.verb == Verb::kCreate) command.if_not_exists = take_word("ifnotexists");
    if (take_word("with")) TRY(properties(command));
    TRY_ASSIGN(command.function.name, name());
    TRY_ASSIGN(command.function.parameters, enclosed("(", ")", "the parameters in parentheses"));
    TRY_ASSIGN(command.function.body, enclosed("{", "}", "the body in braces"));
    return ended(std::move(command));
  }

  // (docstring = "...", folder = "...", skipvalidation = true)
  Expected<> properties(FunctionCommand& command) {
    if (!token().is("(")) return expected("'(' after with");
    do {
      ++at_;
      const std::string property = ascii::to_lower(token().text);
      ++at_;
      if (!token().is("=")) return expected("'=' after the property's name");
      ++at_;
      const auto* value = std::get_if<std::string>(&token().value);
      const std::string text = value != nullptr ? *value : std::string(token().text);
      if (property == "docstring")
        command.docstring = text;
      else if (property == "folder")
        command.folder = text;
      else if (property == "skipvalidation")
        command.skip_validation = ascii::iequals(text, "true");
      else if (property != "view")
        return fail(DiagnosticCode::kUnknownName, tokens_[at_ - 2].span,
                    "a function has no property '" + property + "'");
      ++at_;
    } while (token().is(","));
    if (!token().is(")")) return expected("')' after the properties");
    ++at_;
    return {};
  }

  // The text from one bracket to its fellow.
  Expected<std::string> enclosed(std::string_view open, std::string_view close, std::string what) {
    if (!token().is(open)) return expected(std::move(what));
    const uint32_t begin = token().span.begin;
    int depth = 0;
    for (; token().kind != TokenKind::kEnd; ++at_) {
      if (token().is(open)) ++depth;
      if (!token().is(close) || --depth > 0) continue;
      const uint32_t end = token().span.end;
      ++at_;
      return std::string(text_.substr(begin, end - begin));
    }
    return expected("'" + std::string(close) + "'");
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace

bool changes(Verb verb) { return verb != Verb::kShow && verb != Verb::kShowAll; }

std::optional<Expected<FunctionCommand>> parse_function_command(std::string_view text) {
  auto tokens = tokenize(text);
  if (!tokens) {
    if (text.substr(0, 64).find("function") == std::string_view::npos) return std::nullopt;
    locate(tokens.error(), text);
    return Expected<FunctionCommand>(std::move(tokens.error()));
  }
  auto command = Reader(text, *std::move(tokens)).run();
  if (command && !*command) locate(command->error(), text);
  return command;
}

}  // namespace linkgate::kql
