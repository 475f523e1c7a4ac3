// Units to pick from: the picker of the forward pages and the ledger of the backward ones.
#include "inspector_parts.h"
#include <math.h>
#include <stdio.h>

// --- units ---

int page_units(const struct page *page, const double *values, int n, enum strip_kind kind, int out[PICKER_UNITS]) {
    int count = n < PICKER_UNITS ? n : PICKER_UNITS;
    if (n <= PICKER_UNITS || !values) {
        // Without values: the ones around the selected unit.
        int first = n > PICKER_UNITS ? page->unit - PICKER_UNITS / 2 : 0;
        first = first < 0 ? 0 : first + count > n ? n - count : first;
        for (int i = 0; i < count; i++)
            out[i] = first + i;
        return count;
    }
    double sizes[PICKER_UNITS];
    int found = 0;
    for (int i = 0; i < n; i++) {
        double size = kind == STRIP_GATE ? fabs(values[i] - 0.5) : fabs(values[i]);
        if (i == page->unit) size = INFINITY;
        if (!(size >= 0)) size = 0;
        int at = found < PICKER_UNITS ? found++ : PICKER_UNITS;
        while (at > 0 && sizes[at - 1] < size) {
            if (at < PICKER_UNITS) sizes[at] = sizes[at - 1], out[at] = out[at - 1];
            at--;
        }
        if (at < PICKER_UNITS) sizes[at] = size, out[at] = i;
    }
    for (int i = 1; i < found; i++)
        for (int k = i; k > 0 && out[k - 1] > out[k]; k--) {
            int swap = out[k];
            out[k] = out[k - 1];
            out[k - 1] = swap;
        }
    return found;
}

static void choose_unit(struct page *page, int unit) {
    if (!page->scene->state || page->scene->state->unit == unit) return;
    page->scene->state->unit = unit;
    page->ui->animating = true; // what was drawn before in this frame shows it in the next
}

// A row of units is one control: a click takes the unit under the pointer, Left and Right move while it has
// the focus.
static int unit_control(struct page *page, const char *name, rect area, float x, float pitch, const int *units,
                        int count) {
    struct ui *ui = page->ui;
    ui_id id = ui_make_id(ui, name);
    struct ui_result result = ui_control(ui, id, area, true);
    ui_focus_ring(ui, id, area, 6);
    int under = -1, current = -1;
    if (result.hovered) {
        int k = (int)floorf((ui->pointer.x - x) / pitch);
        if (k >= 0 && k < count) under = k;
    }
    for (int i = 0; i < count; i++)
        if (units[i] == page->unit) current = i;
    if (result.clicked && !result.keyed && under >= 0) choose_unit(page, units[under]);
    if (result.focused && count > 0) {
        int step = ui_take_key(ui, KEY_RIGHT, 0) ? 1 : ui_take_key(ui, KEY_LEFT, 0) ? -1 : 0;
        if (step && current + step >= 0 && current + step < count) choose_unit(page, units[current + step]);
    }
    if (under >= 0 && page->scene->state) {
        ui->cursor = CURSOR_HAND;
        page->scene->state->hover_unit = units[under];
        page->scene->state->hover_t = page->t;
    }
    return under;
}

// --- the picker ---

float page_picker_height(const struct page *page, int n) {
    return page_mix(page, 46, 50) + (n > PICKER_UNITS ? 15 : 0);
}

static void picker_card(struct page *page, const struct picker *picker, rect tile, int unit) {
    struct view_state *state = page->scene->state;
    state->hover_slot = picker->slot;
    state->hover_grad = picker->kind == STRIP_GRADIENT;
    page->card = true;
    page->card_at = tile;
    page->card_source = (struct source){picker->tensor, page->t, unit, picker->values[unit]};
    if (picker->kind == STRIP_GRADIENT)
        label_grad_of(page->card_label, sizeof page->card_label, page->record, -1, page->direction, picker->slot,
                      page->t, unit, page->label);
    else
        label_slot_of(page->card_label, sizeof page->card_label, page->record, -1, page->direction, picker->slot,
                      page->t, unit, page->label);
}

// The numbers under the tiles: one form and size for all of them.
struct picker_numbers {
    int digits;
    float size;
};

static struct picker_numbers picker_numbers(const struct page *page, const struct picker *picker, const int *units,
                                            int count, float room) {
    struct picker_numbers numbers = {2, 12};
    if (picker->ghost) return numbers;
    double largest = 0;
    for (int i = 0; i < count; i++)
        largest = fmax(largest, fabs(picker->values[units[i]]));
    if (picker->kind == STRIP_GRADIENT && largest < 0.05) numbers.digits = largest < 0.005 ? 4 : 3;
    float widest = 0;
    for (int i = 0; i < count; i++) {
        char text[48];
        format_value(text, sizeof text, picker->values[units[i]], numbers.digits, false);
        struct text_style style = {FONT_SANS_SEMIBOLD, numbers.size, page->theme->ink1, ALIGN_LEFT};
        widest = fmaxf(widest, text_width(page->list, text, style));
    }
    if (widest > room) numbers.size *= fmaxf(0.75f, room / widest);
    return numbers;
}

static void picker_tile(struct page *page, const struct picker *picker, rect tile, int unit, bool selected,
                        struct picker_numbers numbers) {
    struct draw_list *list = page->list;
    const struct theme *theme = page->theme;
    struct source source = {picker->tensor, page->t, unit, picker->ghost ? 0 : picker->values[unit]};
    struct text_style style = {selected ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12,
                               selected ? theme->ink1 : theme->ink3, ALIGN_CENTER};
    float middle = tile.x + tile.w / 2, baseline = tile.y + page_mix(page, 46, 50);
    bool hidden = !picker->ghost && page_hides(page, source);
    if (picker->ghost || hidden) {
        if (hidden)
            draw_box_dashed(list, tile, theme->ink2, 4, 1.5f, 4, 3);
        else
            draw_box(list, tile, theme->ghost, 4, 1);
        if (hidden)
            draw_text(list, middle, tile.y + tile.h / 2 + 5, "?", page_text(page, FONT_SANS_SEMIBOLD, 14, theme->ink1));
    } else {
        struct strip_style look = strip_style_default(picker->kind, tile.w, 0, tile.h);
        look.radius = 4, look.max = picker->max, look.pill = 10;
        look.sign_marks = page->scene->state && page->scene->state->sign_marks;
        if (picker->fresh) look.fill = motion_fill(page->scene);
        strip_draw(list, theme, tile.x, tile.y, &picker->values[unit], 1, &look);
    }
    if (selected) draw_box(list, rect_inset(tile, -3), theme->ink1, 6, 2);
    if (!picker->ghost) {
        style.size = numbers.size;
        page_value(page, middle, baseline, source, numbers.digits, false, style);
        style.size = 12;
    }
    if (picker->n > PICKER_UNITS) {
        char text[32];
        snprintf(text, sizeof text, selected ? "unit %d" : "%d", unit + 1);
        style.font = FONT_SANS_MEDIUM, style.color = selected ? theme->ink1 : theme->ink3;
        draw_text(list, middle, baseline + 15, text, style);
    }
}

float page_picker(struct page *page, float y, const struct picker *picker) {
    int units[PICKER_UNITS];
    int count = page_units(page, picker->ghost ? NULL : picker->values, picker->n, picker->kind, units);
    float tile = fminf(36, (page->w - 7 * 5) / 8), gap = (page->w - 8 * tile) / 7, pitch = tile + gap;
    rect area = {page->x - 3, y - 3, (float)count * pitch - gap + 6, 36};
    int under = unit_control(page, "units", area, page->x - gap / 2, pitch, units, count);
    struct picker_numbers numbers = picker_numbers(page, picker, units, count, pitch - 2);
    for (int i = 0; i < count; i++) {
        rect at = {page->x + (float)i * pitch, y, tile, 30};
        picker_tile(page, picker, at, units[i], units[i] == page->unit, numbers);
        if (i == under && !picker->ghost) picker_card(page, picker, at, units[i]);
    }
    return y + page_picker_height(page, picker->n);
}

// --- the ledger ---

float page_ledger_height(const struct ledger *ledger, float pitch, float gap) {
    float height = 0;
    for (int i = 0; i < ledger->count; i++) {
        bool starts = i > 0 && (ledger->rows[i].op == ' ' || ledger->rows[i].total);
        height += pitch + (starts ? gap : 0);
    }
    return height;
}

// Enough digits to see the smallest result of the chosen unit, and for the terms to add up to the total.
static int ledger_digits(const struct page *page, const struct ledger *ledger) {
    double terms[LEDGER_ROWS], total = 0, least = INFINITY;
    int count = 0;
    bool has_total = false;
    for (int i = 0; i < ledger->count; i++) {
        const struct ledger_row *row = &ledger->rows[i];
        double v = row->values[page->unit];
        if (row->result && isfinite(v) && v != 0) least = fmin(least, fabs(v));
        if (row->op == '+' && row->total)
            total = v, has_total = true;
        else if (row->result)
            terms[count++] = v;
    }
    int digits = isfinite(least) ? digits_for(least) : 2;
    if (digits > 4) digits = 4;
    return has_total && count > 1 ? sum_digits(terms, count, total, digits) : digits;
}

struct ledger_columns {
    float strip, tile, gap;
};

// Labels with a layer or a direction are longer, and fewer units leave more room for labels.
static struct ledger_columns ledger_columns(const struct page *page, int count) {
    const struct net_spec *spec = &page->record->layout.spec;
    float label = page->w >= 320 ? 74 : 68;
    if (spec->layers > 1 || spec->directions > 1) label += 12;
    float pitch = fminf(24, (page->w - label - 62) / PICKER_UNITS);
    label += fminf(32, (float)(PICKER_UNITS - count) * pitch);
    return (struct ledger_columns){page->x + label, pitch - 4, 4};
}

static void ledger_strip(struct page *page, const struct ledger_row *row, struct ledger_columns at, float y,
                         float height, const int *units, int count) {
    static const enum strip_kind kinds[] = {STRIP_VALUE, STRIP_GATE, STRIP_GRADIENT};
    struct strip_style look = strip_style_default(kinds[row->kind], at.tile, at.gap, height);
    look.pill = 10;
    look.sign_marks = page->scene->state && page->scene->state->sign_marks;
    double values[PICKER_UNITS], largest = 0;
    for (int i = 0; i < count; i++)
        values[i] = row->values[units[i]];
    for (int i = 0; i < page->H; i++)
        if (isfinite(row->values[i])) largest = fmax(largest, fabs(row->values[i]));
    // Values share the scale steps of the stage: 1, 2, 5 ...
    look.max = largest <= 1 ? 1 : largest <= 2 ? 2 : largest <= 5 ? 5 : (float)largest;
    strip_draw(page->list, page->theme, at.strip, y, values, count, &look);
    for (int i = 0; i < count; i++) {
        rect tile = {at.strip + (float)i * (at.tile + at.gap), y, at.tile, height};
        struct source source = {row->tensor, row->row, units[i], values[i]};
        if (page_hides(page, source)) {
            draw_rect(page->list, tile, page->theme->panel, 0);
            draw_box_dashed(page->list, tile, page->theme->ink2, 3, 1.5f, 4, 3);
        }
        if (units[i] == page->unit)
            draw_box(page->list, (rect){tile.x - 2.5f, y - 3, tile.w + 5, height + 6}, page->theme->ink1, 5, 1.75f);
    }
}

// The sign in front of a row. Terms that stand alone are joined by a plus and their sum takes the equals sign; after
// chains, which have equals signs of their own, the plus stands at the total. A sum of one term is that term.
static char ledger_sign(const struct ledger *ledger, int i) {
    const struct ledger_row *row = &ledger->rows[i];
    int total = -1, results = 0, chains = 0;
    for (int k = 0; k < ledger->count && total < 0; k++) {
        if (ledger->rows[k].op == '+' && ledger->rows[k].total) total = k;
        results += ledger->rows[k].result;
        chains += ledger->rows[k].result && ledger->rows[k].op == '=';
    }
    if (total < 0 || i > total || (chains > 0 && results > 1)) return row->op;
    if (i == total) return '=';
    return chains == 0 && i > 0 && row->result ? '+' : row->op;
}

static void ledger_row_draw(struct page *page, const struct ledger_row *row, char sign, struct ledger_columns at,
                            float y, float pitch, const int *units, int count, int digits) {
    const struct theme *theme = page->theme;
    const float height = fminf(26, pitch - 11), half = height / 2 + 4;
    color ink = row->total ? theme->on_hi : theme->ink1;
    if (row->total) {
        draw_rect(page->list, (rect){page->x - 8, y - half - 3, page->w + 16, 2 * half + 6}, theme->hi, 6);
        rect plate = {at.strip - 4, y - half, (float)count * (at.tile + at.gap) + 4, 2 * half};
        draw_rect(page->list, plate, theme->panel, 5);
    }
    char op[2] = {sign, 0};
    if (sign != ' ')
        math_draw(page->list, theme, page->x + 8, y + 6, op, 18, row->total ? theme->on_hi : theme->ink2, ALIGN_CENTER);
    math_draw_fit(page->list, theme, page->x + 22, y + 6, at.strip - page->x - 28, row->label, 18, ink, ALIGN_LEFT);
    ledger_strip(page, row, at, y - height / 2, height, units, count);
    struct text_style style = {row->result || row->total ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 14, ink, ALIGN_RIGHT};
    struct source source = {row->tensor ? row->tensor : "sum/ledger", row->row, page->unit, row->values[page->unit]};
    page_value_fit(page, page->x + page->w, y + 5, page->w >= 320 ? 60 : 56, source, digits, false, style);
}

float page_ledger(struct page *page, float y, const struct ledger *ledger, float pitch, float gap) {
    if (!ledger->count) return y;
    const struct ledger_row *last = &ledger->rows[ledger->count - 1];
    int units[PICKER_UNITS];
    int count = page_units(page, last->values, page->H, STRIP_GRADIENT, units), digits = ledger_digits(page, ledger);
    struct ledger_columns at = ledger_columns(page, count);
    float top = y - pitch / 2;
    rect area = {at.strip - 4, top, (float)count * (at.tile + at.gap) + 4, page_ledger_height(ledger, pitch, gap)};
    unit_control(page, "ledger", area, at.strip - at.gap / 2, at.tile + at.gap, units, count);
    for (int i = 0; page->H > PICKER_UNITS && i < count; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", units[i] + 1);
        bool on = units[i] == page->unit;
        draw_text(page->list, at.strip + (float)i * (at.tile + at.gap) + at.tile / 2, top - 2, text,
                  (struct text_style){on ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12,
                                      on ? page->theme->ink1 : page->theme->ink3, ALIGN_CENTER});
    }
    for (int i = 0; i < ledger->count; i++) {
        const struct ledger_row *row = &ledger->rows[i];
        if (i > 0 && (row->op == ' ' || row->total)) y += gap;
        if (row->op == '=' && !row->total)
            draw_hline(page->list, page->x, page->x + page->w, y - pitch / 2 - 0.5f, page->theme->line2);
        ledger_row_draw(page, row, ledger_sign(ledger, i), at, y, pitch, units, count, digits);
        y += pitch;
    }
    return y;
}
