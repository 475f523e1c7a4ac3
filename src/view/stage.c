#include "stage_inner.h"
#include "views.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GUTTER = 60, BOX = 72, RIGHT = 10, LENS = 82 };

// --- columns ---

static float pitch_for(rect stage, int T) {
    return (stage.w - GUTTER) / (float)(T > 0 ? T : 1);
}

static enum stage_detail detail_for(float pitch) {
    return pitch >= 84 ? STAGE_FULL : pitch >= 48 ? STAGE_COMPACT : STAGE_SCORE;
}

// A score of T timesteps, `lens` of which (0 or 1) is opened.
static struct stage_columns score_columns(rect stage, int T, float scroll, int lens) {
    struct stage_columns c = {.x0 = stage.x + GUTTER, .count = T, .lens = lens, .lens_width = LENS};
    float room = stage.w - GUTTER - RIGHT - (lens >= 0 ? LENS : 0);
    int shown = T - (lens >= 0 ? 1 : 0);
    c.pitch = fminf(47, room / (float)(shown > 0 ? shown : 1));
    if (c.pitch >= 4) c.pitch = c.pitch >= 12 ? floorf(c.pitch) : c.pitch;
    if (c.pitch < 4) { // a window of the score, with an overview above it
        c.pitch = 4;
        c.count = (int)(room / 4) + (lens >= 0 ? 1 : 0);
        if (c.count > T) c.count = T;
        int last = T - c.count;
        c.first = scroll < 0 ? 0 : scroll > (float)last ? last : (int)scroll;
    }
    c.width = c.pitch;
    return c;
}

struct stage_columns stage_columns(rect stage, int T, float scroll) {
    float pitch = pitch_for(stage, T);
    if (detail_for(pitch) == STAGE_SCORE) return score_columns(stage, T, scroll, -1);
    struct stage_columns c = {.x0 = stage.x + GUTTER, .count = T, .lens = -1};
    c.pitch = fminf(120, floorf(pitch));
    c.width = detail_for(pitch) == STAGE_FULL ? BOX : fminf(BOX, fmaxf(41, c.pitch - 10));
    float spare = stage.w - GUTTER - RIGHT - (float)T * c.pitch; // a short sequence stands in the middle
    if (spare > c.pitch) c.x0 += floorf(spare / 2);
    return c;
}

struct stage_columns stage_columns_for(rect stage, const struct scene *scene) {
    int T = record_T(scene->record);
    if (detail_for(pitch_for(stage, T)) != STAGE_SCORE) return stage_columns(stage, T, 0);
    struct view_state *state = scene->state;
    int t = scene_t(scene);
    struct stage_columns c = score_columns(stage, T, state->scroll, t);
    int looked_at = scene->position * T + t; // changes with the cursor and with the selected timestep
    if (c.count < T && state->scroll_position != looked_at) {
        // The cursor or the selection moved: its timestep comes back into the window, with room ahead of it
        // in the direction of the walk.
        int margin = c.count / 8;
        if (t < c.first + margin && c.first > 0) state->scroll = (float)(t - c.count * 3 / 4);
        if (t >= c.first + c.count - margin && c.first + c.count < T) state->scroll = (float)(t - c.count / 4);
        state->scroll = fmaxf(0, fminf(state->scroll, (float)(T - c.count)));
        state->scroll_position = looked_at;
        c = score_columns(stage, T, state->scroll, t);
    }
    if (t < c.first || t >= c.first + c.count) { // the opened timestep is outside: nothing is opened
        c = score_columns(stage, T, state->scroll, -1);
    }
    return c;
}

float stage_column_x(const struct stage_columns *columns, int t) {
    float x = columns->x0 + (float)(t - columns->first) * columns->pitch;
    bool after = columns->lens >= columns->first && t > columns->lens;
    return after ? x + columns->lens_width - columns->pitch : x;
}

float stage_column_center(const struct stage_columns *columns, int t) {
    float width = t == columns->lens ? columns->lens_width : columns->width;
    return stage_column_x(columns, t) + width / 2;
}

// --- rows ---

static void add_row(struct stage *s, int slot, bool lane) {
    const struct cell_slot *about = &s->cell->slots[slot];
    struct stage_row *row = &s->rows[s->row_count++];
    *row = (struct stage_row){.slot = slot, .lane = lane, .scale = 1};
    row->state = about->role == SLOT_STATE_OUT;
    row->kind = s->backward ? STRIP_GRADIENT : about->role == SLOT_GATE ? STRIP_GATE : STRIP_VALUE;
    row->height = row->state && !s->backward ? 24 : 26;
    if (row->kind == STRIP_VALUE) row->scale = scene_row_scale(s->record, s->layer, s->direction, slot);
}

// Memory on top, what is computed in the order of the walk, the activation below. A cell without gates shows
// its weighted sums, and over them the activation that they become.
void stage_make_rows(struct stage *s) {
    const struct cell_desc *cell = s->cell;
    s->row_count = 0;
    s->row_c = -1;
    if (cell->state_count > 1) {
        s->row_c = 0;
        add_row(s, cell->state_out[1], true);
    }
    int before = s->row_count;
    for (int p = 0; p < cell->part_count; p++) {
        enum slot_role role = cell->slots[cell->parts[p].result].role;
        if (role == SLOT_GATE || role == SLOT_CANDIDATE) add_row(s, cell->parts[p].result, false);
    }
    bool gates = s->row_count > before;
    s->row_a = s->row_count;
    add_row(s, cell->state_out[0], false);
    for (int k = 0; !gates && k < cell->step_count; k++)
        if (cell->slots[cell->steps[k].out].role == SLOT_PREACT) add_row(s, cell->steps[k].out, false);
    s->row_in = s->row_count - 1;
}

// --- the plan: heights ---

// Distances between the things on the stage, top to bottom, as drawn in the guide and at the least.
struct gaps {
    float loss, y_hat, riser, pad, lane, row, a, foot, feed, one_hot, token, t, end;
};
static const struct gaps forward_gaps = {66, 24, 30, 26, 48, 38, 52, 26, 38, 22, 40, 16, 30};
static const struct gaps forward_least = {60, 20, 26, 22, 40, 31, 38, 21, 26, 18, 30, 15, 12};
static const struct gaps backward_gaps = {65, 21, 41, 26, 41, 35, 44, 24, 16, 0, 28, 16, 16};
static const struct gaps backward_least = {58, 18, 30, 22, 36, 30, 34, 20, 12, 0, 26, 14, 10};

static float lerp(float a, float b, float k) {
    return a + (b - a) * k;
}

static struct gaps gaps_between(const struct gaps *a, const struct gaps *b, float k) {
    return (struct gaps){lerp(a->loss, b->loss, k),   lerp(a->y_hat, b->y_hat, k),
                         lerp(a->riser, b->riser, k), lerp(a->pad, b->pad, k),
                         lerp(a->lane, b->lane, k),   lerp(a->row, b->row, k),
                         lerp(a->a, b->a, k),         lerp(a->foot, b->foot, k),
                         lerp(a->feed, b->feed, k),   lerp(a->one_hot, b->one_hot, k),
                         lerp(a->token, b->token, k), lerp(a->t, b->t, k),
                         lerp(a->end, b->end, k)};
}

static float box_height(const struct stage *s, const struct gaps *g) {
    int inner = s->row_count - 1 - (s->row_c >= 0);
    float h = g->pad + g->foot + (s->row_c >= 0 ? g->lane : 0);
    return inner > 0 ? h + (float)(inner - 1) * g->row + g->a : h;
}

static float total_height(const struct stage *s, const struct gaps *g, float y_hat, bool one_hot) {
    return g->loss + g->y_hat + y_hat + g->riser + box_height(s, g) + g->feed + (one_hot ? g->one_hot : 0) + g->token +
           g->t + g->end;
}

// Room that is left over goes to the wires and between the rows, more of it where there are few rows.
static float grow(const struct stage *s, struct gaps *g, float surplus) {
    int inner = s->row_count - 1 - (s->row_c >= 0);
    float soft = g->riser + (s->row_c >= 0 ? g->lane : 0) + (float)(inner - 1) * g->row + g->a + g->feed;
    float k = fminf(inner > 2 ? 1.3f : 1.9f, 1 + fmaxf(0, surplus) / soft);
    g->riser *= k;
    g->lane *= k;
    g->row *= k;
    g->a *= k;
    g->feed *= k;
    return surplus - soft * (k - 1);
}

static float y_hat_height(const struct stage *s, int rows, float k) {
    if (rows) return (float)rows * lerp(18, 20, k);
    return s->columns.pitch < 66 ? 39 : 21;
}

static void place(struct stage *s, const struct gaps *g, float y_hat, int rows, bool one_hot, float shift) {
    struct stage_plan *plan = &s->plan;
    float top = s->r.y + shift;
    plan->loss = top + g->loss;
    plan->y_hat = plan->loss + g->y_hat;
    plan->y_hat_rows = rows;
    plan->y_hat_row = rows ? y_hat / (float)rows : y_hat;
    plan->y_hat_bottom = plan->y_hat + y_hat;
    plan->stacked = !rows && s->columns.pitch < 66;
    plan->box_top = plan->y_hat_bottom + g->riser;
    plan->riser = plan->box_top - fminf(14, g->riser / 2);
    float y = plan->box_top + g->pad;
    for (int k = 0; k < s->row_count; k++) {
        s->rows[k].y = y;
        s->rows[k].height = fminf(s->rows[k].height, g->row - 7);
        bool last = k + 2 == s->row_count;
        y += s->rows[k].lane ? (last ? g->a : g->lane) : last ? g->a : g->row;
    }
    plan->box_bottom = s->rows[s->row_count - 1].y + g->foot;
    plan->one_hot = one_hot ? plan->box_bottom + g->feed : 0;
    plan->token = plan->box_bottom + g->feed + (one_hot ? g->one_hot : 0);
    plan->token_size = g->token;
    plan->t_label = plan->token + g->token + g->t;
}

// Over 32 units a row needs more height to show each of them: one row has it (the running step's result, else
// the activation), the others show a summary.
static float make_tall_row(struct stage *s) {
    if (s->H <= 32) return 0;
    int tall = s->row_a;
    for (int k = 0; k < s->row_count; k++)
        if (s->focus.running && s->focus.result[k]) tall = k;
    for (int k = 0; k < s->row_count; k++)
        s->rows[k].band = k != tall;
    return strip_area_height(s->H) - s->rows[tall].height;
}

static void make_room(struct stage *s, float extra) {
    if (extra <= 0) return;
    bool below = false;
    for (int k = 0; k < s->row_count; k++) {
        if (below) s->rows[k].y += extra;
        if (!s->rows[k].band && !below) {
            below = true;
            s->rows[k].y += extra / 2;
            s->rows[k].height += extra;
        }
    }
    s->plan.box_bottom += extra;
    if (s->plan.one_hot > 0) s->plan.one_hot += extra;
    s->plan.token += extra;
    s->plan.t_label += extra;
}

// The first of these that fits is taken: first y-hat gets smaller, then the one-hot strip goes.
static const struct {
    int rows;
    bool one_hot;
} choices[] = {{5, true}, {3, true}, {3, false}, {0, false}};

void stage_make_plan(struct stage *s) {
    const struct gaps *wide = s->backward ? &backward_gaps : &forward_gaps;
    const struct gaps *least = s->backward ? &backward_least : &forward_least;
    float tall = make_tall_row(s), h = s->r.h - tall;
    int rows = 0;
    bool one_hot = false;
    const struct gaps fair = gaps_between(least, wide, 0.3f);
    for (size_t k = 0; k < sizeof choices / sizeof *choices && s->detail == STAGE_FULL; k++) {
        rows = choices[k].rows < s->V ? choices[k].rows : s->V;
        one_hot = choices[k].one_hot && !s->backward;
        if (s->backward && rows == 3) continue; // the target and its probability say as much
        const struct gaps *need = s->backward ? wide : &fair;
        if (total_height(s, need, y_hat_height(s, rows, 0.3f), one_hot) <= h) break;
    }
    float low = total_height(s, least, y_hat_height(s, rows, 0), one_hot);
    float high = total_height(s, wide, y_hat_height(s, rows, 1), one_hot);
    float k = high > low ? (h - low) / (high - low) : 1;
    k = k < -1.5f ? -1.5f : k > 1 ? 1 : k; // under the least: everything closer still, so that nothing is cut
    struct gaps g = gaps_between(least, wide, k);
    float low_end = fmaxf(0, 8 - g.end); // the t under the columns needs its room at any height
    g.end += low_end;
    g.riser -= low_end / 3;
    g.lane -= low_end / 3;
    g.a -= low_end / 3;
    float y_hat = y_hat_height(s, rows, fmaxf(0, k)), left = 0;
    if (k >= 1) left = grow(s, &g, h - total_height(s, &g, y_hat, one_hot));
    place(s, &g, y_hat, rows, one_hot, fminf(48, fmaxf(0, left) / 2));
    make_room(s, tall);
}

// --- the header ---

static const char *title_of(const struct stage *s) {
    if (!s->step || s->step->phase == PHASE_FORWARD) return s->backward ? "Backward pass" : "Forward pass";
    if (s->step->phase == PHASE_LOSS) return s->backward ? "Backward pass" : "Loss";
    if (!s->backward) return "Forward pass";
    return s->step->phase == PHASE_CLIP ? "Clip" : s->step->phase == PHASE_UPDATE ? "Update" : "Backward pass";
}

static struct text_style caption(const struct stage *s, float size) {
    return (struct text_style){FONT_SANS_MEDIUM, size, s->theme->ink3, ALIGN_LEFT};
}

static float header_title(struct stage *s) {
    return view_title(s->ui, s->r, s->scene, title_of(s));
}

static void subtitle(struct stage *s, char *out, size_t size) {
    const char *word = s->scene->unit_word ? s->scene->unit_word : "symbol";
    struct strip_grid grid = strip_grid_for((rect){0, 0, 63, strip_area_height(s->H)}, s->H);
    int n = snprintf(out, size, "one %s per timestep", word);
    if (s->record->layout.spec.layers > 1 && n > 0 && (size_t)n < size)
        n += snprintf(out + n, size - (size_t)n, ", layer %d of %d", s->layer + 1, s->record->layout.spec.layers);
    if (grid.merged > 1 && n > 0 && (size_t)n < size)
        snprintf(out + n, size - (size_t)n, ", a tile is the mean of %d units", grid.merged);
}

static void forward_header(struct stage *s) {
    float x = header_title(s) + 6, end = s->r.x + s->r.w;
    bool gates = false;
    for (int k = 0; k < s->row_count; k++)
        gates |= s->rows[k].kind == STRIP_GATE;
    float legend = end - (gates ? 346 : 184), room = legend - 16 - x;
    if (legend > x) stage_legend_values(s, legend, s->r.y + 25, gates);
    char text[128];
    subtitle(s, text, sizeof text);
    struct text_style style = {FONT_SANS, 14, s->theme->ink3, ALIGN_LEFT};
    if (text_width(s->list, text, style) <= room || s->r.w < 400)
        draw_text(s->list, x, s->r.y + 30, text, style);
    else if (room > 120)
        draw_text_fit(s->list, x, s->r.y + 30, room, text, style);
}

// Clip: the norm before and after as two bars on one scale, in the header's right half.
static void clip_header(struct stage *s, float x) {
    double before = s->record->grad_norm, after = before * s->record->clip_scale;
    struct text_style small = caption(s, 13), number = {FONT_SANS_SEMIBOLD, 13, s->theme->ink1, ALIGN_LEFT};
    float y = s->r.y + 30, right = s->r.x + s->r.w - 24;
    x += draw_text(s->list, x, y, s->record->clip_scale < 1 ? "norm before" : "norm, under the limit", small) + 8;
    x += draw_value(s->list, x, y, (struct source){"clip/grad_norm", 0, -1, before}, 3, false, number) + 8;
    float track = fminf(160, (right - x - 130) / (s->record->clip_scale < 1 ? 2 : 1));
    if (track < 20) return;
    color pale = color_mix(s->theme->gr_p, s->theme->panel, 0.6f);
    draw_rect(s->list, (rect){x, y - 11, track, 12}, s->record->clip_scale < 1 ? pale : s->theme->gr_p, 2);
    x += track + 18;
    if (!(s->record->clip_scale < 1)) return;
    x += draw_text(s->list, x, y, "after", small) + 8;
    x += draw_value(s->list, x, y, (struct source){"sum/norm_after", -1, -1, after}, 3, false, number) + 8;
    draw_rect(s->list, (rect){x, y - 11, track * (float)s->record->clip_scale, 12}, s->theme->gr_p, 2);
}

static void backward_header(struct stage *s) {
    float x = header_title(s) + 6, y = s->r.y + 25, right = s->r.x + s->r.w;
    if (s->step && s->step->phase == PHASE_CLIP) {
        clip_header(s, x);
        return;
    }
    const struct {
        color ink;
        const char *text;
    } sources[] = {{s->theme->grad, "from this step\u2019s loss"}, {s->theme->grad_f, "from the future"}};
    struct text_style style = {FONT_SANS_MEDIUM, 13, s->theme->ink2, ALIGN_LEFT};
    for (int k = 0; k < 2; k++) {
        if (x + 33 + text_width(s->list, sources[k].text, style) > right - 12) return;
        wire_draw(s->list, (point[]){{x + 26, y}, {x, y}}, 2,
                  (struct wire_style){sources[k].ink, .width = 3.5f, .head = 8});
        x += 33;
        x += draw_text(s->list, x, y + 5, sources[k].text, style) + 13;
    }
    for (int with_length = 1; with_length >= 0; with_length--) {
        float width = stage_legend_gradient(s, 0, 0, with_length, false),
              at = with_length ? right - 314 : right - 24 - width;
        if (at < x + 6) at = right - 16 - width;
        if (at < x + 6) continue;
        stage_legend_gradient(s, at, y, with_length, true);
        return;
    }
}

// --- the view ---

static void stage_init(struct stage *s, struct ui *ui, rect r, const struct scene *scene) {
    *s = (struct stage){.ui = ui,
                        .list = ui->list,
                        .theme = ui->theme,
                        .scene = scene,
                        .record = scene->record,
                        .script = scene->script,
                        .r = r};
    struct view_state *state = scene->state;
    s->cell = record_cell(s->record);
    s->step = scene_step(scene);
    s->T = record_T(s->record);
    s->H = record_H(s->record);
    s->V = s->record->layout.spec.outputs;
    int layers = s->record->layout.spec.layers;
    s->layer = s->step && s->step->layer >= 0 ? s->step->layer : state->layer;
    if (s->step && s->step->layer < 0 && s->step->t >= 0) s->layer = layers - 1; // the output comes from the top layer
    s->layer = s->layer < 0 ? 0 : s->layer >= layers ? layers - 1 : s->layer;
    s->direction = s->step && s->step->direction >= 0 ? s->step->direction : state->direction;
    s->direction = s->direction < 0 || s->direction >= s->record->layout.spec.directions ? 0 : s->direction;
    s->t = scene_t(scene);
    s->unit = state->unit < s->H ? state->unit : -1;
    s->backward = scene_backward(scene);
    s->columns = stage_columns_for(r, scene);
    s->detail = detail_for(pitch_for(r, s->T));
    // The marker runs in the first half of the motion, the tiles fill in the second; both ease out (cubic).
    float run = fminf(1, scene->motion * 2), fill = fmaxf(0, scene->motion * 2 - 1);
    s->marker = 1 - powf(1 - run, 3);
    s->fill = 1 - powf(1 - fill, 3);
    s->hover_t = state->hover_t;
    s->hover_slot = state->hover_slot;
    s->hover_unit = state->hover_unit;
    s->hover_grad = state->hover_grad;
    s->found_t = s->found_slot = s->found_unit = -1;
}

static int column_at(const struct stage *s, point at) {
    for (int t = s->columns.first; t < s->columns.first + s->columns.count; t++) {
        float x = stage_column_x(&s->columns, t);
        float width = t == s->columns.lens ? s->columns.lens_width : s->columns.pitch;
        if (at.x >= x && at.x < x + width) return t;
    }
    return -1;
}

static void publish_hover(struct stage *s) {
    struct view_state *state = s->scene->state;
    state->hover_t = s->found_t;
    state->hover_slot = s->found_slot;
    state->hover_unit = s->found_unit;
    state->hover_grad = s->found_grad;
    bool changed = s->found_t != s->hover_t || s->found_slot != s->hover_slot || s->found_unit != s->hover_unit;
    if (changed) s->ui->animating = true; // the outlines of the other views follow in the next frame
}

// The frame of the running column on its way from the timestep before.
static void sliding_frame(struct stage *s) {
    float slide = s->scene->slide;
    if (slide == 0 || !s->step || s->step->t < 0) return;
    rect r = {stage_x(s, s->step->t) + slide * s->columns.pitch, s->plan.box_top, s->columns.width,
              s->plan.box_bottom - s->plan.box_top};
    draw_box(s->list, r, s->theme->ink1, 8, 2);
}

static void take_click(struct stage *s, struct ui_result result) {
    struct view_state *state = s->scene->state;
    if (!result.clicked || result.keyed) return;
    if (s->found_unit >= 0) {
        state->unit = s->found_unit;
        return;
    }
    int t = column_at(s, s->ui->pointer);
    if (t < 0 || s->ui->pointer.y < s->r.y + 40) return;
    state->t = state->t == t ? -1 : t;
}

void view_stage(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->stage, 0);
    if (!scene->record || !scene->script || record_T(scene->record) < 1) return;
    struct stage s;
    stage_init(&s, ui, r, scene);
    ui_id id = ui_make_id(ui, "stage");
    struct ui_result result = ui_control(ui, id, r, true);
    s.hovered = result.hovered;
    draw_clip_push(ui->list, r);
    stage_make_rows(&s);
    stage_make_focus(&s);
    if (s.backward)
        backward_header(&s);
    else
        forward_header(&s);
    if (s.detail == STAGE_SCORE)
        stage_score(&s);
    else {
        stage_make_plan(&s);
        if (s.backward)
            stage_backward(&s);
        else
            stage_forward(&s);
        sliding_frame(&s);
        stage_hover_outlines(&s);
    }
    stage_card(&s);
    take_click(&s, result);
    publish_hover(&s);
    draw_clip_pop(ui->list);
    ui_focus_ring(ui, id, rect_inset(r, 6), 4);
}
