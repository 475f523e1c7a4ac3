// The cards: one row a term at the left, one row a use at the right. A card goes to its number.
#include "origin_view.h"

#include "inspector_parts.h"
#include "token.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROW = 36, PITCH = 40, STAR_W = 20, HEAD = 28, VALUE_W = 64, BAR_W = 84, TIGHT = 170 };

static void count_text(char *out, size_t size, int count, const char *one, const char *many) {
    char number[32];
    format_count(number, sizeof number, count);
    snprintf(out, size, "%s %s", number, count == 1 ? one : many);
}

static void heading(const struct origin_frame *f, rect r, const char *title, const char *note) {
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 14, f->theme->ink1, ALIGN_LEFT);
    float x = r.x + draw_text(f->list, r.x, r.y + 16, title, style) + 10;
    style = text_of(FONT_SANS_MEDIUM, 13, f->theme->ink3, ALIGN_LEFT);
    if (x + text_width(f->list, note, style) <= r.x + r.w) draw_text(f->list, x, r.y + 16, note, style);
}

// A card: its shape, name and number; goes to the place when chosen.
static void card(struct origin_frame *f, rect r, const struct place *place, const char *label, const char *title,
                 double value, const char *enters) {
    struct ui *ui = f->ui;
    ui_id id = ui_make_id(ui, "card");
    struct ui_result result = ui_control(ui, id, r, true);
    draw_rect(f->list, r, f->theme->panel, 8);
    draw_box(f->list, r, result.hovered ? f->theme->ink2 : f->theme->line, 8, result.hovered ? 1.5f : 1);
    struct text_style number = text_of(FONT_SANS_SEMIBOLD, 14, f->theme->ink1, ALIGN_LEFT);
    number.align = ALIGN_RIGHT;
    float right = r.x + r.w - 9, base = r.y + r.h / 2 + 5, room = r.w * 0.42f;
    int digits = origin_digits(value);
    float used =
        origin_value(f, right, base, room, place, value, r.w < TIGHT && digits > 2 ? 2 : digits, false, number);
    right -= used + 8;
    // Where there is little room the shape gives way first, then the size of the name.
    float full = math_measure(f->list, label, 17).width, x = r.x + 30;
    if (full * 0.75f > right - x) x = r.x + 9;
    bool symbol = place->kind == PLACE_SYMBOL || (place->kind == PLACE_TARGET && !f->record->example.target_real);
    if (symbol) x = r.x + 9;
    if (x > r.x + 9) origin_glyph(f, (rect){r.x + 9, r.y + 8, 13, r.h - 16}, place, value);
    float size = fmaxf(9, fminf(17, 17 * (right - x) / fmaxf(1, full)));
    float width = math_draw(f->list, f->theme, x, base, label, size, f->theme->ink1, ALIGN_LEFT);
    struct text_style note = text_of(FONT_SANS_MEDIUM, 12, f->theme->ink3, ALIGN_LEFT);
    if (enters && x + width + 8 + text_width(f->list, enters, note) < right)
        draw_text(f->list, x + width + 8, base, enters, note);
    ui_focus_ring(ui, id, r, 8);
    if (result.hovered) ui->cursor = CURSOR_HAND;
    if (title && (result.hovered || result.focused)) ui_tooltip(ui, r, title);
    if (result.clicked) place_text(f->record, place, f->go, sizeof f->go);
}

// --- bars of terms ---

struct scale {
    float left, zero, per_unit;
};

static struct scale scale_of(const double *values, int count, float left, float width) {
    double low = 0, high = 0;
    for (int i = 0; i < count; i++) {
        low = fmin(low, values[i]);
        high = fmax(high, values[i]);
    }
    struct scale scale = {left, left, high > low ? (float)(width / (high - low)) : 0};
    scale.zero = left - (float)low * scale.per_unit;
    return scale;
}

static void bar(const struct origin_frame *f, const struct scale *scale, float y, double value, bool gradient) {
    float length = isfinite(value) ? (float)fabs(value) * scale->per_unit : 0;
    const struct theme *theme = f->theme;
    color ink = gradient ? (value < 0 ? theme->gr_n : theme->gr_p) : value < 0 ? theme->act_n : theme->act_p;
    draw_rect_exact(f->list, (rect){value < 0 ? scale->zero - length : scale->zero, y - 7, length, 14}, ink,
                    fminf(2, length / 2));
    draw_rect(f->list, (rect){scale->zero - 0.5f, y - 10, 1, 20}, theme->line2, 0);
}

// --- what it is made of ---

struct column {
    rect r;
    float factors, bars; // widths
    float share;         // of the first of two factors
    bool terms;          // terms have values of their own
    struct scale scale;
    int digits;
};

static bool hidden_row(const struct origin_frame *f, const struct origin_row *row) {
    for (int k = 0; k < row->count; k++)
        if (origin_hides(f, &row->factors[k].place)) return true;
    return false;
}

static void term_value(const struct origin_frame *f, const struct column *c, float y, double value, bool hidden,
                       const char *name) {
    struct text_style number = {FONT_SANS_SEMIBOLD, 14, f->theme->ink1, ALIGN_RIGHT};
    bool gradient = origin_strip(f->record, &f->memory->origin.place) == STRIP_GRADIENT;
    if (hidden) {
        draw_text(f->list, c->r.x + c->r.w, y + 5, "?", number);
        return;
    }
    if (c->bars > 0) bar(f, &c->scale, y, value, gradient);
    char text[48];
    int digits = origin_digits(value) < 0 ? -2 : c->digits;
    format_value(text, sizeof text, value, digits, true);
    float wide = text_width(f->list, text, number);
    if (wide > VALUE_W) number.size *= fmaxf(0.7f, VALUE_W / wide);
    draw_value(f->list, c->r.x + c->r.w, y + 5, (struct source){name, -1, -1, value}, digits, true, number);
}

static const char *coefficient_text(double coefficient, char *out, size_t size) {
    if (coefficient == -1)
        snprintf(out, size, "−");
    else
        snprintf(out, size, "%.3g ×", coefficient);
    return out;
}

// What a symbol chooses is told by its text.
static const char *enters_text(const struct origin_frame *f, const struct origin_factor *factor, char *out,
                               size_t size) {
    if (factor->shape != SHAPE_IS) return origin_shape_words[factor->shape];
    char word[40];
    const struct record *side = record_side(f->record, factor->place.encoder);
    bool target = factor->place.kind == PLACE_TARGET;
    token_words(word, sizeof word, target ? record_answer(side, factor->is) : record_symbol(side, factor->is));
    snprintf(out, size, "chooses %s", word);
    return out;
}

// One term: its factors as cards, a star between them.
static void term_row(struct origin_frame *f, const struct column *c, float y, int k) {
    const struct origin_row *row = &f->memory->origin.rows[k];
    float x = c->r.x, w = c->factors, middle = y + ROW / 2.0f;
    if (row->coefficient != 1) {
        char text[32];
        struct text_style style = text_of(FONT_SANS_MEDIUM, 13, f->theme->ink2, ALIGN_LEFT);
        coefficient_text(row->coefficient, text, sizeof text);
        float used = draw_text(f->list, x, middle + 5, text, style) + 6;
        x += used;
        w -= used;
    }
    float gap = row->count > 1 ? STAR_W : 0, share = row->count > 1 ? c->share : 1, room = w - gap;
    ui_push_id_int(f->ui, k);
    for (int i = 0; i < row->count; i++) {
        const struct origin_factor *factor = &row->factors[i];
        char title[160];
        origin_title(f->record, &factor->place, title, sizeof title);
        ui_push_id_int(f->ui, i);
        float each = room * (i == 0 ? share : 1 - share);
        char enters[64];
        card(f, (rect){x, y, each, ROW}, &factor->place, factor->label, title, factor->value,
             enters_text(f, factor, enters, sizeof enters));
        ui_pop_id(f->ui);
        x += each;
        if (i + 1 < row->count && row->factors[i + 1].shape != SHAPE_IS)
            math_draw(f->list, f->theme, x + gap / 2, middle + 5, "*", 18, f->theme->ink2, ALIGN_CENTER);
        x += gap;
    }
    ui_pop_id(f->ui);
    if (c->terms) term_value(f, c, middle, row->value, hidden_row(f, row), "sum/term");
}

static void words_row(const struct origin_frame *f, const struct column *c, float y, const char *words) {
    draw_text_fit(f->list, c->r.x + 9, y + ROW / 2.0f + 5, c->factors - 9, words,
                  text_of(FONT_SANS_MEDIUM, 13.5f, f->theme->ink2, ALIGN_LEFT));
}

// What a card needs at best.
static float need_of(const struct origin_frame *f, const struct origin_factor *factor) {
    char text[48];
    struct text_style number = {FONT_SANS_SEMIBOLD, 14, f->theme->ink1, ALIGN_LEFT};
    int digits = origin_digits(factor->value);
    format_value(text, sizeof text, factor->value, digits > 2 ? 2 : digits, false);
    return 30 + math_measure(f->list, factor->label, 15).width + 8 + text_width(f->list, text, number) + 9;
}

// Two factors share the width by what they need; bars come where that leaves room.
static void divide(const struct origin_frame *f, struct column *c, bool bars) {
    const struct origin *origin = &f->memory->origin;
    float needs[ORIGIN_FACTORS] = {0};
    for (int k = 0; k < origin->row_count; k++)
        for (int i = 0; i < origin->rows[k].count; i++)
            if (origin->rows[k].count > 1) needs[i] = fmaxf(needs[i], need_of(f, &origin->rows[k].factors[i]));
    c->factors = c->r.w - (c->terms ? VALUE_W + 10 : 0);
    c->share = needs[1] > 0 ? fmaxf(0.4f, fminf(0.65f, needs[0] / (needs[0] + needs[1]))) : 0.5f;
    if (!bars || c->factors - BAR_W - 10 < fmaxf(needs[0] + STAR_W + needs[1], 200)) return;
    c->bars = BAR_W;
    c->factors -= BAR_W + 10;
}

// How many rows there is room for; what is left out joins the rest.
static int shown_rows(const struct origin *origin, float height, int extra) {
    int fit = (int)((height - HEAD) / PITCH), rows = origin->row_count;
    if (rows + extra <= fit) return rows;
    rows = fit - extra - (origin->rest_count == 0);
    return rows < 1 ? 1 : rows < origin->row_count ? rows : origin->row_count;
}

// What all terms add up to: the number itself, or what goes through its rule. Returns the bottom.
static float total_row(struct origin_frame *f, const struct column *c, float y, bool itself) {
    const struct origin *origin = &f->memory->origin;
    draw_hline(f->list, c->r.x, c->r.x + c->r.w, y, f->theme->line);
    struct text_style total = {FONT_SANS_SEMIBOLD, 14, f->theme->ink1, ALIGN_LEFT};
    float middle = y + ROW / 2.0f;
    draw_text(f->list, c->r.x + 9, middle + 5, "sum", total);
    if (!itself) {
        term_value(f, c, middle, origin->sum, false, "sum/all");
        return y + PITCH;
    }
    bool hidden = origin_hides(f, &origin->place);
    if (!hidden && c->bars > 0)
        bar(f, &c->scale, middle, origin->value, origin_strip(f->record, &origin->place) == STRIP_GRADIENT);
    total.align = ALIGN_RIGHT;
    int digits = origin_digits(origin->value) < 0 ? -2 : c->digits;
    origin_value(f, c->r.x + c->r.w, middle + 5, VALUE_W, &origin->place, origin->value, digits, true, total);
    return y + PITCH;
}

// Formulas below the cards, as many as there is room for.
static void formulas(const struct origin_frame *f, rect r, const char *title, char (*list)[640], int count) {
    float y = r.y + 22, bottom = r.y + r.h;
    for (int k = 0; k < count; k++) {
        float below = origin_formula_lines(f, r.x, y + 28, r.w, list[k], 17, false);
        if (below > bottom) return;
        if (k == 0)
            draw_text(f->list, r.x, y + 14, title, text_of(FONT_SANS_MEDIUM, 13, f->theme->ink3, ALIGN_LEFT)), y += 28;
        y = origin_formula_lines(f, r.x, y, r.w, list[k], 17, true) + 12;
    }
}

void origin_operands(struct origin_frame *f, rect r) {
    const struct origin *origin = &f->memory->origin;
    if (origin->rule == ORIGIN_GIVEN) {
        heading(f, r, "Made of nothing", "");
        rich_text(f->list, f->theme, r.x, r.y + HEAD + 22, r.w, origin->why,
                  (struct rich_style){15, 23, f->theme->ink2, f->theme->ink1}, true);
        return;
    }
    bool single = origin->row_count + origin->rest_count + origin->zero_count <= 1;
    bool sum = origin->rule == ORIGIN_SUM && !single;
    heading(f, r, "Made of", single && origin->rule == ORIGIN_SUM ? "" : origin_rule_words[origin->rule]);
    struct column c = {.r = r, .terms = origin->rule != ORIGIN_UPDATE};
    bool product = origin->row_count > 0 && (origin->rows[0].count > 1 || origin->rows[0].coefficient != 1);
    bool shaped = origin->row_count > 0 && origin->rows[0].factors[0].shape != SHAPE_ITSELF;
    if (!sum && !product && !shaped && single) c.terms = false; // a copy
    divide(f, &c, c.terms && !single);
    bool total = sum || (!single && c.terms);
    int extra = (origin->rest_count > 0) + (origin->zero_count > 0) + total;
    int rows = shown_rows(origin, r.h, extra), rest_count = origin->rest_count;
    double values[ORIGIN_ROWS + 2], rest = origin->rest;
    int count = 0;
    for (int k = 0; k < origin->row_count; k++) {
        if (k < rows)
            values[count++] = origin->rows[k].value;
        else {
            rest += origin->rows[k].value;
            rest_count++;
        }
    }
    if (rest_count > 0) values[count++] = rest;
    c.digits = sum ? sum_digits(values, count, origin->value, 2) : 3;
    if (total) values[count++] = sum ? origin->value : origin->sum;
    c.scale = scale_of(values, count, r.x + c.factors + 10, c.bars);
    float y = r.y + HEAD;
    for (int k = 0; k < rows; k++, y += PITCH)
        term_row(f, &c, y, k);
    char words[80];
    if (rest_count > 0) {
        count_text(words, sizeof words, rest_count, "smaller term", "smaller terms");
        words_row(f, &c, y, words);
        if (c.terms) term_value(f, &c, y + ROW / 2.0f, rest, false, "sum/rest");
        y += PITCH;
    }
    if (origin->zero_count > 0) {
        count_text(words, sizeof words, origin->zero_count, "term is 0", "terms are 0");
        words_row(f, &c, y, words);
        y += PITCH;
    }
    if (total) y = total_row(f, &c, y, sum);
    formulas(f, (rect){r.x, y, r.w, r.y + r.h - y}, "One step further back", f->memory->behind,
             f->memory->behind_count);
}

// --- what it goes into ---

void origin_goes_into(struct origin_frame *f, rect r) {
    const struct origin_uses *uses = &f->memory->uses;
    int all = uses->use_count + uses->rest_count, fit = (int)((r.h - HEAD) / PITCH);
    char note[48];
    count_text(note, sizeof note, all, "number", "numbers");
    heading(f, r, all ? "Goes into" : "Goes into nothing", all ? note : "");
    int rows = uses->use_count <= fit && (uses->rest_count == 0 || uses->use_count < fit) ? uses->use_count : fit - 1;
    if (rows > uses->use_count) rows = uses->use_count;
    float y = r.y + HEAD;
    ui_push_id(f->ui, "uses");
    for (int k = 0; k < rows; k++, y += PITCH) {
        const struct origin_use *use = &uses->uses[k];
        ui_push_id_int(f->ui, k);
        card(f, (rect){r.x, y, r.w, ROW}, &use->place, use->label, use->title, use->value, NULL);
        ui_pop_id(f->ui);
    }
    ui_pop_id(f->ui);
    if (rows == all) {
        formulas(f, (rect){r.x, y, r.w, r.y + r.h - y}, "How", f->memory->how, f->memory->how_count);
        return;
    }
    memcpy(note, "and ", 5);
    count_text(note + 4, sizeof note - 4, all - rows, "more", "more");
    draw_text(f->list, r.x + 9, y + ROW / 2.0f + 5, note, text_of(FONT_SANS_MEDIUM, 13.5f, f->theme->ink2, ALIGN_LEFT));
}
