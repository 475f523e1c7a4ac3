#include "train_parts.h"
#include "widgets.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct train_card train_card_open(struct ui *ui, rect r, const struct train_look *look, struct train_cards *cards) {
    if (cards->names.frame != ui->now) cards->names.count = 0;
    cards->names.frame = ui->now;
    return (struct train_card){.ui = ui,
                               .list = ui->list,
                               .theme = ui->theme,
                               .look = look,
                               .cards = cards,
                               .r = {r.x, r.y + TRAIN_CARD_HEADER + 10, r.w, r.h - TRAIN_CARD_HEADER - 10},
                               .controls_y = r.y,
                               .controls_x = r.x + look->lead,
                               .controls_end = r.x + r.w};
}

// --- layers and directions ---

static int place_count(const struct net_spec *spec) {
    int sides = spec->kind == NET_ENCODER_DECODER ? 2 : 1, count = 0;
    for (int encoder = 0; encoder < sides; encoder++)
        count += spec->layers * measures_side(spec, encoder == 1).directions;
    return count;
}

// Counted from the last: of one side, or of the decoder, from its highest layer down; then the encoder's.
static struct measured_at place_at(const struct net_spec *spec, int index) {
    struct net_spec side = measures_side(spec, false);
    int own = spec->layers * side.directions;
    bool encoder = index >= own && spec->kind == NET_ENCODER_DECODER;
    if (encoder) {
        index -= own;
        side = measures_side(spec, true);
    }
    return (struct measured_at){encoder, spec->layers - 1 - index / side.directions, index % side.directions};
}

struct measured_at train_place(const struct train_card *card, const struct net_spec *spec) {
    int most = place_count(spec) - 1;
    return place_at(spec, card->cards->place < most ? card->cards->place : most);
}

static const struct net_spec *spec_of(const struct train_card *card, int k) {
    const struct train_series *s = &card->look->series[k];
    if (s->model) return &s->model->layout.spec;
    const struct train_check *check = train_check_now(card, k);
    return check ? &check->measures->spec : NULL;
}

static void place_words(const struct net_spec *spec, struct measured_at at, char *out, size_t size) {
    bool pair = spec->kind == NET_ENCODER_DECODER, both = measures_side(spec, at.encoder).directions > 1;
    const char *side = !pair ? "" : at.encoder ? "encoder" : "decoder";
    const char *direction = !both ? "" : at.direction ? "right to left" : "left to right";
    if (spec->layers > 1)
        snprintf(out, size, "%s%slayer %d of %d%s%s", side, *side ? ", " : "", at.layer + 1, spec->layers,
                 *direction ? ", " : "", direction);
    else
        snprintf(out, size, "%s%s%s", side, *side && *direction ? ", " : "", direction);
}

void train_place_stepper(struct train_card *card) {
    const struct net_spec *most = NULL;
    for (int k = 0; k < card->look->count; k++) {
        const struct net_spec *spec = spec_of(card, k);
        if (spec && (!most || place_count(spec) > place_count(most))) most = spec;
    }
    if (!most || place_count(most) < 2) return;
    int count = place_count(most), *place = &card->cards->place;
    if (*place >= count) *place = count - 1;
    char text[64];
    place_words(most, train_place(card, most), text, sizeof text);
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 14, card->theme->ink1, ALIGN_CENTER);
    float width = text_width(card->list, text, style), x = card->controls_end - width - 72, y = card->controls_y;
    if (ui_icon_button(card->ui, (rect){x, y, 32, 32}, ICON_CHEVRON_LEFT, 20, "The layer below", false))
        *place = (*place + 1) % count;
    draw_text(card->list, x + 36 + width / 2, y + 21, text, style);
    if (ui_icon_button(card->ui, (rect){x + 40 + width, y, 32, 32}, ICON_CHEVRON_RIGHT, 20, "The layer above", false))
        *place = (*place + count - 1) % count;
    card->controls_end = x - 12;
}

void train_card_words(struct train_card *card, const char *words) {
    float room = card->controls_end - card->controls_x;
    draw_text_fit(card->list, card->controls_x, card->controls_y + 21, room, words,
                  text_of(FONT_SANS_MEDIUM, 13, card->theme->ink3, ALIGN_LEFT));
}

void train_card_empty(const struct train_card *card, const char *words) {
    draw_text_fit(card->list, card->r.x, card->r.y + 24, card->r.w, words,
                  text_of(FONT_SANS, 14, card->theme->ink3, ALIGN_LEFT));
}

// --- models beside each other ---

enum { GRID_GAP = 28, ROW_GAP = 14, COLUMN_LEAST = 244, BAR_ROOM = 14 };

static float row_need(const float *need, int count, int columns, int row) {
    float height = 0;
    for (int k = row * columns; k < (row + 1) * columns && k < count; k++)
        height = fmaxf(height, need[k]);
    return height;
}

struct train_grid train_grid_begin(const struct train_card *card, const char *id, const float *need, bool fill) {
    struct train_grid grid = {0};
    int count = card->look->count, columns = (int)((card->r.w + GRID_GAP) / (COLUMN_LEAST + GRID_GAP));
    columns = columns < 1 ? 1 : columns > count ? count : columns;
    int rows = (count + columns - 1) / columns;
    grid.columns = columns = (count + rows - 1) / rows; // 4 models in rows of 3 are better off as 2 and 2
    float content = (float)(rows - 1) * ROW_GAP;
    for (int row = 0; row < rows; row++)
        content += row_need(need, count, columns, row);
    grid.scrolls = content > card->r.h;
    float more = fill && !grid.scrolls ? (card->r.h - content) / (float)rows : 0, width = card->r.w, y = card->r.y;
    if (grid.scrolls) {
        grid.offset = ui_scroll_begin(card->ui, card->r, id, content);
        width -= BAR_ROOM;
        y -= grid.offset;
    }
    grid.width = (width - (float)(columns - 1) * GRID_GAP) / (float)columns;
    for (int row = 0; row < rows; row++) {
        float height = row_need(need, count, columns, row) + more;
        for (int k = row * columns; k < (row + 1) * columns && k < count; k++)
            grid.cell[k] = (rect){card->r.x + (float)(k % columns) * (grid.width + GRID_GAP), y, grid.width, height};
        y += height + ROW_GAP;
    }
    return grid;
}

void train_grid_end(const struct train_card *card, const struct train_grid *grid) {
    if (grid->scrolls) ui_scroll_end(card->ui);
}

void train_model_head(const struct train_card *card, int model, rect cell, float taken) {
    float y = cell.y + 17, x = cell.x + MODEL_SAMPLE + 8;
    model_sample(card->list, card->theme, model, cell.x, y - 5);
    draw_text_fit(card->list, x, y, cell.x + cell.w - taken - 12 - x, card->look->series[model].name,
                  text_of(FONT_SANS_SEMIBOLD, 14, model_ink(card->theme, model), ALIGN_LEFT));
}

// --- checkpoints ---

const struct train_check *train_check_first(const struct train_card *card, int model) {
    const struct train_series *s = &card->look->series[model];
    for (int i = 0; i < s->check_count; i++)
        if (s->checks[i].measures) return &s->checks[i];
    return NULL;
}

const struct train_check *train_check_now(const struct train_card *card, int model) {
    const struct train_series *s = &card->look->series[model];
    for (int i = s->check_count - 1; i >= 0; i--)
        if (s->checks[i].measures && s->checks[i].update <= card->look->update) return &s->checks[i];
    return train_check_first(card, model);
}

const struct measures *train_any_measures(const struct train_card *card) {
    for (int k = 0; k < card->look->count; k++) {
        const struct train_check *check = train_check_now(card, k);
        if (check) return check->measures;
    }
    return NULL;
}

// --- names of numbers ---

const char *train_name(const struct train_card *card, const char *format, ...) {
    struct train_names *names = &card->cards->names;
    char text[TRAIN_NAME];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    for (int k = 0; k < names->count; k++)
        if (strcmp(names->text[k], text) == 0) return names->text[k];
    if (names->count == TRAIN_NAMES) return "measure"; // more numbers than a card can show
    return memcpy(names->text[names->count++], text, sizeof text);
}

const char *train_measure_name(const struct train_card *card, int model, struct measured_at at, const char *what) {
    return train_name(card, "measure/m%d/%sl%d%s/%s", model, at.encoder ? "encoder/" : "", at.layer,
                      at.direction ? "_reverse" : "", what);
}
