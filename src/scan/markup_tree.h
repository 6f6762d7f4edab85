#pragma once
// Gumbo in bounds: memory from one arena with a limit, nesting and tags counted before, nothing freed one by
// one (Gumbo does that recursively). For markup.cc alone.

#include <gumbo.h>

#include <memory>
#include <string>
#include <string_view>

namespace linkgate::scan {

class MarkupTree {
 public:
  // Texts of the tree are views of `html` or of the tree's own memory.
  explicit MarkupTree(std::string_view html);
  ~MarkupTree();
  MarkupTree(const MarkupTree&) = delete;
  MarkupTree& operator=(const MarkupTree&) = delete;

  const GumboNode* root() const { return root_; }          // nullptr where it could not be read
  const std::string& trouble() const { return trouble_; }  // what was left out

 private:
  struct Arena;
  bool parse(std::string_view html);
  std::unique_ptr<Arena> arena_;
  const GumboNode* root_ = nullptr;
  std::string trouble_;
};

// How much of `html` nests no deeper and has no more tags and attributes than markup.h allows.
size_t readable_bytes(std::string_view html);

}  // namespace linkgate::scan
