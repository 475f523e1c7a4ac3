// Inside the cell: the figure of one timestep at full size, forward and backward; its parts are walked by Tab and
// arrows in the order computed, and tell their numbers.

#include "cell_view.h"
#include "diagram.h"
#include "inspector_parts.h"
#include "label_parts.h"
#include "stage_inner.h"
#include "token.h"
#include "views.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEADER = 58, SIDE = 62, TOKEN = 52, KEY = 64, LOW = 540, SEGMENTS = 212, STEPPER = 96, ONE_HOT_MAX = 60 };

// --- the header ---

static void legend(struct page *page, float left, float right, float y, bool backward) {
    struct stage s = {.list = page->list, .theme = page->theme, .scene = page->scene};
    bool gates = false;
    for (int k = 0; k < page->cell->slot_count; k++)
        gates |= page->cell->slots[k].role == SLOT_GATE;
    if (!backward) {
        float width = gates ? 316 : 154;
        if (right - width >= left) stage_legend_values(&s, right - width, y, gates);
        return;
    }
    for (int with_length = 1; with_length >= 0; with_length--) {
        float width = stage_legend_gradient(&s, 0, 0, with_length, false);
        if (right - width < left) continue;
        stage_legend_gradient(&s, right - width, y, with_length, true);
        return;
    }
}

static void header(struct page *page) {
    static const char *const figures[] = {"Forward", "Backward"};
    struct ui *ui = page->ui;
    struct view_state *state = page->scene->state;
    rect r = page->r;
    float y = r.y + 25, x = view_title(ui, r, page->scene, "Inside the cell"), right = r.x + r.w - 24;
    struct text_style name = {FONT_SANS, 14, page->theme->ink3, ALIGN_LEFT};
    const struct net_spec *spec = &page->record->layout.spec;
    float steppers = STEPPER + 32 + (record_is_encoder(page->record) || record_is_decoder(page->record) ? 60 : 0) +
                     (spec->layers > 1 ? 180 : 0) + (spec->directions > 1 ? 180 : 0);
    if (x + text_width(ui->list, page->cell->title, name) + steppers + SEGMENTS < right)
        x += draw_text(ui->list, x, r.y + 30, page->cell->title, name) + 16;
    page_time_stepper(page, &x, y);
    page_place_stepper(page, &x, y);
    bool backward = scene_backward(page->scene);
    int now =
        ui_segments(ui, (rect){right - SEGMENTS, r.y + 11, SEGMENTS, 28}, "figure", figures, NULL, 2, backward, false);
    if (now != (int)backward) {
        state->backward = now;
        state->backward_pinned = true;
        ui->animating = true;
    }
    legend(page, x, right - SEGMENTS - 24, y, backward);
}

// --- what comes in and goes out ---

static void outside(const struct page *page, const struct diagram_ends *ends, bool backward) {
    struct text_style style = {FONT_SANS_MEDIUM, 13, page->theme->ink3, ALIGN_RIGHT};
    const struct record *record = page->record;
    char text[48];
    for (int side = 0; side < 2; side++) { // the timestep before at the left, the next one at the right
        int t = (side ? record_after : record_before)(record, page->direction, page->t);
        bool there = (side ? record_has_future : record_has_past)(record, page->direction, page->t);
        const char *word = (side == 1) == backward ? "from" : "to";
        if (t >= 0)
            snprintf(text, sizeof text, "%s t = %d", word, t + 1);
        else if (there) // an encoder-decoder hands over
            snprintf(text, sizeof text, "%s", side ? "decoder" : "encoder");
        else
            snprintf(text, sizeof text, "%s", side || backward ? "" : "zeros");
        style.align = side ? ALIGN_LEFT : ALIGN_RIGHT;
        if (t >= 0 && text_width(page->list, text, style) > SIDE + 2) snprintf(text, sizeof text, "t = %d", t + 1);
        float x = side ? ends->box.x + ends->box.w + 8 : ends->box.x - 8;
        for (int k = 0; k < page->cell->state_count; k++) {
            point at = side ? ends->out[k] : ends->in[k];
            bool lane = page->cell->state_count == 1 ? at.y < ends->box.y + ends->box.h / 2 : k == 1;
            draw_text(page->list, x, at.y - (lane ? 30 : 16), text, style);
        }
    }
}

static void above(const struct page *page, const struct diagram_ends *ends, bool backward) {
    const bool top = page->layer == page->record->layout.spec.layers - 1;
    if (top && (record_is_encoder(page->record) || !record_shows_output(page->record, page->t)))
        return; // no head there
    char text[96];
    const struct net_spec *spec = &page->record->layout.spec;
    point at = {ends->y_hat.x - 14, ends->y_hat.y + 12};
    if (page->layer < spec->layers - 1) {
        snprintf(text, sizeof text, "%s layer %d", backward ? "from" : "to", page->layer + 2);
        draw_text(page->list, at.x, at.y, text,
                  (struct text_style){FONT_SANS_MEDIUM, 13, page->theme->ink3, ALIGN_RIGHT});
        return;
    }
    label_output(text, sizeof text, backward ? "dz_y" : "\\hat{y}", page->t, page->label);
    math_draw(page->list, page->theme, at.x, at.y, text, 20, page->theme->ink1, ALIGN_RIGHT);
}

static void one_hot(const struct page *page, float x, float y, int symbol, int count) {
    const struct theme *theme = page->theme;
    struct text_style style = {FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT};
    char text[64], total[24];
    format_count(total, sizeof total, count);
    float width = 0;
    if (count <= ONE_HOT_MAX) {
        for (int k = 0; k < count; k++)
            draw_rect(page->list, (rect){x + (float)k * 4, y + 11, 3, 16}, k == symbol ? theme->ink1 : theme->line2, 0);
        if (symbol >= 0) draw_rect(page->list, (rect){x + (float)symbol * 4 - 1, y + 8, 5, 22}, theme->ink1, 1);
        width = 4 * (float)count + 10;
        snprintf(text, sizeof text, "one-hot, %s symbols", total);
    } else
        snprintf(text, sizeof text, "one-hot, symbol %d of %s", symbol + 1, total);
    if (symbol < 0) snprintf(text, sizeof text, "all %s symbols zero", total);
    draw_text_fit(page->list, x + width, y + 24, fmaxf(20, page->r.x + page->r.w - 12 - x - width), text, style);
}

// A vector of numbers: embedded symbols, real inputs, or what the layer below put out.
static void vector(const struct page *page, float x, float y, const char *words) {
    int n = net_layer_inputs(&page->record->layout.spec, page->layer);
    const double *values = tape_value(page->record->tape, page->layer, page->direction, page->cell->input, page->t);
    struct strip_style style = strip_style_default(STRIP_VALUE, 0, 0, 0);
    for (int k = 0; k < n; k++)
        if (fabs(values[k]) > style.max) style.max = (float)fabs(values[k]);
    style.sign_marks = page->scene->state->sign_marks;
    rect area = {x, y + 7, 142, 24};
    style.tile = 16, style.gap = 2, style.height = 24;
    if (n <= 8)
        area.w = strip_draw(page->list, page->theme, area.x, area.y, values, n, &style);
    else
        strip_block(page->list, page->theme, area, values, n, &style);
    draw_text_fit(page->list, area.x + area.w + 12, y + 24, fmaxf(20, page->r.x + page->r.w - 24 - area.x - area.w),
                  words, (struct text_style){FONT_SANS_MEDIUM, 13, page->theme->ink3, ALIGN_LEFT});
}

static void below(const struct page *page, const struct diagram_ends *ends, bool known) {
    const struct theme *theme = page->theme;
    const struct net_spec *spec = &page->record->layout.spec;
    float x = ends->x.x, y = ends->x.y + 4;
    char label[96], words[64];
    label_slot_of(label, sizeof label, page->record, page->layer, -1, page->cell->input, page->t, LABEL_NO_UNIT,
                  page->label);
    bool token = page->layer == 0 && !spec->real_input;
    float left = token ? x - 32 : x - 13;
    math_draw(page->list, theme, left, y + 26, label, 19, theme->ink2, ALIGN_RIGHT);
    if (!token) {
        snprintf(words, sizeof words, page->layer ? "%d numbers from layer %d" : "%d real numbers",
                 net_layer_inputs(spec, page->layer), page->layer);
        vector(page, x - 8, y, words);
        return;
    }
    int symbol = page->record->example.x ? page->record->example.x[page->t] : -1;
    rect box = {x - 19, y, 38, 38};
    draw_rect(page->list, box, theme->panel, 6);
    if (symbol < 0)
        draw_box_dashed(page->list, box, theme->ink2, 6, 1.5f, 3, 3);
    else
        draw_box(page->list, box, known ? theme->ink2 : theme->ghost, 6, 1.5f);
    token_draw(page->list, x, y + 27, symbol < 0 ? "0" : record_symbol(page->record, symbol), 22,
               symbol < 0 ? FONT_MONO : FONT_MONO_SEMIBOLD, symbol < 0 || !known ? theme->ink3 : theme->ink1);
    if (spec->embed > 0) {
        snprintf(words, sizeof words, "embedding, %d numbers", spec->embed);
        vector(page, x + 34, y, words);
    } else
        one_hot(page, x + 34, y, symbol, spec->inputs);
}

// PyTorch keeps the weights of all gates in one matrix an operand: its shape, and whose rows follow each other.
static void stored(const struct page *page, const struct diagram_ends *ends) {
    if (page->label.notation != NOTATION_PYTORCH) return;
    char text[160];
    label_stored(text, sizeof text, page->record, page->layer, page->direction);
    struct text_style style = {FONT_MONO, 12, page->theme->ink3, ALIGN_RIGHT};
    float y = ends->x.y + 12, right = page->r.x + page->r.w - 24;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), y += 15)
        if (text_width(page->list, line, style) < right - ends->x.x - 320) draw_text(page->list, right, y, line, style);
}

// --- the parts ---

static int other_part(struct page *page, int k, int count) {
    if (ui_take_key(page->ui, KEY_RIGHT, 0)) return (k + 1) % count;
    if (ui_take_key(page->ui, KEY_LEFT, 0)) return (k + count - 1) % count;
    return -1;
}

static void not_yet(struct page *page, const struct diagram_part *part, bool backward) {
    char text[128];
    snprintf(text, sizeof text, "%s%s: not computed yet", backward ? "gradient of the " : "",
             page->cell->slots[part->slot].title);
    ui_tooltip(page->ui, part->at, text);
}

// A strip that another is computed from, through the sums and products that are not strips of their own.
static bool feeds(const struct cell_desc *cell, int from, int to, int depth) {
    int made = step_that_makes(cell, to);
    if (made < 0 || depth > 3) return false;
    for (int k = 0; k < 2; k++) {
        int in = cell->steps[made].in[k];
        if (in == from) return true;
        if (in >= 0 && cell->slots[in].role == SLOT_PREACT && feeds(cell, from, in, depth + 1)) return true;
    }
    return false;
}

static void outline_relatives(struct page *page, const struct diagram_part *parts, int count, int slot) {
    for (int k = 0; k < count; k++) {
        if (!parts[k].strip || !parts[k].known || parts[k].slot == slot) continue;
        if (feeds(page->cell, parts[k].slot, slot, 0) || feeds(page->cell, slot, parts[k].slot, 0))
            draw_box(page->list, rect_inset(parts[k].at, -5), page->theme->ink2, 6, 1.5f);
    }
}

static void show_part(struct page *page, const struct diagram_part *parts, int count, int shown, bool backward) {
    const struct diagram_part *part = &parts[shown];
    struct view_state *state = page->scene->state;
    int unit = page->unit;
    rect at = part->at;
    if (!part->known) {
        not_yet(page, part, backward);
        return;
    }
    int under = part->strip ? strip_hit(part->at, page->H, page->ui->pointer) : -1;
    if (under >= 0) unit = under;
    if (part->strip) at = strip_tile(part->at, page->H, unit);
    state->hover_slot = part->slot;
    state->hover_t = page->t;
    state->hover_unit = unit;
    state->hover_grad = backward;
    outline_relatives(page, parts, count, part->slot);
    page_slot_card(page, part->slot, unit, at, backward);
}

static void walk_parts(struct page *page, rect figure, bool backward) {
    struct diagram_part parts[DIAGRAM_PARTS];
    struct ui *ui = page->ui;
    struct view_state *state = page->scene->state;
    int count = diagram_parts(figure, page->cell->id, DIAGRAM_FULL, page->scene, parts), hovered = -1, focused = -1;
    int hover_unit = state->hover_unit;
    ui_id ids[DIAGRAM_PARTS];
    state->hover_slot = state->hover_t = state->hover_unit = -1;
    for (int k = 0; k < count; k++) {
        ui_push_id_int(ui, k);
        ids[k] = ui_make_id(ui, "part");
        ui_pop_id(ui);
    }
    for (int k = 0; k < count; k++) {
        struct ui_result result = ui_control(ui, ids[k], rect_inset(parts[k].at, -3), true);
        if (result.hovered) hovered = k;
        if (result.focused) focused = k;
        ui_focus_ring(ui, ids[k], rect_inset(parts[k].at, -3), 6);
        if (!result.clicked || !parts[k].known) continue;
        int under = parts[k].strip && !result.keyed ? strip_hit(parts[k].at, page->H, ui->pointer) : -1;
        state->unit = under >= 0 ? under : page->unit;
    }
    int next = focused >= 0 ? other_part(page, focused, count) : -1;
    if (next >= 0) ui_set_focus(ui, ids[next], true);
    if (next >= 0) ui->animating = true;
    int shown = hovered >= 0 ? hovered : ui->focus_visible ? focused : -1;
    if (shown >= 0) show_part(page, parts, count, shown, backward);
    if (state->hover_unit != hover_unit) ui->animating = true; // its outlines follow in the next frame
}

rect cell_figure(rect r) {
    const bool low = r.h < LOW;
    const float top = low ? 46 : HEADER, bottom = low ? TOKEN - 8 : KEY + TOKEN + 6;
    return (rect){r.x + SIDE, r.y + top, r.w - 2 * SIDE, r.h - top - bottom};
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    struct page page;
    struct diagram_ends ends;
    draw_rect(ui->list, r, ui->theme->stage, 0);
    page_begin(&page, ui, r, scene);
    ui_push_id(ui, "cell");
    draw_clip_push(ui->list, r);
    header(&page);
    // The steppers may have chosen another timestep: it is drawn in the next frame, as all of this one.
    bool backward = scene_backward(scene);
    if (r.h >= LOW) cell_key(ui, (rect){r.x, r.y + r.h - KEY, r.w, KEY}, page.cell);
    rect figure = cell_figure(r);
    if (diagram_ends(figure, page.cell->id, DIAGRAM_FULL, &ends)) {
        int read = script_find(scene->script, STEP_INPUT, page.layer, page.direction, page.t, -1);
        diagram_draw(ui->list, ui->theme, figure, page.cell->id, DIAGRAM_FULL, scene);
        outside(&page, &ends, backward);
        above(&page, &ends, backward);
        stored(&page, &ends);
        below(&page, &ends, read >= 0 && read <= scene->position);
        walk_parts(&page, figure, backward);
    }
    page_card(&page);
    draw_clip_pop(ui->list);
    ui_pop_id(ui);
}

const struct view view_of_cell = {
    .name = "cell",
    .title = "Inside the cell",
    .about = "one timestep of one layer at full size: every vector, map and operator",
    .key = 'c',
    .draw = draw,
    .side = cell_side,
    .side_width = 312,
};
