#pragma once
// Files that a link gives in place of a page: by name, type and, of archives, the names within. Nothing is
// run or unpacked. Pure.

#include "verdict/page.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

struct FileFinding {
  verdict::Evidence evidence;  // "page.download", "file.unseen"; without a code where there is nothing to say
  bool is_program = false;     // it runs on the computer of whoever opens it, or something in it does
  bool is_unseen = false;      // what is in it was not judged
};

// `is_bad_page`: it is a page to be opened from a disk, and was found bad as such.
FileFinding judge_file(const verdict::Download& file, bool is_bad_page);

}  // namespace linkgate::scan
