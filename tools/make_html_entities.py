#!/usr/bin/env python3
"""Writes src/mail/html_entities_table.cc: the named character references of HTML, from Python's own copy of the list.

Run from the root of the checkout: tools/make_html_entities.py > src/mail/html_entities_table.cc
"""
import html.entities

print("// Made by tools/make_html_entities.py from the list of the HTML Standard, section 13.5. Do not edit.")
print('#include "mail/html_entities_table.h"')
print("\nnamespace linkgate::mail {\n")
print("// clang-format off")
print("const NamedReference kNamedReferences[kNamedReferenceCount] = {")
line = ""
for name in sorted(html.entities.html5):
    points = [ord(c) for c in html.entities.html5[name]]
    entry = '{"%s",%s},' % (name, ",".join("0x%x" % p for p in points))
    if len(line) + len(entry) > 110:
        print(line)
        line = ""
    line += entry
print(line)
print("};")
print("// clang-format on")
print("\n}  // namespace linkgate::mail")
