// What a timestep reads: a symbol, its embedding, a vector of numbers; and what an encoder hands over.
#include "inspector_parts.h"
#include "token.h"
#include <math.h>
#include <stdio.h>

enum { ONE_HOT_MAX = 60, VECTOR_ENTRIES = 6 };

// --- vectors ---

// The entries with the largest numbers, in their order; zeros only where there is room for all.
static int largest_entries(const double *values, int n, int out[VECTOR_ENTRIES]) {
    int count = 0;
    for (int i = 0; i < n; i++) {
        if (values[i] == 0 && n > VECTOR_ENTRIES) continue;
        int at = count < VECTOR_ENTRIES ? count++ : VECTOR_ENTRIES;
        while (at > 0 && fabs(values[out[at - 1]]) < fabs(values[i])) {
            if (at < VECTOR_ENTRIES) out[at] = out[at - 1];
            at--;
        }
        if (at < VECTOR_ENTRIES) out[at] = i;
    }
    for (int i = 1; i < count; i++)
        for (int k = i; k > 0 && out[k - 1] > out[k]; k--) {
            int swap = out[k];
            out[k] = out[k - 1];
            out[k - 1] = swap;
        }
    return count;
}

static double largest_of(const double *values, const int *entries, int count) {
    double largest = 0;
    for (int i = 0; i < count; i++)
        largest = fmax(largest, fabs(values[entries[i]]));
    return largest;
}

// The number of entry k, and which one it is, under it.
static void entry_number(struct page *page, float x, float y, float room, const struct page_vector *vector, int k,
                         int digits, enum align align) {
    char text[16];
    snprintf(text, sizeof text, "%d", k + 1);
    struct text_style style = page_text(page, FONT_SANS_SEMIBOLD, 12.5f, page->theme->ink1);
    style.align = align;
    page_value_fit(page, x, y, room, (struct source){vector->tensor, vector->row, k, vector->values[k]}, digits, false,
                   style);
    style.font = FONT_SANS_MEDIUM, style.color = page->theme->ink3, style.size = 12;
    draw_text(page->list, x, y + 16, text, style);
}

// All of a vector in one row while an entry is wide enough to be seen, else in a block; returns the height.
static float vector_strip(const struct page *page, float y, const struct page_vector *vector, struct strip_style look) {
    const float pitch = fminf(24, page->w / (float)vector->n);
    look.radius = pitch > 8 ? 2 : 0, look.pill = 0, look.height = 26;
    if (pitch < 2.5f) {
        rect area = {page->x, y, page->w, strip_area_height(vector->n)};
        strip_block(page->list, page->theme, area, vector->values, vector->n, &look);
        return area.h;
    }
    look.gap = pitch > 5 ? 1 : 0, look.tile = pitch - look.gap;
    strip_draw(page->list, page->theme, page->x, y, vector->values, vector->n, &look);
    return look.height;
}

// Few entries have a tile each, many a strip and the largest of them as numbers.
float page_vector_rows(struct page *page, float y, const struct page_vector *vector) {
    int entries[VECTOR_ENTRIES], count = largest_entries(vector->values, vector->n, entries);
    bool tiles = vector->n <= VECTOR_ENTRIES;
    const int digits = digits_for(largest_of(vector->values, entries, count));
    const float pitch = fminf(tiles ? 56 : page->w, page->w / VECTOR_ENTRIES), tile = fminf(36, pitch - 8);
    struct strip_style look = strip_style_default(vector->kind, tile, 0, 30);
    look.radius = tiles ? 4 : -1, look.max = vector->max, look.pill = tiles ? 10 : 0;
    look.sign_marks = page->scene->state && page->scene->state->sign_marks;
    if (page->running) look.fill = motion_fill(page->scene);
    float height = tiles ? 30 : vector_strip(page, y, vector, look);
    for (int i = 0; i < count; i++) {
        float x = page->x + (float)i * pitch;
        if (tiles) strip_draw(page->list, page->theme, x, y, &vector->values[i], 1, &look);
        entry_number(page, tiles ? x + tile / 2 : x, y + height + 18, pitch - 6, vector, entries[i], digits,
                     tiles ? ALIGN_CENTER : ALIGN_LEFT);
    }
    y += height + 34;
    if (tiles) return y;
    char text[64];
    if (count == VECTOR_ENTRIES)
        snprintf(text, sizeof text, "the largest %d of %d numbers", count, vector->n);
    else
        snprintf(text, sizeof text, "the other %d of %d numbers are 0", vector->n - count, vector->n);
    float line = count > 0 ? 20 : -14;
    page_caption(page, y + line, text, NULL);
    return y + line;
}

// One scale for all timesteps: 1, or the largest number there is.
static float input_scale(const struct page *page) {
    int n = record_input_width(page->record), slot = page->cell->input, T = record_T(page->record);
    const double *values = tape_value(page->record->tape, 0, 0, slot, 0);
    double largest = 1;
    for (long i = 0; i < (long)n * T; i++)
        if (isfinite(values[i])) largest = fmax(largest, fabs(values[i]));
    return (float)largest;
}

static float input_vector(struct page *page, float y) {
    int slot = page->cell->input;
    struct page_vector vector = {.tensor = record_input_name(page->record, false),
                                 .row = page->t,
                                 .values = tape_value(page->record->tape, 0, 0, slot, page->t),
                                 .n = record_input_width(page->record),
                                 .kind = STRIP_VALUE,
                                 .max = input_scale(page)};
    return page_vector_rows(page, y, &vector);
}

// --- symbols ---

static void one_hot(struct page *page, float x, float y, int symbol, int count) {
    const struct theme *theme = page->theme;
    char text[64];
    if (count <= ONE_HOT_MAX) {
        float pitch = fminf(4, (page->x + page->w - x) / (float)count), bar = pitch * 0.75f;
        for (int k = 0; k < count; k++)
            draw_rect_exact(page->list, (rect){x + (float)k * pitch, y + 4, bar, 16},
                            k == symbol ? theme->ink1 : theme->line2, 0);
        if (symbol >= 0)
            draw_rect_exact(page->list, (rect){x + (float)symbol * pitch - 1, y + 1, bar + 2, 22}, theme->ink1, 1);
    }
    if (symbol >= 0)
        snprintf(text, sizeof text, "one-hot, symbol %d of %d", symbol + 1, count);
    else
        snprintf(text, sizeof text, "all %d symbols zero", count);
    struct text_style style = {FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT};
    draw_text_fit(page->list, x, count <= ONE_HOT_MAX ? y + 38 : y + 24, page->x + page->w - x, text, style);
}

// label: what stands before the box, maths markup.
static float input_token(struct page *page, float y, const char *label) {
    const struct theme *theme = page->theme;
    int symbol = page->record->example.x[page->t];
    float x = page->x + math_draw(page->list, theme, page->x, y + 26, label, 20, theme->ink1, ALIGN_LEFT) + 12;
    // A word has a wider box than a letter.
    enum { LETTER = 38, WORD_TEXT = 16 };
    float word =
        symbol < 0 ? 0 : token_width(page->list, page_symbol(page, symbol), WORD_TEXT, FONT_MONO_SEMIBOLD) + 14;
    rect box = {x, y, fminf(fmaxf(LETTER, word), page->w * 0.45f), LETTER};
    draw_rect(page->list, rect_inset(box, -4), page->running ? theme->hi : theme->panel, 9);
    draw_rect(page->list, box, theme->panel, 6);
    if (symbol < 0)
        draw_box_dashed(page->list, box, theme->ink2, 6, 1.5f, 3, 3);
    else
        draw_box(page->list, box, theme->ink2, 6, 1.5f);
    if (box.w > LETTER)
        token_draw_fit(page->list, box.x + box.w / 2, y + 25, box.w - 8, page_symbol(page, symbol), WORD_TEXT,
                       FONT_MONO_SEMIBOLD, theme->ink1);
    else
        page_token(page, x + LETTER / 2, y + 26, symbol, 22, symbol < 0 ? theme->ink3 : theme->ink1, symbol >= 0);
    one_hot(page, x + box.w + 16, y, symbol, page->record->layout.spec.inputs);
    return y + 44;
}

static void slot_label(const struct page *page, int slot, char *out, size_t size) {
    label_slot_of(out, size, page->record, -1, page->direction, slot, page->t, LABEL_NO_UNIT, page->label);
}

// --- the pages ---

// Where the state that comes in is from.
static void state_words(const struct page *page, const char *label, char *out, size_t size) {
    int before = record_before(page->record, page->direction, page->t);
    if (before >= 0)
        snprintf(out, size, "$%s$, from t = %d", label, before + 1);
    else
        snprintf(out, size, record_is_decoder(page->record) ? "$%s$, from the encoder" : "$%s$, zero at the start",
                 label);
}

void page_input(struct page *page) {
    char when[64], text[PAGE_TEXT], label[96], right[48];
    const struct net_spec *spec = &page->record->layout.spec;
    bool below = page->layer > 0, vector = below || spec->real_input || spec->embed > 0;
    page_when(page, when, sizeof when);
    const float units = page->H > PICKER_UNITS ? 15 : 0;
    const float lines = 26 * (float)(page_equation_lines(page) - 1);
    const int width = record_input_width(page->record);
    const float picture = below ? 0 : page_picture_height(page, false);
    const float picture_tight = below ? 0 : page_picture_height(page, true);
    const float numbers = below ? -44 : vector ? 44 + (width > VECTOR_ENTRIES ? 26 : 0) : 0;
    page_open(page, "Inside the cell", when,
              (struct page_need){.tight = 206 + units + lines + numbers + picture_tight,
                                 .full = 246 + units + lines + numbers + picture});
    float y = page->y + page_mix(page, 24, 30);
    page_heading(page, y, IDENTITY_A, "Input", page_right_words(page, right, sizeof right));
    y = page_equation(page, y + page_mix(page, 30, 34), 21, 26);
    slot_label(page, page->cell->input, label, sizeof label);
    struct rich_style style = {13, 20, page->theme->ink3, page->theme->ink3};
    if (!below) y = page_picture(page, y);
    if (!vector) {
        y = input_token(page, y + page_mix(page, 16, 22), label);
    } else if (!below) {
        snprintf(text, sizeof text, "$%s$, %d number%s", label, width, width == 1 ? "" : "s");
        y += page_mix(page, 10, 16);
        y += rich_text(page->list, page->theme, page->x, y, page->w, text, style, true);
        y = input_vector(page, y + page_mix(page, 6, 10)) + 6;
    }
    int state = page->cell->state_in[0];
    slot_label(page, state, label, sizeof label);
    state_words(page, label, text, sizeof text);
    y += page_mix(page, 14, 20);
    y += rich_text(page->list, page->theme, page->x, y, page->w, text, style, true);
    struct picker picker = page_picker_of(page, state, true);
    picker.fresh = false;
    page_picker(page, y + page_mix(page, 8, 12), &picker);
}

// dL/dx of this timestep, of both directions together.
static float embed_gradient(struct page *page, float y) {
    int n = record_input_width(page->record);
    double values[NET_MAX_HIDDEN], largest = 0;
    for (int k = 0; k < n && k < NET_MAX_HIDDEN; k++) {
        values[k] = record_input_grad(page->record, page->t, k);
        largest = fmax(largest, fabs(values[k]));
    }
    struct page_vector vector = {.tensor = record_input_name(page->record, true),
                                 .row = page->t,
                                 .values = values,
                                 .n = n,
                                 .kind = STRIP_GRADIENT,
                                 .max = (float)largest};
    return page_vector_rows(page, y, &vector);
}

void page_embed(struct page *page) {
    bool back = page->step.kind == STEP_EMBED_BACK;
    char when[64];
    page_when(page, when, sizeof when);
    page_title(page, back ? "Chain rule" : "Embedding", when);
    page->y += 44;
    page_fit(page, (struct page_need){.tight = 260, .full = 320});
    float y = page_equation(page, page->y + page_mix(page, 18, 26), 20, 26);
    y += page_mix(page, 30, 40);
    bool known = page_computed(page);
    page_heading(page, y, IDENTITY_A, back ? "Gradient of one row" : "One row is looked up",
                 page->running ? "running"
                 : known       ? "done"
                               : "not yet");
    y = input_token(page, y + page_mix(page, 16, 22), "\\t{symbol}") + page_mix(page, 18, 26);
    if (!known) {
        page_caption(page, y + 16, "Not computed yet at this timestep.", NULL);
        return;
    }
    page_caption(page, y, back ? "What layer 1 sends back to it" : "What layer 1 reads", NULL);
    y += page_mix(page, 12, 16);
    if (back)
        embed_gradient(page, y);
    else
        input_vector(page, y);
}

void page_hand_over(struct page *page) {
    char when[64];
    struct ledger ledger;
    ledger_init(&ledger, page->record, &page->step, page->label);
    page_when(page, when, sizeof when);
    page_title(page, "From the encoder", when);
    page->y += 44;
    const float extra = 26 * (float)(page_equation_lines(page) - 1), units = page->H > PICKER_UNITS ? 16 : 0;
    page_fit(page, (struct page_need){.tight = 120 + extra + units + page_ledger_height(&ledger, 28, 5),
                                      .full = 160 + extra + units + page_ledger_height(&ledger, 37, 12)});
    float y = page_equation(page, page->y + page_mix(page, 18, 26), 20, 26) + page_mix(page, 30, 40);
    page_heading(page, y, IDENTITY_A, "The decoder’s first state", page->running ? "running" : "done");
    y += page_mix(page, 30, 40) + units;
    page_ledger(page, y, &ledger, page_mix(page, 28, 37), page_mix(page, 5, 12));
    ledger_release(&ledger);
}
