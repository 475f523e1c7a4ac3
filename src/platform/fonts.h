#pragma once
// Which file has a font: fontconfig is asked, and the family and weight of its answer are checked, since it
// always answers with something. Interface thread only.

#include "err.h"
#include "font.h"
#include <stdbool.h>

// Links of a fallback chain: the wanted font, its near relative, maths signs, the widest coverage, whatever
// there is.
enum { FONT_CHAIN = 6 };

struct font_file {
    char path[512];
    int index; // of the face in the file, as FreeType counts
};

bool fonts_start(struct err *err); // false: not one font on this system
const char *fonts_family(enum font font);
bool fonts_find(enum font font, int link, struct font_file *file); // false leaves path ""
