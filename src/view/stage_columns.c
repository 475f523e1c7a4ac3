// The columns of the stage: which timesteps are seen, how far apart, and how the pointer and the keys zoom and pan
// them. The gradient flow under the stage stands on the same columns.
#include "stage_inner.h"
#include <limits.h>
#include <math.h>

enum {
    GUTTER = 60,
    GUTTER_LAYERS = 70,
    GUTTER_BOTH = 82,
    SPLIT = 30,
    BOX = 72,
    RIGHT = 10,
    LENS = 82,
    PITCH_FULL = 84,
    PITCH_COMPACT = 48,
    PITCH_LEAST = 4,
    PITCH_MOST = 120
};

static bool has_sides(const struct scene *scene) {
    return scene->record->whole->encoder != NULL;
}

static float gutter(const struct scene *scene) { // labels with layer and direction are longer
    const struct net_spec *spec = &record_side(scene->record, true)->layout.spec;
    if (spec->layers == 1 && spec->directions == 1) return GUTTER;
    return spec->layers > 1 && spec->directions > 1 ? GUTTER_BOTH : GUTTER_LAYERS;
}

int stage_column_of(const struct scene *scene, bool encoder, int t) {
    return t + (has_sides(scene) && !encoder ? record_T(record_side(scene->record, true)) : 0);
}

static int column_count(const struct scene *scene) {
    return stage_column_of(scene, false, record_T(record_side(scene->record, false)));
}

static int column_looked_at(const struct scene *scene) {
    return stage_column_of(scene, scene_encoder(scene), scene_t(scene));
}

static float split_gap(const struct scene *scene) {
    return has_sides(scene) ? SPLIT : 0;
}

static float width_for(rect stage, const struct scene *scene) { // of all columns
    return stage.w - gutter(scene) - split_gap(scene);
}

// The pitch that the guide's levels of detail go by: chosen by zooming, or that at which all columns fit.
static float level(rect stage, const struct scene *scene) {
    float fit = width_for(stage, scene) / (float)column_count(scene);
    float chosen = scene->state->pitch;
    return chosen > fit ? fminf(PITCH_MOST, fmaxf(PITCH_LEAST, chosen)) : fit;
}

static bool is_score(float pitch) {
    return pitch < PITCH_COMPACT;
}

// Columns of a score, `lens` of which (0 or 1) is opened.
static struct stage_columns score_columns(rect stage, const struct scene *scene, float pitch, int lens) {
    const int N = column_count(scene);
    const float fit = width_for(stage, scene) / (float)N;
    struct stage_columns c = {.count = N, .lens = lens, .lens_width = LENS};
    float room = width_for(stage, scene) - RIGHT - (lens >= 0 ? LENS : 0);
    int shown = N - (lens >= 0 ? 1 : 0);
    c.pitch = pitch > fit ? pitch : fminf(PITCH_COMPACT - 1, room / (float)(shown > 0 ? shown : 1));
    if (c.pitch >= 12) c.pitch = floorf(c.pitch);
    if (c.pitch < PITCH_LEAST) c.pitch = PITCH_LEAST;
    if (c.pitch * (float)shown > room + 0.5f) { // a window of the score, with an overview above it
        c.count = (int)(room / c.pitch) + (lens >= 0 ? 1 : 0);
        if (c.count > N) c.count = N;
    }
    c.width = c.pitch;
    return c;
}

static struct stage_columns box_columns(rect stage, const struct scene *scene, float pitch) {
    const int N = column_count(scene);
    struct stage_columns c = {.count = N, .lens = -1};
    c.pitch = fminf(PITCH_MOST, floorf(pitch));
    c.width = pitch >= PITCH_FULL ? BOX : fminf(BOX, fmaxf(41, c.pitch - 10));
    int room = (int)(width_for(stage, scene) / c.pitch);
    if (room < N) { // a window of the columns, which fill the width
        c.count = room > 0 ? room : 1;
        c.pitch = fminf(PITCH_MOST, floorf(width_for(stage, scene) / (float)c.count));
    }
    float spare = width_for(stage, scene) - RIGHT - (float)c.count * c.pitch; // a short sequence stands in the middle
    if (c.count == N && spare > c.pitch) c.x0 = floorf(spare / 2);
    return c;
}

static struct stage_columns columns_at(rect stage, const struct scene *scene, float scroll, int lens) {
    float pitch = level(stage, scene);
    struct stage_columns c =
        is_score(pitch) ? score_columns(stage, scene, pitch, lens) : box_columns(stage, scene, pitch);
    c.x0 += stage.x + gutter(scene);
    c.level = pitch;
    c.split = stage_column_of(scene, false, 0);
    c.split_gap = split_gap(scene);
    int last = column_count(scene) - c.count;
    c.first = scroll < 0 ? 0 : scroll > (float)last ? last : (int)(scroll + 0.001f);
    c.all = column_count(scene);
    return c;
}

struct stage_columns stage_columns_for(rect stage, const struct scene *scene) {
    struct view_state *state = scene->state;
    int t = column_looked_at(scene);
    struct stage_columns c = columns_at(stage, scene, state->scroll, t);
    int looked_at = scene->position * c.all + t; // changes with the cursor and with the selected timestep
    if (c.count < c.all && state->scroll_position != looked_at) {
        // The cursor or the selection moved: its timestep comes back into the window, with room ahead of it
        // in the direction of the walk.
        int margin = c.count >= 8 ? c.count / 8 : c.count >= 3 ? 1 : 0;
        if (t < c.first + margin && c.first > 0) state->scroll = (float)(t - c.count * 3 / 4);
        if (t >= c.first + c.count - margin && c.first + c.count < c.all) state->scroll = (float)(t - c.count / 4);
        state->scroll = fmaxf(0, fminf(state->scroll, (float)(c.all - c.count)));
        state->scroll_position = looked_at;
        c = columns_at(stage, scene, state->scroll, t);
    }
    if (t < c.first || t >= c.first + c.count) { // the opened timestep is outside: nothing is opened
        c = columns_at(stage, scene, state->scroll, -1);
    }
    return c;
}

struct stage_columns stage_columns_here(rect stage, const struct scene *scene) {
    struct stage_columns c = stage_columns_for(stage, scene);
    int by = stage_column_of(scene, scene_encoder(scene), 0);
    c.first -= by;
    c.split -= by;
    c.lens = c.lens >= 0 ? c.lens - by : INT_MIN;
    return c;
}

float stage_column_x(const struct stage_columns *columns, int t) {
    float x = columns->x0 + (float)(t - columns->first) * columns->pitch;
    bool after = columns->lens >= columns->first && t > columns->lens;
    if (columns->split > columns->first && t >= columns->split) x += columns->split_gap;
    return after ? x + columns->lens_width - columns->pitch : x;
}

float stage_column_center(const struct stage_columns *columns, int t) {
    float width = t == columns->lens ? columns->lens_width : columns->width;
    return stage_column_x(columns, t) + width / 2;
}

// --- zoom and pan ---

static bool all_fit(rect r, const struct scene *scene) {
    struct stage_columns c = columns_at(r, scene, 0, -1);
    return c.count >= c.all;
}

// What the opened column is wider than the others, where it stands before `column`.
static float opened(const struct stage_columns *c, float column) {
    bool before = c->lens >= c->first && column > (float)c->lens + 1;
    return before ? c->lens_width - c->pitch : 0;
}

// The column under `x` keeps its place.
static void zoom(rect r, const struct scene *scene, float factor, float x) {
    struct view_state *state = scene->state;
    struct stage_columns c = stage_columns_for(r, scene);
    const float fit = width_for(r, scene) / (float)c.all, scroll = c.count < c.all ? state->scroll : 0;
    float at = scroll + (x - c.x0) / c.pitch;
    if (c.lens >= 0 && x > stage_column_x(&c, c.lens) + c.lens_width) at -= (c.lens_width - c.pitch) / c.pitch;
    state->pitch = fminf(PITCH_MOST, fmaxf(PITCH_LEAST, fmaxf(c.level, PITCH_LEAST) * factor));
    if (state->pitch <= fit * 1.01f) state->pitch = 0;
    c = columns_at(r, scene, at, column_looked_at(scene));
    state->scroll = at - (x - c.x0 - opened(&c, at)) / c.pitch;
    state->scroll = fmaxf(0, fminf((float)(c.all - c.count), state->scroll));
}

static void pan(rect r, const struct scene *scene, float columns) {
    struct view_state *state = scene->state;
    struct stage_columns c = stage_columns_for(r, scene);
    state->scroll = fmaxf(0, fminf((float)(c.all - c.count), state->scroll + columns));
}

// Turns of the wheel and pinches over the stage, and the keys Z and X.
void stage_zoom_input(struct ui *ui, rect r, const struct scene *scene, bool hovered) {
    float turn_x = 0, turn_y = 0, factor = 1;
    if (hovered && ui_take_pinch(ui, r, &factor)) zoom(r, scene, factor, ui->pointer.x);
    if (hovered && ui_take_wheel(ui, r, &turn_x, &turn_y)) {
        bool pans = ui->mods & MOD_SHIFT;
        struct stage_columns c = stage_columns_for(r, scene);
        float step = fmaxf(1, floorf(32 / c.pitch)); // columns of one turn
        if (pans || turn_x != 0) pan(r, scene, -step * (turn_x + (pans ? turn_y : 0)));
        if (!pans && turn_y != 0) zoom(r, scene, powf(1.2f, turn_y), ui->pointer.x);
        ui->animating = true;
    }
    if (ui_text_focused(ui)) return;
    bool in = ui_take_key(ui, 'z', 0), out = ui_take_key(ui, 'z', MOD_SHIFT);
    if (in || out) {
        struct stage_columns c = stage_columns_for(r, scene);
        zoom(r, scene, in ? 1.25f : 0.8f, stage_column_center(&c, column_looked_at(scene)));
    }
    if (ui_take_key(ui, 'x', 0)) {
        scene->state->pitch = 0;
        scene->state->scroll_position = -1; // of a score that does not fit: back to the cursor
    }
    if (all_fit(r, scene)) scene->state->scroll = 0;
}

// The pointer that holds the stage drags it; short of a few pixels it is a click.
bool stage_drag(struct stage *s, struct ui_result result) {
    struct stage_memory *memory = s->memory;
    struct view_state *state = s->scene->state;
    if (result.pressed) {
        memory->drag_x = s->ui->pointer.x;
        memory->drag_scroll = state->scroll;
        memory->dragging = false;
    }
    bool was = memory->dragging;
    if (!result.held) {
        memory->dragging = false;
        return was;
    }
    float by = s->ui->pointer.x - memory->drag_x;
    if (s->columns.count < s->T && fabsf(by) > 5) memory->dragging = true;
    if (!memory->dragging) return false;
    s->ui->cursor = CURSOR_RESIZE_H;
    float most = (float)(s->T - s->columns.count);
    state->scroll = fmaxf(0, fminf(most, memory->drag_scroll - by / s->columns.pitch));
    return true;
}
