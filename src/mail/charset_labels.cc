#include "mail/charset_labels.h"

#include "base/ascii.h"

namespace linkgate::mail {
namespace {

struct Label {
  std::string_view label;
  std::string_view icu;
};
// Where browsers and mail clients take a label for more than it says (Encoding Standard, 4.2), and where ICU
// differs.
constexpr Label kLabels[] = {
    {"", ""},
    {"us-ascii", "windows-1252"},
    {"ascii", "windows-1252"},
    {"iso-8859-1", "windows-1252"},
    {"iso8859-1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"iso_8859-1", "windows-1252"},
    {"ansi_x3.4-1968", "windows-1252"},
    {"iso-8859-9", "windows-1254"},
    {"latin5", "windows-1254"},
    {"iso-8859-11", "windows-874"},
    {"tis-620", "windows-874"},
    {"gb2312", "gb18030"},
    {"gbk", "gb18030"},
    {"x-gbk", "gb18030"},
    {"gb_2312-80", "gb18030"},
    {"ks_c_5601-1987", "windows-949"},
    {"euc-kr", "windows-949"},
    {"ks_c_5601", "windows-949"},
    {"korean", "windows-949"},
    {"shift_jis", "windows-31j"},
    {"shift-jis", "windows-31j"},
    {"sjis", "windows-31j"},
    {"x-sjis", "windows-31j"},
    {"big5", "Big5-HKSCS"},
    {"x-unknown", ""},
    {"unknown-8bit", ""},
    {"default", ""},
    {"utf8", "UTF-8"},
    {"unicode-1-1-utf-8", "UTF-8"},
    {"utf-16", "UTF-16LE"},
    {"unicode", "UTF-16LE"},
    {"ucs-2", "UTF-16LE"},
    {"utf-32", "UTF-32BE"},
    {"ucs-4", "UTF-32BE"},
    {"csiso2022jp", "ISO-2022-JP"},
    {"iso-2022-jp-1", "ISO-2022-JP-1"},
    {"cp65000", "UTF-7"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"x-user-defined", ""},
};

}  // namespace

std::string_view icu_label(std::string_view label) {
  for (const Label& known : kLabels) {
    if (ascii::iequals(known.label, label)) return known.icu;
  }
  return label;
}

}  // namespace linkgate::mail
