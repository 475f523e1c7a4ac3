// Fonts that are not there: the chain falls back and says so; no font at all is an error in words.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "atlas.h"
#include "mem.h"
#include <fontconfig/fontconfig.h>
#include <stdio.h>

static char dejavu[512];

// The path of DejaVu Sans in the system's own configuration, or "".
static int find_dejavu(void **state) {
    (void)state;
    FcInit();
    FcPattern *pattern = FcPatternBuild(NULL, FC_FAMILY, FcTypeString, "DejaVu Sans", (char *)NULL);
    FcConfigSubstitute(NULL, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcResult result;
    FcPattern *match = FcFontMatch(NULL, pattern, &result);
    FcChar8 *family, *path;
    if (match && FcPatternGetString(match, FC_FAMILY, 0, &family) == FcResultMatch &&
        strcmp((const char *)family, "DejaVu Sans") == 0 &&
        FcPatternGetString(match, FC_FILE, 0, &path) == FcResultMatch)
        snprintf(dejavu, sizeof dejavu, "%s", (const char *)path);
    if (match) FcPatternDestroy(match);
    FcPatternDestroy(pattern);
    return 0;
}

static void use_only(const char *path) {
    FcConfig *config = FcConfigCreate();
    if (path[0]) assert_true(FcConfigAppFontAddFile(config, (const FcChar8 *)path));
    FcConfigSetCurrent(config);
    FcConfigDestroy(config);
}

static void test_one_font_is_enough(void **state) {
    (void)state;
    if (!dejavu[0]) {
        print_message("# not tried: DejaVu Sans is not installed\n");
        skip();
    }
    use_only(dejavu);
    struct err err = {0};
    struct atlas *atlas = atlas_new(1, &err);
    if (!atlas) fail_msg("%s", err.message);
    assert_string_equal(atlas_missing(atlas), "");
    const struct font_source *fonts = atlas_fonts(atlas);
    struct placed_text placed = {0};
    for (int font = 0; font < FONT_COUNT; font++) {
        assert_true(fonts->width(fonts->context, (enum font)font, 14, "0.5 \u0393", 6) > 10);
        atlas_place(atlas, (enum font)font, 14, 0, 20, "abc", 3, &placed);
        assert_int_equal(placed.count, 3 * (font + 1));
    }
    assert_string_equal(
        atlas_missing(atlas),
        "Fonts Inter, Inter Display, STIXGeneral, JetBrains Mono not found: other fonts take their place.");
    mem_free(placed.items);
    atlas_free(atlas);
}

static void test_no_font_is_an_error(void **state) {
    (void)state;
    use_only("");
    struct err err = {0};
    assert_null(atlas_new(1, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.message, "expected at least one font on this system"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_font_is_enough),
        cmocka_unit_test(test_no_font_is_an_error),
    };
    return cmocka_run_group_tests(tests, find_dejavu, NULL);
}
