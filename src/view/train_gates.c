// "Gates": of each model and gate, how much of the time it is closed, between and open; now as a bar with percentages,
// and over the updates as a strip. Of candidates and activations the same: silent, between, saturated. Units that have
// died are counted.
#include "label.h"
#include "mathbox.h"
#include "train_parts.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

enum { ROW = 23, CAPTION = 18, SYMBOL = 32, PERCENT = 40, SECOND = 62, BAR_HEIGHT = 14 };

struct gates {
    struct train_card card;
    int model;
    const struct train_check *now; // what its numbers are of
    struct measured_at at;
    rect r;          // of the model's column
    rect bar, strip; // x and width
    float low, high; // right ends of the percentages
};

static bool is_listed(const struct cell_desc *cell, int slot, bool gates) {
    enum slot_role role = cell->slots[slot].role;
    if (gates) return role == SLOT_GATE;
    return role == SLOT_CANDIDATE || slot == cell->state_out[0];
}

static int listed_count(const struct cell_desc *cell, bool gates) {
    int count = 0;
    for (int s = 0; s < cell->slot_count; s++)
        count += is_listed(cell, s, gates);
    return count;
}

static float height_of(const struct cell_desc *cell) {
    int gates = listed_count(cell, true);
    return (float)(TRAIN_MODEL_HEAD + (gates ? CAPTION : 0) + CAPTION + ROW * (gates + listed_count(cell, false)));
}

// --- colours: those of a gate that is shut, half open, open ---

static color part_color(const struct theme *theme, int part) {
    return ramp_gate_small(theme, (float)part / 2);
}

// From the left, or from the bottom: open (saturated), between, closed (silent).
static void shares_of(const struct measured_slot *slot, double shares[3]) {
    shares[2] = slot->high;
    shares[0] = slot->low;
    shares[1] = fmax(0, 1 - slot->low - slot->high);
}

static void draw_bar(const struct gates *g, rect r, const struct measured_slot *slot) {
    double shares[3];
    shares_of(slot, shares);
    float x = r.x;
    for (int part = 0; part < 3; part++) {
        float w = r.w * (float)shares[part];
        if (w > 0) draw_rect_exact(g->card.list, (rect){x, r.y, w, r.h}, part_color(g->card.theme, part), 0);
        x += w;
    }
    draw_box(g->card.list, r, g->card.theme->line2, 2, 1);
}

// --- over the updates ---

static int64_t last_update(const struct train_series *s) {
    int64_t last = s->check_count > 0 ? s->checks[s->check_count - 1].update : 0;
    return last > 0 ? last : 1;
}

static float update_x(const struct gates *g, int64_t update) {
    int64_t last = last_update(&g->card.look->series[g->model]);
    return g->strip.x + g->strip.w * (float)((double)update / (double)last);
}

// A checkpoint's column reaches to the middle between it and its neighbours.
static void column_edges(const struct gates *g, int i, float *from, float *to) {
    const struct train_series *s = &g->card.look->series[g->model];
    float x = update_x(g, s->checks[i].update);
    *from = i == 0 ? g->strip.x : roundf((update_x(g, s->checks[i - 1].update) + x) / 2);
    *to = i + 1 == s->check_count ? g->strip.x + g->strip.w : roundf((update_x(g, s->checks[i + 1].update) + x) / 2);
}

static void strip_column(const struct gates *g, float x, float w, float y, const struct measured_slot *slot) {
    double shares[3];
    shares_of(slot, shares);
    float at = y;
    for (int part = 0; part < 3; part++) {
        float h = (float)(BAR_HEIGHT * shares[part]);
        if (h > 0) draw_rect_exact(g->card.list, (rect){x, at, w, h}, part_color(g->card.theme, part), 0);
        at += h;
    }
}

// Of checkpoints that fall into one pixel one stands.
static void draw_strip(const struct gates *g, float y, int slot) {
    const struct train_series *s = &g->card.look->series[g->model];
    for (int i = 0; i < s->check_count; i++) {
        float from, to;
        column_edges(g, i, &from, &to);
        if (to <= from) continue;
        const struct measured_slot *found =
            s->checks[i].measures ? measures_slot(s->checks[i].measures, g->at, slot) : NULL;
        if (found) strip_column(g, from, to - from, y, found);
    }
    draw_box(g->card.list, (rect){g->strip.x, y, g->strip.w, BAR_HEIGHT}, g->card.theme->line2, 2, 1);
}

static int check_under(const struct gates *g, float x) {
    const struct train_series *s = &g->card.look->series[g->model];
    for (int i = 0; i < s->check_count; i++) {
        float from, to;
        column_edges(g, i, &from, &to);
        if (x <= to && s->checks[i].measures) return i;
    }
    return -1;
}

// The marker of what the numbers are of: yellow, as everywhere, where that is the update at hand.
static void draw_marker(const struct gates *g, float top, float bottom, bool hovered) {
    float x = update_x(g, g->now->update);
    if (!hovered) draw_rect(g->card.list, (rect){x - 3, top, 6, bottom - top}, g->card.theme->hi, 1);
    draw_rect(g->card.list, (rect){x - 1, top, 2, bottom - top}, hovered ? g->card.theme->ink1 : g->card.theme->on_hi,
              0);
}

// --- rows ---

static void percent(const struct gates *g, float x, float y, const struct measured_slot *slot, const char *end,
                    double share) {
    char what[48];
    snprintf(what, sizeof what, "%s/%s", net_cell(&g->now->measures->spec)->slots[slot->slot].id, end);
    struct source source = {train_measure_name(&g->card, g->model, g->at, what), -1, (int)g->now->update, 100 * share};
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 13, g->card.theme->ink1, ALIGN_RIGHT);
    draw_text(g->card.list, x, y, "%", text_of(FONT_SANS_MEDIUM, 11, g->card.theme->ink3, ALIGN_RIGHT));
    draw_value(g->card.list, x - 11, y, source, 0, false, style);
}

static void draw_row(const struct gates *g, float y, int slot) {
    const struct measures *m = g->now->measures;
    const struct cell_desc *cell = net_cell(&m->spec);
    const struct measured_slot *found = measures_slot(m, g->at, slot);
    if (!found) return;
    char label[96];
    label_slot(label, sizeof label, cell, slot, LABEL_NO_TIME, LABEL_NO_UNIT,
               (struct label_style){.notation = g->card.look->notation, .colored = true});
    math_draw(g->card.list, g->card.theme, g->r.x, y + 17, label, 17, g->card.theme->ink1, ALIGN_LEFT);
    rect bar = {g->bar.x, y + (ROW - BAR_HEIGHT) / 2.0f, g->bar.w, BAR_HEIGHT};
    draw_bar(g, bar, found);
    percent(g, g->low, y + 17, found, "low", found->low);
    percent(g, g->high, y + 17, found, "high", found->high);
    if (g->strip.w > 0) draw_strip(g, bar.y, slot);
}

static void caption(const struct gates *g, float y, const char *low, const char *high, const char *strip) {
    struct text_style style = text_of(FONT_SANS_MEDIUM, 12, g->card.theme->ink3, ALIGN_RIGHT);
    struct draw_list *list = g->card.list;
    draw_text(list, g->low, y + 13, low, style);
    draw_text(list, g->high, y + 13, high, style);
    style.align = ALIGN_LEFT;
    if (g->strip.w > 0) draw_text_fit(list, g->strip.x, y + 13, g->strip.w, strip, style);
}

// Returns the width of the words.
static float dead_units(const struct gates *g, float right, float y) {
    const struct measures *m = g->now->measures;
    const struct cell_desc *cell = net_cell(&m->spec);
    int slot = cell->state_out[0];
    const struct measured_slot *a = measures_slot(m, g->at, slot);
    if (!a || a->dead < 0) return 0;
    char what[48], text[48];
    snprintf(what, sizeof what, "%s/dead", cell->slots[slot].id);
    struct source source = {train_measure_name(&g->card, g->model, g->at, what), -1, (int)g->now->update, a->dead};
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, g->card.theme->ink2, ALIGN_RIGHT);
    snprintf(text, sizeof text, " of %d units dead", m->spec.hidden);
    float width = draw_text(g->card.list, right, y, text, style);
    style.font = FONT_SANS_SEMIBOLD;
    style.color = a->dead > 0 ? g->card.theme->warn : g->card.theme->ink1;
    width += draw_value(g->card.list, right - width, y, source, 0, false, style);
    rect at = {right - width, y - 16, width, 22};
    struct ui_result result = ui_control(g->card.ui, ui_make_id(g->card.ui, "dead units"), at, false);
    if (result.hovered)
        ui_tooltip(
            g->card.ui, at,
            "A unit is dead when its activation is the same (within 0.001) at every timestep of every example that "
            "is measured on; behind a ReLU, when it is 0.");
    return width;
}

static void place_columns(struct gates *g) {
    float rest = g->r.w - SYMBOL - PERCENT - SECOND;
    g->bar = (rect){g->r.x + SYMBOL, 0, fminf(150, rest * 0.48f), 0};
    g->low = g->bar.x + g->bar.w + PERCENT + 2;
    g->high = g->low + SECOND;
    g->strip.x = g->high + 16;
    g->strip.w = g->r.x + g->r.w - 4 - g->strip.x;
    if (g->strip.w < 24) g->strip.w = 0;
}

static void draw_model(struct gates *g) {
    place_columns(g);
    float top = g->r.y + TRAIN_MODEL_HEAD, bottom = g->r.y + height_of(net_cell(&g->now->measures->spec));
    rect strips = {g->strip.x, top, g->strip.w, bottom - top};
    struct ui_result result = ui_control(g->card.ui, ui_make_id(g->card.ui, "updates"), strips, false);
    int under = result.hovered ? check_under(g, g->card.ui->pointer.x) : -1;
    if (under >= 0) g->now = &g->card.look->series[g->model].checks[under];
    const struct cell_desc *cell = net_cell(&g->now->measures->spec);
    train_model_head(&g->card, g->model, g->r, dead_units(g, g->r.x + g->r.w, g->r.y + 17));
    char updates[48];
    snprintf(updates, sizeof updates, g->strip.w < 80 ? "%lld" : "update %lld", (long long)g->now->update);
    float y = top;
    for (int gates = 1; gates >= 0; gates--) {
        if (listed_count(cell, gates) == 0) continue;
        bool first = y == top;
        caption(g, y, gates ? "closed" : "silent", gates ? "open" : "saturated", first ? updates : "");
        y += CAPTION;
        float from = y;
        for (int s = 0; s < cell->slot_count; s++) {
            if (!is_listed(cell, s, gates)) continue;
            draw_row(g, y, s);
            y += ROW;
        }
        if (g->strip.w > 0) draw_marker(g, from + 2, y - 2, under >= 0);
    }
}

void train_gates_card(struct ui *ui, rect r, const struct train_look *look, struct train_cards *cards) {
    struct train_card card = train_card_open(ui, r, look, cards);
    if (!train_any_measures(&card)) {
        train_card_empty(&card, "Measured at the first checkpoint.");
        return;
    }
    train_place_stepper(&card);
    train_card_words(&card, "closed: at most 0.1, open: at least 0.9; silent and saturated: the same of sizes");
    float need[MODEL_STYLES] = {0};
    for (int k = 0; k < look->count; k++) {
        const struct train_check *check = train_check_now(&card, k);
        need[k] = check ? height_of(net_cell(&check->measures->spec)) : TRAIN_MODEL_HEAD;
    }
    struct train_grid grid = train_grid_begin(&card, "gates", need, false);
    for (int k = 0; k < look->count; k++) {
        struct gates g = {.card = card, .model = k, .now = train_check_now(&card, k), .r = grid.cell[k]};
        if (!g.now) continue;
        g.at = train_place(&card, &g.now->measures->spec);
        ui_push_id_int(ui, k);
        draw_model(&g);
        ui_pop_id(ui);
    }
    train_grid_end(&card, &grid);
}
