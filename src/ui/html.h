#pragma once
// Texts of the program as HTML, for pages that are printed or read elsewhere. Formulas become MathML Core, which
// browsers draw by themselves.

#include "mathbox.h"
#include "str.h"

void html_text(struct str *out, const char *text, size_t length); // with & < > " escaped
void html_rich(struct str *out, const char *text); // **bold**, $maths$ and `mono`, as rich_text() has them
// The markup of mathbox.h as one <math> element; block: in a line of its own. A markup that is wrong is written as it
// is, in <code>. Numbers with a source (\\v) are of a frame and are not known here: they become "?".
void html_math(struct str *out, const char *markup, bool block);
