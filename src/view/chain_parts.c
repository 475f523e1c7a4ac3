#include "chain_parts.h"

#include "mathbox.h"
#include "widgets.h"
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PITCH_MOST = 240, STEPPER_BUTTON = 28, LABEL_ROOM = 30, WORD_ROOM = 46 };

// The layer and direction that the inspector was told to stay with hold here too, on the side that is looked at.
static void follow_place(const struct record *whole, const struct view_state *state, int *index) {
    int side = chain_get(whole, *index).side, count = chain_count(whole);
    for (int k = 0; state->place_pinned && k < count; k++) {
        struct chain chain = chain_get(whole, k);
        if (chain.side == side && chain.layer == state->layer && chain.direction == state->direction) *index = k;
    }
}

static void pin_place(const struct chain_page *page, int index) {
    struct chain chain = chain_get(page->record, index);
    struct view_state *state = page->scene->state;
    state->layer = chain.layer;
    state->direction = chain.direction;
    state->place_pinned = true;
}

void chain_page_open(struct chain_page *page, struct ui *ui, rect r, const struct scene *scene, int *index) {
    const struct record *whole = scene_whole(scene);
    int count = chain_count(whole);
    if (*index >= count) *index = count - 1;
    if (*index < 0) *index = 0;
    follow_place(whole, scene->state, index);
    *page = (struct chain_page){.ui = ui,
                                .list = ui->list,
                                .theme = ui->theme,
                                .scene = scene,
                                .record = whole,
                                .cell = record_cell(whole),
                                .label = {scene->state->notation, true},
                                .r = r,
                                .chain = chain_get(whole, *index)};
    page->T = tape_length(chain_tape(page->record, page->chain));
    page->start = page->chain.direction ? page->T - 1 : 0;
    page->end = page->T - 1 - page->start;
    page->x0 = r.x + CHAIN_GUTTER;
    page->x1 = r.x + r.w - CHAIN_MARGIN;
    page->pitch = fminf((page->x1 - page->x0) / (float)page->T, PITCH_MOST);
    page->x1 = page->x0 + page->pitch * (float)page->T;
}

float chain_x(const struct chain_page *page, int t) {
    return page->x0 + ((float)t + 0.5f) * page->pitch;
}

int chain_t_at(const struct chain_page *page, float x) {
    int t = (int)floorf((x - page->x0) / page->pitch);
    return t < 0 ? 0 : t >= page->T ? page->T - 1 : t;
}

int chain_selected_t(const struct chain_page *page, int otherwise) {
    const struct view_state *state = page->scene->state;
    bool here = state->t >= 0 && state->t < page->T && state->encoder == (page->chain.side == 1);
    return here ? state->t : otherwise;
}

void chain_select_t(const struct chain_page *page, int t) {
    page->scene->state->t = t < 0 ? 0 : t >= page->T ? page->T - 1 : t;
    page->scene->state->encoder = page->chain.side == 1;
    page->ui->animating = true;
}

// --- text ---

void chain_text(const struct chain_page *page, float x, float y, const char *text, enum font font, float size,
                color ink, enum align align) {
    draw_text(page->list, x, y, text, (struct text_style){font, size, ink, align});
}

float chain_value(const struct chain_page *page, float x, float y, struct source source, int digits,
                  struct text_style style) {
    if (scene_is_hidden(page->scene, source.tensor, source.row, source.column))
        return draw_text(page->list, x, y, "?", style);
    return draw_value(page->list, x, y, source, digits, false, style);
}

void chain_words(const struct chain_page *page, char *out, size_t size) {
    const struct net_spec *spec = tape_spec(chain_tape(page->record, page->chain));
    const char *side = !tape_encoder(page->record->tape) ? "" : page->chain.side ? "encoder" : "decoder";
    char layer[32] = "";
    if (spec->layers > 1) snprintf(layer, sizeof layer, "layer %d", page->chain.layer + 1);
    const char *direction = spec->directions < 2    ? ""
                            : page->chain.direction ? "backward direction"
                                                    : "forward direction";
    const char *const words[] = {side, layer, direction};
    out[0] = 0;
    for (int k = 0; k < 3; k++) {
        if (!*words[k]) continue;
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%s%s", used ? ", " : "", words[k]);
    }
}

float chain_title(const struct chain_page *page, float x, float width, const char *title, const char *right) {
    char words[96];
    struct text_style bold = {FONT_SANS_SEMIBOLD, 16, page->theme->ink1, ALIGN_LEFT};
    float y = page->r.y + 30, used = draw_text(page->list, x, y, title, bold) + 10;
    math_draw_fit(page->list, page->theme, x + used, y, width - used, right, 17, page->theme->ink3, ALIGN_LEFT);
    chain_words(page, words, sizeof words);
    if (!*words) return y;
    words[0] = (char)toupper((unsigned char)words[0]);
    draw_text_fit(page->list, x, y + 22, width, words,
                  (struct text_style){FONT_SANS_MEDIUM, 13, page->theme->ink3, ALIGN_LEFT});
    return y + 22;
}

// --- controls ---

float chain_stepper(struct chain_page *page, float x, float y, int *index) {
    int count = chain_count(page->record);
    if (count < 2) return x;
    char words[96], longest[96] = "";
    float width = 0;
    struct chain now = page->chain;
    const int before = *index;
    for (int k = 0; k < count; k++) { // as wide as the longest, so that the arrows stay where they are
        page->chain = chain_get(page->record, k);
        chain_words(page, words, sizeof words);
        if (strlen(words) > strlen(longest)) snprintf(longest, sizeof longest, "%s", words);
    }
    page->chain = now;
    chain_words(page, words, sizeof words);
    struct text_style style = {FONT_SANS_MEDIUM, 13, page->theme->ink1, ALIGN_CENTER};
    width = text_width(page->list, longest, style) + 12;
    float left = x - width - 2 * STEPPER_BUTTON;
    ui_push_id(page->ui, "chain");
    if (ui_icon_button(page->ui, (rect){left, y, STEPPER_BUTTON, STEPPER_BUTTON}, ICON_CHEVRON_LEFT, 16,
                       "Layer or direction before", false))
        *index = (*index + count - 1) % count;
    if (ui_icon_button(page->ui, (rect){x - STEPPER_BUTTON, y, STEPPER_BUTTON, STEPPER_BUTTON}, ICON_CHEVRON_RIGHT, 16,
                       "Layer or direction after", false))
        *index = (*index + 1) % count;
    if (*index != before) pin_place(page, *index);
    ui_pop_id(page->ui);
    words[0] = (char)toupper((unsigned char)words[0]);
    draw_text(page->list, left + STEPPER_BUTTON + width / 2, y + 19, words, style);
    return left;
}

float chain_states(struct chain_page *page, float x, float y, bool both, int *state) {
    int states = page->cell->state_count;
    if (*state >= states) *state = 0;
    if (states < 2) {
        *state = both ? -1 : 0;
        return x;
    }
    char names[CELL_MAX_STATES + 1][64];
    const char *items[CELL_MAX_STATES + 1];
    int first = both ? -1 : 0, count = 0;
    for (int s = first; s < states; s++, count++) {
        if (s < 0)
            snprintf(names[count], sizeof names[count], "\\s{both}");
        else
            label_slot(names[count], sizeof names[count], page->cell, page->cell->state_out[s], LABEL_NO_TIME,
                       LABEL_NO_UNIT, page->label);
        items[count] = names[count];
    }
    float width = (float)count * (both ? 52 : 40);
    *state = first +
             ui_segments(page->ui, (rect){x - width, y, width, 28}, "states", items, NULL, count, *state - first, true);
    return x - width - 16;
}

void chain_times(const struct chain_page *page, float baseline, int bold) {
    bool words = page->pitch >= WORD_ROOM;
    int stride = 1;
    static const int strides[] = {1, 2, 5, 10, 20, 50, 100, 200};
    for (size_t k = 0; k < sizeof strides / sizeof *strides; k++) {
        stride = strides[k];
        if (words || (float)stride * page->pitch >= LABEL_ROOM) break;
    }
    for (int t = 0; t < page->T; t++) {
        bool shown = stride == 1 || t == 0 || (t + 1) % stride == 0 || t == bold;
        if (shown && t != bold && bold >= 0 && fabsf(chain_x(page, t) - chain_x(page, bold)) < LABEL_ROOM && stride > 1)
            shown = false; // makes way for the bold one
        if (shown && t == 0 && stride > 1 && (float)(stride - 1) * page->pitch < LABEL_ROOM) shown = bold == 0;
        if (!shown) continue;
        char text[16];
        snprintf(text, sizeof text, words ? "t = %d" : "%d", t + 1);
        chain_text(page, chain_x(page, t), baseline, text, t == bold ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12,
                   t == bold ? page->theme->ink1 : page->theme->ink3, ALIGN_CENTER);
    }
    if (!words) math_draw(page->list, page->theme, page->x0 - 16, baseline, "t", 15, page->theme->ink3, ALIGN_RIGHT);
}

void chain_waits(const struct chain_page *page, rect r, const struct insight *insight) {
    if (insight && insight->err.code != ERR_NONE) {
        struct rich_style style = {.size = 15, .line_height = 22, .ink = page->theme->ink2, .bold = page->theme->ink1};
        plain_text(page->list, r.x, r.y + 8, r.w, insight->err.message, style, true);
        return;
    }
    double done;
    if (insights_busy(page->scene->insights, &done) && done > 0)
        ui_progress(page->ui, (rect){r.x, r.y + r.h / 2, r.w, 3}, done);
}

// --- the sentence ---

void said_add(struct said *said, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(said->text + said->used, SAID_TEXT - said->used, format, arguments);
    va_end(arguments);
    if (n > 0) said->used += (size_t)n;
    if (said->used >= SAID_TEXT) said->used = SAID_TEXT - 1;
}

void said_value(struct said *said, struct source source, int digits) {
    bool hidden = said->scene && scene_is_hidden(said->scene, source.tensor, source.row, source.column);
    if (hidden || said->count == SAID_VALUES) {
        said_add(said, "?");
        return;
    }
    said->values[said->count] = source;
    said->digits[said->count] = digits;
    said_add(said, "\x01%d\x02", said->count++);
}

void said_share(struct said *said, const char *what, double share) {
    double percent = 100 * share, size = fabs(percent);
    int digits = !(size > 0)     ? 0
                 : size >= 10    ? 0
                 : size >= 1     ? 1
                 : size >= 0.1   ? 2
                 : size >= 0.01  ? 3
                 : size >= 0.001 ? 4
                                 : -2;
    said_value(said, (struct source){what, -1, -1, percent}, digits);
    said_add(said, " %%");
}

enum { SAID_BAR = 20, SAID_LINES = 2 };

static struct rich_style said_style(const struct chain_page *page) {
    bool low = page->list->bounds.h < 800;
    return (struct rich_style){
        .size = low ? 15 : 17, .line_height = low ? 22 : 27, .ink = page->theme->ink2, .bold = page->theme->ink1};
}

static float put_said(const struct chain_page *page, const struct said *said, rect r, bool draw) {
    struct rich_style style = said_style(page);
    return rich_text_values(page->list, page->theme, r.x + SAID_BAR, r.y + style.line_height * 0.8f, r.w - SAID_BAR,
                            said->text, style, said->values, said->digits, said->count, draw);
}

float said_height(const struct chain_page *page, const struct said *said) {
    rect r = {0, 0, page->r.w - 2 * CHAIN_MARGIN, 0};
    float lines = said_style(page).line_height * SAID_LINES;
    return fmaxf(lines, put_said(page, said, r, false)) + (page->list->bounds.h < 800 ? 14 : 28);
}

void said_draw(const struct chain_page *page, const struct said *said, rect r) {
    r = (rect){r.x + CHAIN_MARGIN, r.y, r.w - 2 * CHAIN_MARGIN, r.h - (page->list->bounds.h < 800 ? 12 : 24)};
    draw_rect(page->list, (rect){r.x, r.y, 4, r.h}, page->theme->hi, 2);
    put_said(page, said, r, true);
}
