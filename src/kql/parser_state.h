#pragma once
// The parser's inside: one class, its methods in parser.cc (statements, sources), parser_operators.cc and
// parser_expression.cc.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kql/ast.h"
#include "kql/lexer.h"
#include "kql/limits.h"

namespace linkgate::kql {

class Parser {
 public:
  // With `errors`, what cannot be read is noted there, becomes a kUnread, and the parser goes on behind it.
  explicit Parser(std::vector<Token> tokens, DiagnosticList* errors = nullptr)
      : tokens_(std::move(tokens)), errors_(errors), ast_(std::make_unique<Ast>()) {}
  Expected<std::unique_ptr<Ast>> run();

 private:
  friend struct OperatorGrammar;
  using Node = Expected<const Expr*>;
  using List = std::vector<const Expr*>;

  // ---- tokens
  const Token& token(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  // True where token(ahead) and the one after it touch.
  bool adjacent(size_t ahead) const { return token(ahead).span.end == token(ahead + 1).span.begin; }
  void advance() { at_ = std::min(at_ + 1, tokens_.size() - 1); }
  bool take(std::string_view punctuation);
  bool take_word(std::string_view word);
  Span since(size_t first_token) const;
  // An identifier, or a quoted name: ['two words'].
  bool at_name() const;
  Expected<std::string> name(std::string_view what);
  // One that is given here: no word of the language, unless it is quoted.
  Expected<std::string> new_name(std::string_view what);

  // ---- going on after an error (parser_recovery.cc)
  // Notes it and moves to the next of `stops` that belongs to what began at `first`; or gives it back.
  Expected<> recovered(Diagnostic error, size_t first, std::initializer_list<std::string_view> stops);
  void skip_to(std::initializer_list<std::string_view> stops, size_t first);
  Node unread(size_t first);
  // After an operator: a '|', or what ends a pipeline. Looked at only while errors are noted; false: neither
  // stood there, and what did is skipped.
  Expected<bool> pipe_or_end(size_t first);
  Expected<> forget_end(Operator& op, size_t first);

  // ---- saying what is wrong (parser_mistakes.cc)
  Diagnostic unexpected(std::string_view wanted) const;
  Expected<> expect(std::string_view punctuation, std::string_view where);
  Expected<> expect_word(std::string_view word, std::string_view where);
  // Between two of a list that goes up to `end`: a ','.
  Expected<> separated(std::string_view end);
  // The bracket before here that `closer` was to close, where the statement ends without it.
  const Token* never_closed(std::string_view closer) const;
  bool closes_nothing() const;
  std::string habit_here() const;
  Expected<> check_start() const;
  static Diagnostic no_operator(const std::string& name, Span span);

  // ---- statements and sources
  Expected<> statements(std::vector<Let>& lets, const Expr*& body, std::string_view end);
  Expected<Let> let();
  bool at_function() const;
  Node function();
  Expected<std::vector<ColumnDeclaration>> declarations(bool defaults);
  Node piped();                  // an expression or a source, with its operators
  std::optional<Node> source();  // datatable, range, print, union; nullopt: none of them stands here
  Node datatable();
  Node range();
  Node print_source();
  Node union_source();
  Node search_source();
  Node find_source();
  Expected<> find_projection(Operator& op);
  Node external_source();
  Expected<> set_statement();
  Expected<> declare_statement();
  Expected<> properties(std::vector<Parameter>& out);

  // ---- operators
  Expected<Operator> one_operator();
  Expected<std::string> operator_name();
  enum class Named : uint8_t { kAny, kHintsOnly };
  Expected<> parameters(std::vector<Parameter>& out, Named named = Named::kAny);
  Node parameter_value();
  Expected<> where_op(Operator& op);
  Expected<> items_op(Operator& op);
  Expected<> columns_op(Operator& op);
  Expected<> summarize_op(Operator& op);
  Expected<> sort_op(Operator& op);
  Expected<> take_op(Operator& op);
  Expected<> top_op(Operator& op);
  Expected<> serialize_op(Operator& op);
  Expected<> plain_op(Operator& op);
  Expected<> count_op(Operator& op);
  Expected<> join_op(Operator& op);
  Expected<> union_op(Operator& op);
  Expected<> render_op(Operator& op);
  Expected<> name_op(Operator& op);
  Expected<> expand_op(Operator& op);
  Expected<> parse_op(Operator& op);
  Expected<> partition_op(Operator& op);
  Expected<> top_nested_op(Operator& op);
  Expected<> hitters_op(Operator& op);
  Expected<> parse_kv_op(Operator& op);
  Expected<> series_op(Operator& op);
  Expected<Item> series_axis();
  Expected<Type> type_word();
  Expected<> apply_op(Operator& op);
  Expected<> expansions(Operator& op);
  Expected<> known_parameters(std::vector<Parameter>& out, std::span<const std::string_view> names);
  Node subquery();
  Expected<> scan_op(Operator& op);
  Expected<> reduce_op(Operator& op);
  Expected<Step> step();
  Expected<Let> pattern_statement();
  Expected<> pattern_case(Expr& pattern);
  Expected<> assert_schema_op(Operator& op);

  // ---- graphs (parser_graph.cc)
  Expected<Item> column_item();
  Expected<> make_graph_op(Operator& op);
  Expected<GraphPattern> graph_pattern();
  Expected<PatternElement> pattern_node();
  Expected<PatternElement> pattern_edge();
  Expected<> graph_match_op(Operator& op);
  Expected<> graph_components_op(Operator& op);
  Expected<> graph_to_table_op(Operator& op);
  Expected<> graph_where_op(Operator& op);
  Expected<> fork_op(Operator& op);
  Expected<> facet_op(Operator& op);
  static Diagnostic too_many_results(Span span);
  Expected<> search_op(Operator& op);
  Expected<> evaluate_op(Operator& op);
  Expected<> invoke_op(Operator& op);
  Expected<ColumnDeclaration> declaration();
  Node search_predicate(const Expr& expr, bool case_sensitive);
  Node search_term(const Expr& term, bool case_sensitive);
  Expected<> item_list(std::vector<Item>& out, bool orders, bool named);
  bool names_follow() const;
  Expected<Item> item(bool orders, bool named);
  Node column_pattern();
  Expected<> table_list(List& out);
  Node table();

  // ---- expressions, from loose to tight
  Node expression() { return either(); }
  Node either();
  Node both();
  using Level = Node (Parser::*)();
  Node logical(std::string_view word, Level operand);
  Node equality();
  Node relation();
  Node sum();
  Node product();
  Node chain(std::initializer_list<std::string_view> operators, Level operand);
  Node text_match();
  Node signed_path();
  Node path();
  Node primary();
  bool star_compares() const;
  Node call(std::string function_name, size_t first);
  Node dynamic_literal();
  Expected<std::string> json();
  Expected<std::string> json_members(std::string_view close);
  Expected<List> arguments(std::string_view end);
  // The operator of `words` that stands here, with ! before and ~ after it, and how many tokens it has.
  Expected<std::string> word_operator(std::span<const std::string_view> words, size_t& count) const;
  Node binary(std::string op, size_t first, List operands);

  // Counts nested parentheses, brackets, signs and function bodies, which make no nodes or make them too
  // late.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) { ++parser_.open_; }
    ~Nesting() { --parser_.open_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    bool too_deep() const { return parser_.open_ > kMaxSyntaxDepth; }
    Diagnostic refusal() const {
      return fail(DiagnosticCode::kTooLarge, parser_.token().span,
                  "the query is nested more than " + std::to_string(kMaxSyntaxDepth) + " deep");
    }

   private:
    Parser& parser_;
  };

  // Adds a node whose children are set: gives it span and depth, or refuses the depth.
  Node add(Expr expr, size_t first_token);

  std::vector<Token> tokens_;
  DiagnosticList* errors_;
  size_t at_ = 0;
  bool in_search_ = false;  // Column:"term" compares
  int open_ = 0;            // recursion of the parser itself: parentheses make no nodes
  std::unique_ptr<Ast> ast_;
};

}  // namespace linkgate::kql
