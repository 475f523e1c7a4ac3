// Where the number lives, and what it is made of and goes into: timesteps across, layers upwards, the parameters of
// each layer at the right.
#include "origin_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABELS_W = 76, WEIGHTS_W = 64, TIMES_H = 18, LANE_MAX = 16, LANE_MIN = 7, SIDE_GAP = 18 };

struct map {
    rect r;
    int lanes, layers, directions; // of the side with more of them
    float lane, pitch, weights_x;
    float x[2]; // of the network (or decoder), of the encoder
    int T[2];
};

static int lanes_of(const struct origin_frame *f, int *layers, int *directions) {
    *layers = *directions = 1;
    for (int side = 0; side < 1 + (f->record->layout.encoder != NULL); side++) {
        const struct net_spec *spec = side_of(f->record, side).spec;
        if (spec->layers > *layers) *layers = spec->layers;
        if (spec->directions > *directions) *directions = spec->directions;
    }
    return *layers * *directions + 2;
}

// A sixth of the view at most.
static float lane_height(int lanes, float view) {
    return fmaxf(LANE_MIN, fminf(LANE_MAX, view / 6 / (float)lanes));
}

float origin_where_height(const struct origin_frame *f, float view) {
    int layers, directions, lanes = lanes_of(f, &layers, &directions);
    return lane_height(lanes, view) * (float)lanes + TIMES_H;
}

static struct map map_of(const struct origin_frame *f, rect r) {
    struct map m = {.r = r};
    bool pair = f->record->layout.encoder != NULL;
    m.lanes = lanes_of(f, &m.layers, &m.directions);
    m.lane = (r.h - TIMES_H) / (float)m.lanes;
    for (int side = 0; side < 1 + pair; side++)
        m.T[side] = side_of(f->record, side).T;
    float room = r.w - LABELS_W - WEIGHTS_W - SIDE_GAP * (float)(1 + pair);
    m.pitch = fminf(34, room / (float)(m.T[0] + m.T[1]));
    m.x[1] = r.x + LABELS_W;
    m.x[0] = m.x[1] + (pair ? m.pitch * (float)m.T[1] + SIDE_GAP : 0);
    m.weights_x = m.x[0] + m.pitch * (float)m.T[0] + SIDE_GAP;
    return m;
}

static int lane_of(const struct origin_frame *f, const struct map *m, const struct place *place) {
    if (place->kind >= PLACE_PARAM) {
        const struct param *param = &f->record->layout.params[place->param];
        if (param->role == PARAM_EMBED) return 0;
        return param->layer < 0 ? m->lanes - 1 : 1 + param->layer * m->directions + param->direction;
    }
    if (place->kind >= PLACE_VALUE) return 1 + place->layer * m->directions + place->direction;
    bool input = place->kind == PLACE_INPUT || place->kind == PLACE_SYMBOL || place->kind == PLACE_INPUT_GRAD;
    return input ? 0 : m->lanes - 1;
}

static bool is_timeless(const struct place *place) {
    return place->kind == PLACE_TOTAL_LOSS || (place->kind >= PLACE_GRAD_NORM && place->kind <= PLACE_REST_LOSS) ||
           (place->kind >= PLACE_PARAM && place->kind != PLACE_GRAD_AT);
}

static rect spot_of(const struct origin_frame *f, const struct map *m, const struct place *place) {
    float y = m->r.y + m->lane * (float)(m->lanes - 1 - lane_of(f, m, place));
    if (is_timeless(place)) return (rect){m->weights_x, y, WEIGHTS_W, m->lane - 1};
    float w = fmaxf(3, m->pitch - 1);
    return (rect){m->x[place->encoder && m->T[1]] + m->pitch * (float)place->t, y, w, m->lane - 1};
}

static void label(const struct origin_frame *f, const struct map *m, int lane) {
    char text[32];
    struct text_style style = {FONT_SANS_MEDIUM, m->lane >= 11 ? 12 : 9, f->theme->ink3, ALIGN_LEFT};
    int layer = (lane - 1) / m->directions, direction = (lane - 1) % m->directions;
    if (lane == 0)
        snprintf(text, sizeof text, "input");
    else if (lane == m->lanes - 1)
        snprintf(text, sizeof text, "output");
    else
        snprintf(text, sizeof text, m->directions > 1 ? "layer %d %s" : "layer %d", layer + 1, direction ? "←" : "→");
    float y = m->r.y + m->lane * (float)(m->lanes - lane) - (m->lane - style.size * 0.72f) / 2 - 0.5f;
    draw_text(f->list, m->r.x, y, text, style);
}

static bool lane_exists(const struct origin_frame *f, const struct map *m, int side, int lane) {
    const struct net_spec *spec = side_of(f->record, side).spec;
    if (lane == 0) return true;
    if (lane == m->lanes - 1) return spec->outputs > 0;
    return (lane - 1) / m->directions < spec->layers && (lane - 1) % m->directions < spec->directions;
}

static void ground(const struct origin_frame *f, const struct map *m) {
    for (int lane = 0; lane < m->lanes; lane++) {
        float y = m->r.y + m->lane * (float)(m->lanes - 1 - lane);
        label(f, m, lane);
        for (int side = 0; side < 2; side++) {
            if (!m->T[side] || !lane_exists(f, m, side, lane)) continue;
            if (m->pitch < 5) {
                draw_rect(f->list, (rect){m->x[side], y, m->pitch * (float)m->T[side], m->lane - 1}, f->theme->sunk, 0);
                continue;
            }
            for (int t = 0; t < m->T[side]; t++)
                draw_rect(f->list, (rect){m->x[side] + m->pitch * (float)t, y, m->pitch - 1, m->lane - 1},
                          f->theme->sunk, 1.5f);
        }
        draw_rect(f->list, (rect){m->weights_x, y, WEIGHTS_W, m->lane - 1}, f->theme->sunk, 1.5f);
    }
}

static void times(const struct origin_frame *f, const struct map *m) {
    struct text_style style = {FONT_SANS_MEDIUM, 12, f->theme->ink3, ALIGN_CENTER};
    float y = m->r.y + m->lane * (float)m->lanes + 13;
    const struct place *now = &f->memory->origin.place;
    for (int side = 0; side < 2; side++)
        for (int t = 0; t < m->T[side]; t++) {
            bool here = !is_timeless(now) && now->t == t && (now->encoder && m->T[1]) == side;
            if (!here && m->pitch < 18 && t != 0 && t != m->T[side] - 1) continue;
            if (!here && m->pitch < 18 && !is_timeless(now) && fabsf((float)(now->t - t)) * m->pitch < 26) continue;
            char text[16];
            snprintf(text, sizeof text, "%d", t + 1);
            style.font = here ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM;
            style.color = here ? f->theme->ink1 : f->theme->ink3;
            draw_text(f->list, m->x[side] + m->pitch * ((float)t + 0.5f), y, text, style);
        }
    style.font = FONT_SANS_MEDIUM;
    style.color = f->theme->ink3;
    draw_text(f->list, m->weights_x + WEIGHTS_W / 2.0f, y, "no time", style);
    style.align = ALIGN_LEFT;
    draw_text(f->list, m->r.x, y, m->T[1] ? "enc., dec." : "t", style);
}

static void legend(const struct origin_frame *f, float x, rect r) {
    static const char *const words[] = {"the number", "what it is made of", "what it goes into"};
    struct text_style style = {FONT_SANS_MEDIUM, 12, f->theme->ink3, ALIGN_LEFT};
    if (x + 20 + text_width(f->list, words[1], style) > r.x + r.w) return;
    for (int k = 0; k < 3; k++) {
        rect mark = {x, r.y + 17 * (float)k, 12, 10};
        if (k == 0) draw_rect(f->list, mark, f->theme->ink1, 1.5f);
        if (k == 1) draw_box(f->list, mark, f->theme->ink2, 1.5f, 1.5f);
        if (k == 2) draw_circle(f->list, (point){x + 6, mark.y + 5}, 2, f->theme->ink3);
        draw_text(f->list, x + 20, mark.y + 9.5f, words[k], style);
    }
}

void origin_where(struct origin_frame *f, rect r) {
    struct map m = map_of(f, r);
    const struct origin *origin = &f->memory->origin;
    ground(f, &m);
    times(f, &m);
    for (int k = 0; k < f->memory->uses.use_count; k++) {
        rect spot = spot_of(f, &m, &f->memory->uses.uses[k].place);
        draw_rect(f->list, (rect){spot.x + spot.w / 2 - 2, spot.y + spot.h / 2 - 2, 4, 4}, f->theme->ink3, 2);
    }
    rect spot = spot_of(f, &m, &origin->place);
    draw_rect(f->list, spot, f->theme->ink1, 1.5f);
    for (int k = 0; k < origin->row_count; k++)
        for (int i = 0; i < origin->rows[k].count; i++) {
            rect box = spot_of(f, &m, &origin->rows[k].factors[i].place);
            bool same = box.x == spot.x && box.y == spot.y; // around the number, with a gap
            if (same) draw_box(f->list, rect_inset(box, 1), f->theme->stage, 1.5f, 1);
            draw_box(f->list, same ? rect_inset(box, -1) : box, f->theme->ink2, 1.5f, 1.5f);
        }
    legend(f, m.weights_x + WEIGHTS_W + SIDE_GAP, r);
}
