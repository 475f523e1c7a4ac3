// What the running step reads and writes, from the cell's description; and what is shown of a tile under the
// pointer.
#include "stage_inner.h"
#include "token.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static int row_of(const struct stage *s, int slot) {
    for (int k = 0; k < s->row_count; k++)
        if (s->rows[k].slot == slot) return k;
    return -1;
}

static bool made_in(const struct stage *s, const struct cell_part *part, int slot) {
    for (int k = part->first; k < part->first + part->count; k++)
        if (s->cell->steps[k].out == slot) return true;
    return false;
}

// Marks what a part reads: rows of this timestep, states of the one before, the input.
static void part_operands(const struct stage *s, const struct cell_part *part, bool *row, bool *before, bool *x) {
    for (int k = part->first; k < part->first + part->count; k++)
        for (int i = 0; i < 2; i++) {
            int slot = s->cell->steps[k].in[i];
            if (slot < 0 || made_in(s, part, slot)) continue;
            const struct cell_slot *about = &s->cell->slots[slot];
            int at = row_of(s, about->role == SLOT_STATE_IN ? about->next : slot);
            if (about->role == SLOT_INPUT) *x = true;
            if (at < 0) continue;
            if (about->role == SLOT_STATE_IN)
                before[at] = true;
            else
                row[at] = true;
        }
}

static void part_results(const struct stage *s, const struct cell_part *part, bool *result) {
    for (int k = part->first; k < part->first + part->count; k++) {
        int at = row_of(s, s->cell->steps[k].out);
        if (at >= 0) result[at] = true;
    }
}

static void backward_focus(struct stage *s, struct stage_focus *f) {
    const struct step *step = s->step;
    bool memory = step->state == 1 && s->row_c >= 0;
    f->state_row = memory ? s->row_c : s->row_a;
    switch (step->kind) {
    case STEP_OUTPUT_BACK:
        f->loss = f->y_hat_result = true;
        break;
    case STEP_FROM_LOSS:
        f->from_loss = true;
        f->row[s->row_a] = memory;
        f->y_hat = !memory;
        break;
    case STEP_FROM_FUTURE:
        f->from_future = true;
        f->before[f->state_row] = true;
        break;
    case STEP_SUM:
        f->plus = f->from_loss = true;
        f->from_future = step->t + 1 < s->T;
        f->before[f->state_row] = f->from_future;
        f->row[s->row_a] = memory;
        f->result[f->state_row] = true;
        break;
    case STEP_PART_BACK: {
        const struct cell_part *part = &s->cell->parts[step->part];
        int at = row_of(s, part->result);
        if (at >= 0) f->row[at] = true;
        part_operands(s, part, f->result, f->leaves, &f->x);
        for (int k = part->first; k < part->first + part->count; k++) { // sums inside the part, as of an RNN
            int inner = row_of(s, s->cell->steps[k].out);
            if (inner >= 0 && inner != at) f->result[inner] = true;
        }
        break;
    }
    default:
        break;
    }
}

void stage_make_focus(struct stage *s) {
    struct stage_focus *f = &s->focus;
    *f = (struct stage_focus){.state_row = s->row_a};
    const struct step *step = s->step;
    if (!step || step->t < 0) return;
    f->running = s->backward == (step->phase == PHASE_BACKWARD);
    if (!f->running) return;
    switch (step->kind) {
    case STEP_INPUT:
        f->x = f->before[s->row_a] = true;
        break;
    case STEP_PART:
        part_operands(s, &s->cell->parts[step->part], f->row, f->before, &f->x);
        part_results(s, &s->cell->parts[step->part], f->result);
        break;
    case STEP_OUTPUT:
        f->row[s->row_a] = f->y_hat_result = true;
        break;
    case STEP_LOSS:
        f->y_hat = f->loss_result = true;
        break;
    default:
        backward_focus(s, f);
        break;
    }
}

// --- hover ---

static void relate(struct stage *s, int row, int t) {
    if (row < 0 || t < s->columns.first || t >= s->columns.first + s->columns.count) return;
    rect area = rect_inset(stage_strip_area(s, row, t), -2.5f);
    draw_box(s->list, area, s->theme->ink2, 4, 1.5f);
}

// Outlines what the hovered row is computed from and what it goes into, by the cell's description.
static void relations(struct stage *s, int row, int t) {
    for (int p = 0; p < s->cell->part_count; p++) {
        const struct cell_part *part = &s->cell->parts[p];
        bool reads[STAGE_ROWS] = {0}, before[STAGE_ROWS] = {0}, makes[STAGE_ROWS] = {0}, x = false;
        part_operands(s, part, reads, before, &x);
        part_results(s, part, makes);
        for (int k = 0; k < s->row_count; k++) {
            if (makes[row] && reads[k]) relate(s, k, t);
            if (makes[row] && before[k]) relate(s, k, t - 1);
            if (reads[row] && makes[k]) relate(s, k, t);
            if (before[row] && makes[k]) relate(s, k, t + 1);
        }
    }
}

// By the hover of the frame before, so that a tile of another view lights its unit here too.
void stage_hover_outlines(struct stage *s) {
    int t = s->found_t, slot = s->found_slot, unit = s->found_unit;
    if (unit < 0 && s->hover_unit >= 0) {
        t = s->hover_t;
        slot = s->hover_slot;
        unit = s->hover_unit;
    }
    if (unit < 0 || unit >= s->H) return;
    for (int at = s->columns.first; at < s->columns.first + s->columns.count; at++)
        for (int k = 0; k < s->row_count; k++) {
            if (s->rows[k].band || !stage_has(s, k, at)) continue;
            rect tile = strip_tile(stage_strip_area(s, k, at), s->H, unit);
            draw_box(s->list, rect_inset(tile, -1), s->theme->ink2, 2, 1);
        }
    int row = slot >= 0 ? row_of(s, slot) : -1;
    if (row >= 0 && t >= 0 && t < s->T) relations(s, row, t);
}

// --- the card ---

struct card {
    char math[STAGE_LABEL], words[128], note[128];
    struct source source;
};

static bool card_fill(const struct stage *s, struct card *card) {
    int row = row_of(s, s->found_slot), t = s->found_t, unit = s->found_unit;
    if (row < 0) return false;
    const struct cell_slot *slot = &s->cell->slots[s->found_slot];
    struct label_style style = {s->scene->state->notation, true};
    enum record_kind kind = s->backward ? RECORD_BACKWARD : RECORD_FORWARD;
    const char *tensor = record_name(s->record, kind, s->layer, s->direction, s->found_slot);
    *card = (struct card){.source = {tensor, t, unit, stage_values(s, row, t)[unit]}};
    if (s->backward)
        label_grad(card->math, sizeof card->math, s->cell, s->found_slot, t, unit, style);
    else
        label_slot(card->math, sizeof card->math, s->cell, s->found_slot, t, unit, style);
    snprintf(card->words, sizeof card->words, "%s%s, unit %d, t = %d", s->backward ? "gradient of the " : "",
             slot->title, unit + 1, t + 1);
    if (s->detail == STAGE_SCORE && s->record->example.x) { // the token is not always written under its column
        size_t used = strlen(card->words);
        char token[40];
        token_words(token, sizeof token, record_symbol(s->record, s->record->example.x[t]));
        snprintf(card->words + used, sizeof card->words - used, ", reads %s", token);
    }
    if (!s->backward && slot->at_one)
        snprintf(card->note, sizeof card->note, "1 %s, 0 %s", slot->at_one, slot->at_zero ? slot->at_zero : "does not");
    return true;
}

// A card with the number under the pointer, its tip on the tile; kept inside the stage.
void stage_card(struct stage *s) {
    struct card card;
    if (s->found_unit < 0 || !card_fill(s, &card)) return;
    struct draw_list *list = s->list;
    bool hidden = scene_is_hidden(s->scene, card.source.tensor, card.source.row, card.source.column);
    struct text_style words = {FONT_SANS_MEDIUM, 13, s->theme->ink2, ALIGN_LEFT};
    struct text_style number = {FONT_SANS_SEMIBOLD, 15, s->theme->ink1, ALIGN_LEFT};
    char text[32];
    int digits = s->backward && fabs(card.source.value) < 0.01 ? 5 : 3;
    format_value(text, sizeof text, card.source.value, digits, false);
    float symbol = math_measure(list, card.math, 19).width;
    float w = fmaxf(symbol + 26 + text_width(list, text, number), text_width(list, card.words, words));
    if (card.note[0]) w = fmaxf(w, text_width(list, card.note, words));
    w = fminf(w + 24, s->r.w - 16);
    float h = card.note[0] ? 82 : 62, tip = 7;
    rect tile = s->found_tile;
    float x = fmaxf(s->r.x + 8, fminf(tile.x + tile.w / 2 - w / 2, s->r.x + s->r.w - w - 8));
    bool above = tile.y - h - tip - 4 > s->r.y;
    float y = above ? tile.y - h - tip - 2 : tile.y + tile.h + tip + 2, cx = tile.x + tile.w / 2;
    float base = above ? y + h - 1 : y + 1, point_y = above ? base + tip : base - tip;
    rect box = {x, y, w, h};
    draw_rect(list, box, s->theme->panel, 6);
    draw_box(list, box, s->theme->ink1, 6, 1.5f);
    draw_path_move(list, cx - 6, base);
    draw_path_line(list, cx, point_y);
    draw_path_line(list, cx + 6, base);
    draw_path_fill(list, s->theme->ink1);
    float text_x = x + 12;
    math_draw(list, s->theme, text_x, y + 27, card.math, 19, s->theme->ink1, ALIGN_LEFT);
    text_x += symbol + 8;
    text_x += draw_text(list, text_x, y + 27, "=", words) + 8;
    if (hidden)
        draw_text(list, text_x, y + 27, "?", number);
    else
        draw_value(list, text_x, y + 27, card.source, digits, false, number);
    draw_text_fit(list, x + 12, y + 50, w - 24, card.words, words);
    words.color = s->theme->ink3;
    if (card.note[0]) draw_text_fit(list, x + 12, y + 70, w - 24, card.note, words);
}
