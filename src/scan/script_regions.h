#pragma once
// Which parts of a script run by themselves: not the body of a function that waits for a click, unless that
// is asked for. A rough reading of the tokens, without running anything. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scan/script_tokens.h"

namespace linkgate::scan {

enum class ScriptMoment : uint8_t {
  kLoaded,   // nobody has done anything
  kPressed,  // and somebody has pressed whatever can be pressed
};

class ScriptRegions {
 public:
  explicit ScriptRegions(const std::vector<ScriptToken>& tokens, ScriptMoment moment = ScriptMoment::kLoaded);

  // Functions that are called at once, given to a timer, a promise or an event of loading, or called by name
  // from what runs; and everything outside functions.
  bool runs(size_t token) const { return runs_[token]; }
  // Under an "if", an "else" or the like.
  bool is_conditional(size_t token) const { return conditional_[token]; }
  // The bracket that belongs to the one at `token`; the number of tokens where none does.
  size_t partner(size_t token) const { return partner_[token]; }

 private:
  struct Region {
    size_t begin, body, end;  // from its first token; of its body, brackets included
    std::string name;         // by which it is called; may be empty
    bool runs = false;
  };
  void pair_brackets();
  void find_functions();
  void add_function(size_t begin, size_t body, size_t end, std::string name);
  void find_arrow(size_t arrow);
  bool runs_at_once(const Region& region) const;
  bool is_given_to_runner(size_t token) const;
  bool is_event(std::string_view name) const;
  bool runs_callback(size_t open) const;
  void follow_calls();
  bool mark_running();
  void find_conditions();
  bool is(size_t token, std::string_view text) const {
    return token < tokens_.size() && tokens_[token].kind != ScriptToken::Kind::kString &&
           tokens_[token].text == text;
  }
  bool is_name(size_t token) const {
    return token < tokens_.size() && tokens_[token].kind == ScriptToken::Kind::kName;
  }

  const std::vector<ScriptToken>& tokens_;
  const ScriptMoment moment_;
  std::vector<size_t> partner_;
  std::vector<size_t> around_;  // the innermost bracket that is open at each token; SIZE_MAX: none
  std::vector<Region> regions_;
  std::vector<bool> runs_, conditional_;
};

}  // namespace linkgate::scan
