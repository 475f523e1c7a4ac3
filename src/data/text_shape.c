#include "text_shape.h"

#include "str.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

// The rule. One long text it is when, asked in this order,
//
//  1. there is one line only: nothing to list;
//  2. the median line has more than LONG_MEDIAN characters: the lines are paragraphs;
//  3. EMPTY_SHARE of the lines are empty (median from SHORT on): paragraphs, verses, program text;
//  4. INDENT_SHARE begin with white space (median from BRIEF on): program text, structured data;
//  5. CONTINUED_SHARE go on in the next line, and most lines are nearly as long as the long ones
//     (median from SHORT on and at least FILLED times the 95th percentile): prose wrapped at a margin.
//
// Else it is a list. SHORT and BRIEF keep words, names and numbers with stray empty lines or padding lists.
enum { LONG_MEDIAN = 300, SHORT = 16, BRIEF = 10 };
static const double EMPTY_SHARE = 0.05, INDENT_SHARE = 0.25, CONTINUED_SHARE = 0.25, FILLED = 0.7;

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool ends_sentence(const char *text, size_t size) {
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t'))
        size--;
    if (size > 0 && is_plain(text[size - 1])) return false; // most lines
    while (size > 0 && strchr("\"')]}", text[size - 1]))
        size--;
    if (size == 0) return false;
    if (strchr(".!?:;", text[size - 1])) return true;
    // U+2026, U+3002, U+FF01, U+FF1F, U+201D: ellipsis, the East Asian marks, a closing quote
    static const char *const wide[] = {"\u2026", "\u3002", "\uFF01", "\uFF1F", "\u201D"};
    for (size_t i = 0; size >= 3 && i < sizeof wide / sizeof *wide; i++)
        if (memcmp(text + size - 3, wide[i], 3) == 0) return true;
    return false;
}

static bool begins_lower(const char *text, size_t size) {
    size_t used;
    unsigned first = (unsigned char)text[0] < 0x80 ? (unsigned char)text[0] : utf8_next(text, size, &used);
    return first < 0x80 ? first >= 'a' && first <= 'z'
                        : utf8proc_category((utf8proc_int32_t)first) == UTF8PROC_CATEGORY_LL;
}

void shape_line(struct shape_stats *stats, const char *text, size_t size, long length) {
    if (length == 0) {
        if (stats->lines > 0) stats->empty_since_line++;
        stats->open = false;
        return;
    }
    stats->empty += stats->empty_since_line;
    stats->empty_since_line = 0;
    stats->lines++;
    stats->lengths[length < SHAPE_LENGTHS ? length : SHAPE_LENGTHS]++;
    if (length > stats->longest) stats->longest = length;
    if (text[0] == ' ' || text[0] == '\t') stats->indented++;
    if (stats->open && begins_lower(text, size)) stats->continued++;
    stats->open = !ends_sentence(text, size);
}

long shape_quantile(const struct shape_stats *stats, double share) {
    double wanted = share * (double)stats->lines;
    long seen = 0;
    for (int length = 0; length < SHAPE_LENGTHS; length++) {
        seen += stats->lengths[length];
        if (seen > 0 && (double)seen >= wanted) return length;
    }
    return SHAPE_LENGTHS;
}

// 32033 as "32,033".
static const char *grouped(long n, char out[32]) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%ld", n), k = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-') out[k++] = ',';
        out[k++] = digits[i];
    }
    out[k] = 0;
    return out;
}

void shape_describe(const struct shape_stats *stats, char *out, size_t size) {
    char lines[32], typical[32], longest[32];
    long median = shape_quantile(stats, 0.5);
    snprintf(out, size, "%s line%s, median %s%s characters, longest %s", grouped(stats->lines, lines),
             stats->lines == 1 ? "" : "s", grouped(median, typical), median == SHAPE_LENGTHS ? " or more" : "",
             grouped(stats->longest, longest));
}

static enum text_shape whole(char *reason, size_t size, const char *facts, const char *why) {
    snprintf(reason, size, "one long text: %s (%s)", why, facts);
    return TEXT_WHOLE;
}

enum text_shape shape_choose(const struct shape_stats *stats, char *reason, size_t reason_size) {
    char facts[96], why[96];
    shape_describe(stats, facts, sizeof facts);
    double lines = (double)stats->lines, all = lines + (double)stats->empty;
    long median = shape_quantile(stats, 0.5), high = shape_quantile(stats, 0.95);
    if (stats->lines <= 1) return whole(reason, reason_size, facts, "there is one line only");
    if (median > LONG_MEDIAN) return whole(reason, reason_size, facts, "the lines are paragraphs");
    if (median >= SHORT && (double)stats->empty >= EMPTY_SHARE * all) {
        snprintf(why, sizeof why, "%.0f%% of the lines are empty and part paragraphs",
                 100 * (double)stats->empty / all);
        return whole(reason, reason_size, facts, why);
    }
    if (median >= BRIEF && (double)stats->indented >= INDENT_SHARE * lines) {
        snprintf(why, sizeof why, "%.0f%% of the lines are indented", 100 * (double)stats->indented / lines);
        return whole(reason, reason_size, facts, why);
    }
    if (median >= SHORT && (double)stats->continued >= CONTINUED_SHARE * lines &&
        (double)median >= FILLED * (double)high) {
        snprintf(why, sizeof why, "%.0f%% of the sentences go on in the next line",
                 100 * (double)stats->continued / lines);
        return whole(reason, reason_size, facts, why);
    }
    snprintf(reason, reason_size, "one example a line: %s", facts);
    return TEXT_LINES;
}
