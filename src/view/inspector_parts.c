#include "inspector_parts.h"
#include "equation_links.h"
#include "token.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

float motion_fill(const struct scene *scene) {
    float k = fminf(1, fmaxf(0, scene->motion * 2 - 1));
    return 1 - powf(1 - k, 3);
}

float page_mix(const struct page *page, float tight, float full) {
    return tight + page->ease * (full - tight);
}

int page_fit(struct page *page, struct page_need need) {
    const float height = page->bottom - page->y;
    int rows = need.want;
    while (rows > need.least && need.tight + (float)rows * need.row_tight > height)
        rows--;
    float low = need.tight + (float)rows * need.row_tight, high = need.full + (float)rows * need.row_full;
    page->ease = high > low ? fminf(1, fmaxf(0, (height - low) / (high - low))) : 1;
    if (page->ease >= 1 && need.row_full > 0)
        while (rows < need.most && need.full + (float)(rows + 2) * need.row_full <= height)
            rows++;
    return rows;
}

enum { DIAGRAM_W = 316, DIAGRAM_H = 226, DIAGRAM_COMFORT = 170, DIAGRAM_LEAST = 112 };

// The diagram is as high as its width asks for where there is room, and gives way first, down to a height
// where its parts still stand apart.
int page_open(struct page *page, const char *title, const char *right, struct page_need need) {
    page_title(page, title, right);
    const float natural = DIAGRAM_H * (page->w - 12) / DIAGRAM_W;
    struct page_need all = need;
    page->y = page->r.y;
    all.tight += 42 + DIAGRAM_COMFORT + 8;
    all.full += 50 + fmaxf(natural, DIAGRAM_COMFORT) + 12;
    int rows = page_fit(page, all);
    float room = page->bottom - page->r.y, short_of = all.tight + (float)rows * need.row_tight - room;
    float height = page_mix(page, DIAGRAM_COMFORT, fmaxf(natural, DIAGRAM_COMFORT)) - fmaxf(0, short_of);
    float top = page->r.y + page_mix(page, 42, 50);
    if (height >= DIAGRAM_LEAST) {
        rect at = {page->x + 6, top, page->w - 12, height};
        page_diagram(page, at);
        page->y = top + height + page_mix(page, 8, 12);
    } else
        page->y = page->r.y + 44;
    draw_hline(page->list, page->r.x, page->r.x + page->r.w, page->y, page->theme->line);
    return rows;
}

struct text_style page_text(const struct page *page, enum font font, float size, color ink) {
    (void)page;
    return (struct text_style){font, size, ink, ALIGN_LEFT};
}

bool page_hides(const struct page *page, struct source source) {
    return scene_is_hidden(page->scene, source.tensor, source.row, source.column);
}

float page_value(const struct page *page, float x, float y, struct source source, int digits, bool plus,
                 struct text_style style) {
    if (page_hides(page, source)) return draw_text(page->list, x, y, "?", style);
    return draw_value(page->list, x, y, source, digits, plus, style);
}

float page_value_fit(const struct page *page, float x, float y, float width, struct source source, int digits,
                     bool plus, struct text_style style) {
    char text[48];
    format_value(text, sizeof text, source.value, digits, plus);
    float needed = text_width(page->list, text, style);
    if (needed > width) style.size *= fmaxf(0.7f, width / needed);
    return page_value(page, x, y, source, digits, plus, style);
}

int sum_digits(const double *terms, int count, double total, int from) {
    for (int digits = from; digits <= 4; digits++) {
        double unit = pow(10, digits), sum = 0;
        for (int i = 0; i < count; i++)
            sum += round(terms[i] * unit);
        if (fabs(sum - round(total * unit)) < 0.5) return digits;
    }
    return from;
}

int digits_for(double largest) {
    if (!(largest > 0)) return 2;
    int digits = 2;
    while (digits < 6 && largest < 0.05 * pow(10, 2 - digits))
        digits++;
    return digits;
}

const char *page_symbol(const struct page *page, int symbol) {
    return record_symbol(page->record, symbol);
}

const char *page_answer(const struct page *page, int output) {
    return record_answer(page->record, output);
}

void page_token(const struct page *page, float x, float y, int symbol, float size, color ink, bool bold) {
    token_draw(page->list, x, y, page_symbol(page, symbol), size, bold ? FONT_MONO_SEMIBOLD : FONT_MONO, ink);
}

// --- lines of text and maths ---

void page_heading(struct page *page, float y, enum identity identity, const char *title, const char *right) {
    const struct theme *theme = page->theme;
    draw_circle(page->list, (point){page->x + 5, y - 5}, 5, theme->identity[identity]);
    struct text_style style = page_text(page, FONT_SANS_SEMIBOLD, 14, theme->ink1);
    float at = page->x + 18 + draw_text_fit(page->list, page->x + 18, y, page->w - 18, title, style);
    if (!right) return;
    style = (struct text_style){FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_RIGHT};
    if (at + 12 + text_width(page->list, right, style) <= page->x + page->w)
        draw_text(page->list, page->x + page->w, y, right, style);
}

void page_caption(struct page *page, float y, const char *text, const char *right) {
    struct text_style style = page_text(page, FONT_SANS_MEDIUM, 13, page->theme->ink3);
    float used = draw_text_fit(page->list, page->x, y, page->w, text, style);
    style.align = ALIGN_RIGHT;
    if (right && used + 12 + text_width(page->list, right, style) <= page->w)
        draw_text(page->list, page->x + page->w, y, right, style);
}

// Writes numbers into the markup as plain text, where `hidden_only` just those that a question hides.
static void expand_values(const struct page *page, char *out, size_t size, const char *markup,
                          const struct source *values, int count, bool hidden_only) {
    size_t used = 0;
    out[0] = 0;
    while (*markup && used + 1 < size) {
        int index = 0, digits = 0, length = 0;
        bool is_value = markup[0] == '\\' && (markup[1] == 'v' || markup[1] == 'V') && markup[2] == '{' &&
                        sscanf(markup + 2, "{%d}{%d}%n", &index, &digits, &length) == 2 && length > 0 && index >= 0 &&
                        index < count;
        if (!is_value) {
            out[used++] = *markup++;
            out[used] = 0;
            continue;
        }
        const bool hidden = page_hides(page, values[index]), sign = markup[1] == 'V';
        char text[64] = "?";
        if (!hidden)
            format_value(text, sizeof text, sign ? fabs(values[index].value) : values[index].value, digits, false);
        if (hidden_only && !hidden)
            used += (size_t)snprintf(out + used, size - used, "%.*s", length + 2, markup);
        else
            used += (size_t)snprintf(out + used, size - used, "%s\\s{%s}",
                                     !sign                                ? ""
                                     : values[index].value < 0 && !hidden ? "-"
                                                                          : "+",
                                     text);
        if (used >= size) used = size - 1;
        markup += 2 + length;
    }
}

void page_sum(struct page *page, float y, const char *markup, float size, const struct source *values, int count) {
    char plain[PAGE_TEXT], shown[PAGE_TEXT];
    expand_values(page, plain, sizeof plain, markup, values, count, false);
    expand_values(page, shown, sizeof shown, markup, values, count, true);
    float width = math_measure(page->list, plain, size).width;
    if (width > page->w) size *= fmaxf(0.6f, page->w / width);
    math_draw_values(page->list, page->theme, page->x, y, shown, size, page->theme->ink1, values, count);
}

// --- bars ---

struct bars page_bars(const struct page *page, const double *values, int count, float left) {
    double low = 0, high = 0;
    for (int i = 0; i < count; i++) {
        if (values[i] < low) low = values[i];
        if (values[i] > high) high = values[i];
    }
    struct bars bars = {.left = left, .right = page->x + page->w - 58};
    float span = fmaxf(1, bars.right - bars.left);
    bars.per_unit = high > low ? (float)(span / (high - low)) : 0;
    bars.zero = bars.left + (float)-low * bars.per_unit;
    return bars;
}

void page_bar(const struct page *page, const struct bars *bars, float y, double value, float height) {
    float length = isfinite(value) ? fabsf((float)value) * bars->per_unit : 0;
    rect bar = {value < 0 ? bars->zero - length : bars->zero, y - height / 2, length, height};
    draw_rect_exact(page->list, bar, value < 0 ? page->theme->act_n : page->theme->act_p, fminf(2, length / 2));
    draw_rect(page->list, (rect){bars->zero - 0.5f, y - height / 2 - 3, 1, height + 6}, page->theme->line2, 0);
}

// "0.50 × −0.73", its right edge at x; returns its width.
static float draw_product(struct page *page, float x, float y, const struct term *term) {
    struct text_style style = {FONT_SANS, 13.5f, page->theme->ink2, ALIGN_RIGHT};
    struct source weight = {term->tensor, term->row, term->column, term->weight};
    struct source operand = {term->operand_tensor, term->operand_row, term->operand_column, term->operand};
    float left = x;
    left -= page_value(page, left, y, operand, 2, false, style);
    left -= draw_text(page->list, left, y, " × ", style);
    left -= page_value(page, left, y, weight, 2, false, style);
    return x - left;
}

static void term_row(struct page *page, float y, const struct term *term, const struct bars *bars, int digits) {
    const struct theme *theme = page->theme;
    const bool product = isfinite(term->operand);
    float room = product ? 152 - draw_product(page, page->x + 152, y, term) - 7 : 100;
    char label[sizeof term->label];
    snprintf(label, sizeof label, "%s", term->label);
    for (char *at = label; *at; at++) // a weight and its operand stand a little apart
        if (*at == ' ') *at = '~';
    math_draw_fit(page->list, theme, page->x, y, room, label, 17, theme->ink1, ALIGN_LEFT);
    page_bar(page, bars, y - 5, term->value, 16);
    struct source weight = {term->tensor, term->row, term->column, term->weight};
    struct source value = {"sum/term", page->t, page->unit, term->value};
    struct text_style style = {FONT_SANS_SEMIBOLD, 14, theme->ink1, ALIGN_RIGHT};
    page_value(page, page->x + page->w, y, product ? value : weight, digits, true, style);
}

float page_term_rows(struct page *page, float y, const struct page_terms *all, const char *total_words) {
    const struct theme *theme = page->theme;
    struct page_terms own = *all, *terms = &own;
    // Terms that would be written as nothing belong to the rest.
    while (own.count > 1 && own.rest_count + own.count > 3 && fabs(own.list[own.count - 1].value) < 0.005) {
        own.rest += own.list[--own.count].value;
        own.rest_count++;
    }
    double values[TERM_ROWS + 2];
    int count = 0;
    for (int i = 0; i < terms->count; i++)
        values[count++] = terms->list[i].value;
    if (terms->rest_count > 0) values[count++] = terms->rest;
    int digits = sum_digits(values, count, terms->total.value, 2);
    values[count++] = terms->total.value;
    struct bars bars = page_bars(page, values, count, page->x + 160);
    float pitch = page_mix(page, 23, 26);
    y += page_mix(page, 25, 31) - pitch;
    for (int i = 0; i < terms->count; i++)
        term_row(page, y += pitch, &terms->list[i], &bars, digits);
    struct text_style words = {FONT_SANS_MEDIUM, 13.5f, theme->ink2, ALIGN_LEFT};
    struct text_style number = {FONT_SANS_SEMIBOLD, 14, theme->ink1, ALIGN_RIGHT};
    if (terms->rest_count > 0) {
        char text[48];
        snprintf(text, sizeof text, terms->rest_count == 1 ? "1 smaller term" : "%d smaller terms", terms->rest_count);
        y += pitch;
        draw_text(page->list, page->x, y, text, words);
        page_bar(page, &bars, y - 5, terms->rest, 16);
        page_value(page, page->x + page->w, y, (struct source){"sum/rest", page->t, page->unit, terms->rest}, digits,
                   true, number);
    }
    y += page_mix(page, 26, 30);
    draw_hline(page->list, page->x, page->x + page->w, y - page_mix(page, 17, 18.5f), theme->line);
    words.font = FONT_SANS_SEMIBOLD, words.color = theme->ink1;
    draw_text(page->list, page->x, y, total_words, words);
    if (!page_hides(page, terms->total)) page_bar(page, &bars, y - 5, terms->total.value, 16);
    page_value(page, page->x + page->w, y, terms->total, digits, true, number);
    return y;
}

// --- the card of a hovered number ---

enum { CARD_TOTAL = 5 }; // room above the line over a total

static float card_rows_width(const struct page *page) {
    float width = 104;
    for (int i = 0; i < page->card_count; i++) {
        const struct card_row *row = &page->card_rows[i];
        char text[48];
        format_value(text, sizeof text, row->source.value, row->digits, row->plus);
        struct text_style number = {FONT_SANS_MEDIUM, 14, page->theme->ink1, ALIGN_RIGHT};
        width =
            fmaxf(width, math_measure(page->list, row->label, 16).width + text_width(page->list, text, number) + 34);
    }
    return width;
}

rect page_card_box(struct page *page, rect at, float width, float height) {
    struct draw_list *list = page->list;
    const struct theme *theme = page->theme;
    float middle = at.x + at.w / 2, left = page->r.x + 4, right = page->r.x + page->r.w - 4;
    float x = fmaxf(left, fminf(middle - width / 2, right - width)), y = at.y - 13 - height;
    bool fits_below = at.y + at.h + 13 + height < page->r.y + page->r.h - 4;
    bool below = y < page->r.y + 4 || (page->card_below && fits_below);
    if (below) y = at.y + at.h + 13;
    middle = fmaxf(x + 18, fminf(middle, x + width - 18));
    rect box = {x, y, width, height};
    draw_rect(list, box, theme->panel, 8);
    draw_box(list, box, theme->ink1, 8, 1.5f);
    float edge = below ? y : y + height, tip = below ? edge - 8 : edge + 8, inner = below ? edge + 1.6f : edge - 1.6f;
    draw_path_move(list, middle - 8, inner);
    draw_path_line(list, middle, tip);
    draw_path_line(list, middle + 8, inner);
    draw_path_fill(list, theme->panel);
    draw_path_move(list, middle - 8, edge + (below ? 0.75f : -0.75f));
    draw_path_line(list, middle, tip);
    draw_path_line(list, middle + 8, edge + (below ? 0.75f : -0.75f));
    draw_path_stroke(list, theme->ink1, 1.5f, false, false);
    return box;
}

void page_card(struct page *page) {
    if (page->link) link_card(page, &page->link_target, page->link_markup, page->link_at);
    if (!page->card || page->link) return;
    struct draw_list *list = page->list;
    const struct theme *theme = page->theme;
    struct text_style number = {FONT_SANS_SEMIBOLD, 16, theme->ink1, ALIGN_RIGHT};
    char text[48];
    format_value(text, sizeof text, page->card_source.value, 3, false);
    float width = math_measure(list, page->card_label, 18).width + text_width(list, text, number) + 34;
    width = fmaxf(width, page->card_count ? card_rows_width(page) : 104);
    float height = 36 + (page->card_count ? 8 + 18 * (float)page->card_count : 0);
    for (int i = 0; i < page->card_count; i++)
        height += page->card_rows[i].total ? CARD_TOTAL : 0;
    rect card = page_card_box(page, page->card_at, width, height);
    float x = card.x, y = card.y;
    math_draw(list, theme, x + 10, y + 24, page->card_label, 18, theme->ink1, ALIGN_LEFT);
    page_value(page, x + width - 10, y + 23.5f, page->card_source, 3, false, number);
    if (page->card_count) draw_hline(list, x + 1, x + width - 1, y + 35, theme->line);
    number = (struct text_style){FONT_SANS_MEDIUM, 14, theme->ink1, ALIGN_RIGHT};
    float at = y + 36;
    for (int i = 0; i < page->card_count; i++) {
        const struct card_row *row = &page->card_rows[i];
        at += 18 + (row->total ? CARD_TOTAL : 0);
        if (row->total) draw_hline(list, x + 10, x + width - 10, at - 17, theme->line2);
        math_draw(list, theme, x + 10, at, row->label, 16, theme->ink2, ALIGN_LEFT);
        page_value(page, x + width - 10, at, row->source, row->digits, row->plus, number);
    }
}
