// The stage: puts together what its files draw, in the order in which it is drawn.
#include "stage_inner.h"
#include <math.h>

static void add_side(struct stage *s, const struct scene *scene, bool encoder) {
    const struct record *record = record_side(scene->record, encoder);
    struct stage_side *side = &s->sides[s->side_count++];
    *side = (struct stage_side){.record = record,
                                .script = script_side(scene->script, encoder),
                                .first = s->T,
                                .T = record_T(record),
                                .directions = record->layout.spec.directions,
                                .encoder = record_is_encoder(record),
                                .input_scale = scene_row_scale(record, 0, 0, s->cell->input),
                                .picture = input_picture_of(scene, record)};
    s->T += side->T;
    if (side->directions > s->directions) s->directions = side->directions;
}

static void stage_init(struct stage *s, struct ui *ui, rect r, const struct scene *scene) {
    struct view_state *state = scene->state;
    *s = (struct stage){.ui = ui, .list = ui->list, .theme = ui->theme, .scene = scene, .r = r};
    s->record = record_side(scene->record, false);
    s->cell = record_cell(s->record);
    s->step = scene_step(scene);
    if (scene->record->whole->encoder) add_side(s, scene, true);
    add_side(s, scene, false);
    s->H = record_H(s->record);
    s->V = s->record->layout.spec.outputs;
    s->layers = s->record->layout.spec.layers;
    s->t = stage_column_of(scene, scene_encoder(scene), scene_t(scene));
    s->now = s->step && s->step->t >= 0 ? stage_column_of(scene, s->step->encoder, s->step->t) : -1;
    s->unit = state->unit < s->H ? state->unit : -1;
    s->backward = scene_backward(scene);
    // The marker runs in the first half of the motion, the tiles fill in the second; both ease out (cubic).
    float run = fminf(1, scene->motion * 2), fill = fmaxf(0, scene->motion * 2 - 1);
    s->marker = 1 - powf(1 - run, 3);
    s->fill = 1 - powf(1 - fill, 3);
    s->hover_t = state->hover_t;
    s->hover_slot = state->hover_slot;
    s->hover_unit = state->hover_unit;
    s->found_column = s->found_slot = s->found_unit = -1;
}

static void publish_hover(struct stage *s) {
    struct view_state *state = s->scene->state;
    int t = s->found_column >= 0 ? stage_t(s, s->found_column) : -1;
    state->hover_t = t;
    state->hover_slot = s->found_slot;
    state->hover_unit = s->found_unit;
    state->hover_grad = s->found_grad;
    bool changed = t != s->hover_t || s->found_slot != s->hover_slot || s->found_unit != s->hover_unit;
    if (changed) s->ui->animating = true; // the outlines of the other views follow in the next frame
}

// The frame of the running column on its way from the timestep before.
static void sliding_frame(struct stage *s) {
    float slide = s->scene->slide;
    if (slide == 0 || s->now < 0 || !stage_seen(s, s->now)) return;
    for (int k = 0; k < s->track_count; k++) {
        const struct stage_track *track = &s->tracks[k];
        if (!track->focus.on) continue;
        rect r = {stage_x(s, s->now) + slide * s->columns.pitch, track->box_top, s->columns.width,
                  track->box_bottom - track->box_top};
        draw_box(s->list, r, s->theme->ink1, 8, 2);
    }
}

static void figure(struct stage *s) {
    if (s->detail == STAGE_SCORE) {
        stage_score(s);
        return;
    }
    stage_make_plan(s);
    stage_make_scales(s);
    if (s->backward)
        stage_backward(s);
    else
        stage_forward(s);
    sliding_frame(s);
    stage_lit_outlines(s);
    stage_hover_outlines(s);
}

void view_stage(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->stage, 0);
    if (!scene->record || !scene->script || record_T(scene->record) < 1) return;
    struct stage s;
    struct stage_memory none = {0};
    stage_init(&s, ui, r, scene);
    s.memory = scene->memory ? scene->memory : &none;
    ui_id id = ui_make_id(ui, "stage");
    stage_choose_track(&s);
    s.focused = ui->focus == id && ui->focus_visible;
    stage_keys(&s);
    struct ui_result result = ui_control(ui, id, r, true);
    s.hovered = result.hovered;
    stage_zoom_input(ui, r, scene, result.hovered);
    s.columns = stage_columns_for(r, scene);
    s.detail = s.columns.level >= 84 ? STAGE_FULL : s.columns.level >= 48 ? STAGE_COMPACT : STAGE_SCORE;
    bool dragged = !scene->state->drag.on && stage_drag(&s, result);
    draw_clip_push(ui->list, r);
    stage_make_ramps(&s);
    figure(&s);
    stage_overview(&s);
    stage_header(&s);
    stage_track_controls(&s);
    stage_hear_button(&s);
    stage_tile_keys(&s);
    stage_publish_box(&s);
    stage_card(&s);
    stage_edit_input(&s);
    if (!dragged) stage_click(&s, result);
    publish_hover(&s);
    draw_clip_pop(ui->list);
    ui_focus_ring(ui, id, rect_inset(r, 6), 4);
}
