#include "fonts.h"
#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct wanted {
    const char *family;
    int weight, slant;
};

enum { FONTS_LAST = FONT_CHAIN - 1 };
static const struct wanted signs = {"STIX Math", FC_WEIGHT_REGULAR, FC_SLANT_ROMAN};
static const struct wanted chains[FONT_COUNT][2] = {
    [FONT_SANS] = {{"Inter", FC_WEIGHT_REGULAR, 0}, {"Inter Variable", FC_WEIGHT_REGULAR, 0}},
    [FONT_SANS_MEDIUM] = {{"Inter", FC_WEIGHT_MEDIUM, 0}, {"Inter Variable", FC_WEIGHT_MEDIUM, 0}},
    [FONT_SANS_SEMIBOLD] = {{"Inter", FC_WEIGHT_DEMIBOLD, 0}, {"Inter Variable", FC_WEIGHT_DEMIBOLD, 0}},
    [FONT_DISPLAY] = {{"Inter Display", FC_WEIGHT_DEMIBOLD, 0}, {"Inter", FC_WEIGHT_DEMIBOLD, 0}},
    [FONT_MATH] = {{"STIXGeneral", FC_WEIGHT_REGULAR, 0}, {"STIX Two Text", FC_WEIGHT_REGULAR, 0}},
    [FONT_MATH_ITALIC] = {{"STIXGeneral", FC_WEIGHT_REGULAR, FC_SLANT_ITALIC},
                          {"STIX Two Text", FC_WEIGHT_REGULAR, FC_SLANT_ITALIC}},
    [FONT_MONO] = {{"JetBrains Mono", FC_WEIGHT_MEDIUM, 0}, {"DejaVu Sans Mono", FC_WEIGHT_REGULAR, 0}},
    [FONT_MONO_SEMIBOLD] = {{"JetBrains Mono", FC_WEIGHT_DEMIBOLD, 0}, {"DejaVu Sans Mono", FC_WEIGHT_BOLD, 0}},
};

const char *fonts_family(enum font font) {
    return chains[font][0].family;
}

// Asks for `wanted`; fontconfig's best answer, or NULL.
static FcPattern *ask(const struct wanted *wanted) {
    FcPattern *pattern =
        FcPatternBuild(NULL, FC_FAMILY, FcTypeString, wanted->family, FC_WEIGHT, FcTypeInteger, wanted->weight,
                       FC_SLANT, FcTypeInteger, wanted->slant, FC_SCALABLE, FcTypeBool, FcTrue, (char *)NULL);
    if (!pattern) return NULL;
    FcConfigSubstitute(NULL, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcResult result;
    FcPattern *match = FcFontMatch(NULL, pattern, &result);
    FcPatternDestroy(pattern);
    return match;
}

static bool has_family(FcPattern *match, const char *family) {
    FcChar8 *name;
    for (int i = 0; FcPatternGetString(match, FC_FAMILY, i, &name) == FcResultMatch; i++)
        if (strcasecmp((const char *)name, family) == 0) return true;
    return false;
}

static bool take(FcPattern *match, struct font_file *file) {
    FcChar8 *path;
    file->index = 0;
    file->path[0] = 0;
    if (FcPatternGetString(match, FC_FILE, 0, &path) != FcResultMatch) return false;
    if (strlen((const char *)path) >= sizeof file->path) return false;
    snprintf(file->path, sizeof file->path, "%s", (const char *)path);
    FcPatternGetInteger(match, FC_INDEX, 0, &file->index);
    return true;
}

static bool find(const struct wanted *wanted, bool any_family, struct font_file *file) {
    file->path[0] = 0;
    FcPattern *match = ask(wanted);
    if (!match) return false;
    bool found = (any_family || has_family(match, wanted->family)) && take(match, file);
    FcPatternDestroy(match);
    return found;
}

bool fonts_find(enum font font, int link, struct font_file *file) {
    const struct wanted *own = chains[font];
    switch (link) {
    case 0:
    case 1:
        return find(&own[link], false, file);
    case 2:
        return find(&(struct wanted){"STIXGeneral", FC_WEIGHT_REGULAR, own[0].slant}, false, file);
    case 3:
        return find(&signs, false, file);
    case 4:
        return find(&(struct wanted){"DejaVu Sans", own[0].weight, FC_SLANT_ROMAN}, false, file);
    case FONTS_LAST:
        return find(&(struct wanted){"sans-serif", own[0].weight, own[0].slant}, true, file);
    default:
        return false;
    }
}

bool fonts_start(struct err *err) {
    struct font_file file;
    if (FcInit() && fonts_find(FONT_SANS, FONTS_LAST, &file)) return true;
    return err_set(err, ERR_IO, "expected at least one font on this system, found none (install fonts-inter)");
}
