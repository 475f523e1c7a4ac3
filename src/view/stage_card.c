// What is shown of a tile under the pointer or the keyboard: its relations, and a card with its number.
#include "stage_inner.h"
#include "token.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

// --- hover ---

static void relate(struct stage *s, int row, int column) {
    if (row < 0 || column < 0 || !stage_seen(s, column)) return;
    rect area = rect_inset(stage_strip_area(s, row, column), -2.5f);
    draw_box(s->list, area, s->theme->ink2, 4, 1.5f);
}

// Outlines what the hovered row is computed from and what it goes into, by the cell's description.
static void relations(struct stage *s, int row, int column) {
    int earlier = stage_before(s, column), later = stage_after(s, column);
    for (int p = 0; p < s->cell->part_count; p++) {
        const struct cell_part *part = &s->cell->parts[p];
        bool reads[STAGE_ROWS] = {0}, before[STAGE_ROWS] = {0}, makes[STAGE_ROWS] = {0}, x = false;
        stage_part_operands(s, part, reads, before, &x);
        stage_part_results(s, part, makes);
        for (int k = 0; k < s->track->row_count; k++) {
            if (makes[row] && reads[k]) relate(s, k, column);
            if (makes[row] && before[k]) relate(s, k, earlier);
            if (reads[row] && makes[k]) relate(s, k, column);
            if (before[row] && makes[k]) relate(s, k, later);
        }
    }
}

// By the hover of the frame before, so that a tile of another view lights its unit here too: on the track that is
// shown.
void stage_hover_outlines(struct stage *s) {
    int column = s->found_column, slot = s->found_slot, unit = s->found_unit;
    s->track = &s->tracks[s->shown];
    if (unit >= 0) {
        for (int k = 0; k < s->track_count; k++)
            if (&s->tracks[k] == s->found_track) s->track = &s->tracks[k];
    } else if (s->hover_unit >= 0) {
        column = stage_column_of(s->scene, scene_encoder(s->scene), s->hover_t);
        slot = s->hover_slot;
        unit = s->hover_unit;
    }
    if (unit < 0 || unit >= s->H || slot == s->cell->input) return;
    for (int at = s->columns.first; at < stage_end(s); at++)
        for (int k = 0; k < s->track->row_count; k++) {
            if (s->track->rows[k].band || !stage_exists(s, at) || !stage_has(s, k, at)) continue;
            rect tile = strip_tile(stage_strip_area(s, k, at), s->H, unit);
            if (tile.w >= 3) draw_box(s->list, rect_inset(tile, -1), s->theme->ink2, 2, 1);
        }
    int row = slot >= 0 ? stage_row_of(s, slot) : -1;
    if (row >= 0 && column >= 0 && column < s->T && stage_exists(s, column)) relations(s, row, column);
}

// The number of the origin view and what it is made of, on every track.
void stage_lit_outlines(struct stage *s) {
    const struct lit *lit = &s->scene->state->lit;
    for (int n = 0; n < s->track_count * s->T && lit->count > 0; n++) {
        int column = n % s->T;
        s->track = &s->tracks[n / s->T];
        if (!stage_seen(s, column) || !stage_exists(s, column)) continue;
        for (int row = 0; row < s->track->row_count; row++) {
            if (s->track->rows[row].band) continue;
            const char *tensor = stage_tensor(s, s->track, s->track->rows[row].slot, column);
            for (int k = 0; k < lit->count; k++) {
                if (lit->row[k] != stage_t(s, column) || strcmp(lit->tensor[k], tensor) != 0) continue;
                rect tile = strip_tile(stage_strip_area(s, row, column), s->H, lit->column[k]);
                draw_box(s->list, rect_inset(tile, -1.5f), s->theme->ink2, 2, 1.5f);
            }
        }
    }
}

// --- the card ---

struct card {
    char math[STAGE_LABEL], words[128], note[128];
    struct source source;
};

// "forget gate, layer 2, unit 3, t = 4"
static void card_words(const struct stage *s, struct card *card, const char *title) {
    const struct stage_side *side = stage_side_of(s, s->found_column);
    const bool input = s->found_slot == s->cell->input;
    size_t used = 0, size = sizeof card->words;
    char token[40];
    used += (size_t)snprintf(card->words, size, "%s%s", s->found_grad ? "gradient of the " : "", title);
    if (!input && s->layers > 1)
        used += (size_t)snprintf(card->words + used, size - used, ", layer %d", s->found_track->layer + 1);
    if (!input && s->directions > 1)
        used += (size_t)snprintf(card->words + used, size - used, ", %s",
                                 s->found_track->direction ? "reverse" : "forward");
    used += (size_t)snprintf(card->words + used, size - used, ", %s %d, %st = %d", input ? "number" : "unit",
                             s->found_unit + 1,
                             s->side_count == 1 ? ""
                             : side->encoder    ? "encoder, "
                                                : "decoder, ",
                             stage_t(s, s->found_column) + 1);
    if (s->detail != STAGE_SCORE || !side->record->example.x || side->record->layout.spec.real_input) return;
    token_words(token, sizeof token, record_symbol(side->record, stage_symbol(s, s->found_column)));
    snprintf(card->words + used, size - used, ", reads %s", token); // not always written under its column
}

static void card_fill(struct stage *s, struct card *card) {
    int column = s->found_column, unit = s->found_unit, t = stage_t(s, column);
    const struct stage_track *track = s->found_track;
    const struct cell_slot *slot = &s->cell->slots[s->found_slot];
    const struct tape *tape = stage_side_of(s, column)->record->tape;
    const double *values = s->found_grad ? tape_grad(tape, track->layer, track->direction, s->found_slot, t)
                                         : tape_value(tape, track->layer, track->direction, s->found_slot, t);
    const char *tensor =
        s->found_slot == s->cell->input ? stage_input_tensor(s, column) : stage_tensor(s, track, s->found_slot, column);
    *card = (struct card){.source = {tensor, t, unit, values[unit]}};
    stage_slot_label(s, track, s->found_slot, t, unit, card->math, sizeof card->math);
    card_words(s, card, slot->title);
    if (!s->backward && slot->at_one)
        snprintf(card->note, sizeof card->note, "1 %s, 0 %s", slot->at_one, slot->at_zero ? slot->at_zero : "does not");
}

// A card with the number under the pointer, its tip on the tile; kept inside the stage.
void stage_card(struct stage *s) {
    struct card card;
    if (s->found_unit < 0) return;
    card_fill(s, &card);
    struct draw_list *list = s->list;
    bool hidden = scene_is_hidden(s->scene, card.source.tensor, card.source.row, card.source.column);
    struct text_style words = {FONT_SANS_MEDIUM, 13, s->theme->ink2, ALIGN_LEFT};
    struct text_style number = {FONT_SANS_SEMIBOLD, 15, s->theme->ink1, ALIGN_LEFT};
    char text[32];
    int digits = s->found_grad && fabs(card.source.value) < 0.01 ? 5 : 3;
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
