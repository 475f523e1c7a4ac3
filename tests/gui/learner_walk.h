#pragma once
// How a learner gets somewhere: along the walk, to a unit, to a timestep, to a view or page.

#include "learner.h"
#include "page.h"
#include "script.h"

static inline const struct script *learner_script(const struct learner *l) {
    return l->app->bench->script;
}

// --- by keys ---

// The longest strides first, never past the place.
static inline bool learner_keys_to(struct learner *l, int target) {
    static const struct {
        int key;
        unsigned mods;
        enum granularity by;
        int way;
    } strides[] = {{KEY_PAGE_DOWN, 0, BY_PASS, 1}, {KEY_RIGHT, MOD_SHIFT, BY_TIMESTEP, 1}, {'.', 0, BY_OPERATION, 1},
                   {KEY_PAGE_UP, 0, BY_PASS, -1},  {KEY_LEFT, MOD_SHIFT, BY_TIMESTEP, -1}, {',', 0, BY_OPERATION, -1}};
    if (!learner_leave(l)) return false;
    if (target == 0) learner_key(l, KEY_HOME, 0);
    for (int k = 0; k < 2000 && l->app->position != target; k++) {
        int from = l->app->position;
        for (size_t i = 0; i < sizeof strides / sizeof *strides; i++) {
            int to = script_move(learner_script(l), from, strides[i].by, strides[i].way);
            if (strides[i].way > 0 ? to <= from || to > target : to >= from || to < target) continue;
            learner_key(l, strides[i].key, strides[i].mods);
            break;
        }
        if (l->app->position == from) return learner_miss(l, "the keys do not lead there");
    }
    return l->app->position == target || learner_miss(l, "the keys do not lead there");
}

// --- by the timeline ---

// Cells of the timeline: steps of one timestep, in one direction, are one.
static inline bool same_cell(const struct step *a, const struct step *b) {
    return a->phase != PHASE_UPDATE && a->t == b->t && a->encoder == b->encoder &&
           (a->direction < 0 || b->direction < 0 || a->direction == b->direction);
}

// Where a step stands in its phase, from 0 to 1.
static inline float part_of_phase(const struct script *script, int first, int count, int step) {
    int cells = 0, cell = 0, inside = 0, size = 0;
    for (int k = first; k < first + count; cells++) {
        int from = k;
        for (k++; k < first + count && same_cell(&script->steps[k - 1], &script->steps[k]);)
            k++;
        if (step >= from && step < k) cell = cells, inside = step - from, size = k - from;
    }
    return ((float)cell + ((float)inside + 0.5f) / (float)size) / (float)cells;
}

// The phases' titles stand where they begin.
static inline bool timeline_x(struct learner *l, int step, point *out) {
    const struct script *script = learner_script(l);
    const rect bounds = l->app->ui.list->bounds, bar = {0, bounds.h - 120, bounds.w, 40};
    int phase = (int)script->steps[step].phase;
    const struct draw_list *list = &l->drive.list;
    float from = -1, to = bounds.w - 24;
    for (int k = 0; k < list->count; k++)
        for (int p = phase; p <= phase + 1 && p < PHASE_COUNT; p++) {
            const struct draw_command *at = &list->commands[k];
            const char *title = phase_title((enum phase)p);
            if (at->op != DRAW_TEXT || (size_t)at->text_length != strlen(title) || at->rect.y < bar.y ||
                memcmp(list->texts + at->text, title, strlen(title)))
                continue;
            if (p == phase)
                from = at->rect.x;
            else
                to = at->rect.x - 8;
        }
    float part = part_of_phase(script, script->phase_first[phase], script->phase_count[phase], step);
    *out = (point){floorf(from + (to - from) * part), bounds.h - 120 + 32 + 7};
    return from >= 0 || learner_miss(l, "the timeline does not name the phase");
}

// What a click on the timeline does not hit is reached by its buttons.
static inline bool learner_click_to(struct learner *l, int target) {
    static const char *const by_words[] = {"Operation", "Cell", "Timestep", "Pass", "Update"};
    ui_id by_id = learner_id(l, "timeline", -1, "granularity");
    int by = (int)l->app->transport.by;
    point at;
    if (l->app->position == target) return true;
    if (target == 0) return learner_press(l, learner_id(l, "timeline", -1, "To the start (Home)"));
    if (target == learner_script(l)->count) return learner_press(l, learner_id(l, "timeline", -1, "To the end (End)"));
    if (abs(target - l->app->position) > 6) {
        if (!timeline_x(l, target - 1, &at)) return false;
        learner_click(l, at);
    }
    if (l->app->position == target) return true;
    if (!learner_segment(l, by_id, by_words[BY_OPERATION], BY_OPERATION, GRANULARITY_COUNT, by)) return false;
    for (int k = 0; k < 60 && l->app->position != target; k++) {
        bool on = l->app->position < target;
        if (!learner_press(l, learner_id(l, "timeline", -1, on ? "Step (Right)" : "Step back (Left)"))) return false;
    }
    if (!learner_segment(l, by_id, by_words[by], by, GRANULARITY_COUNT, BY_OPERATION)) return false;
    return l->app->position == target || learner_miss(l, "the timeline does not lead there");
}

static inline bool learner_goto(struct learner *l, int target) {
    return l->mouse ? learner_click_to(l, target) : learner_keys_to(l, target);
}

static inline bool learner_step(struct learner *l, int way) {
    if (l->mouse) return learner_press(l, learner_id(l, "timeline", -1, way > 0 ? "Step (Right)" : "Step back (Left)"));
    if (!learner_leave(l)) return false;
    learner_key(l, way > 0 ? KEY_RIGHT : KEY_LEFT, 0);
    return true;
}

static inline bool learner_by(struct learner *l, int by) {
    static const char *const words[] = {"Operation", "Cell", "Timestep", "Pass", "Update"};
    if (l->mouse)
        return learner_segment(l, learner_id(l, "timeline", -1, "granularity"), words[by], by, GRANULARITY_COUNT,
                               (int)l->app->transport.by);
    if (!learner_leave(l)) return false;
    learner_key(l, '1' + by, 0);
    return true;
}

// --- views and pages ---

static inline bool learner_view(struct learner *l, int index) {
    const struct view *view = view_get(index);
    if (l->app->view.view == index) return true;
    if (l->mouse) return learner_pick(l, "views", view->title);
    if (!learner_leave(l)) return false;
    learner_key(l, view->key ? view->key : view_get(l->app->view.view)->key, 0); // its own key leads back to the stage
    return l->app->view.view == index || learner_miss(l, "its key does not open the view");
}

static inline bool learner_page(struct learner *l, int index) {
    if (l->app->page == index) return true;
    if (!l->mouse) {
        learner_key(l, page_get(index)->key, 0);
        return l->app->page == index || learner_miss(l, "its key does not open the page");
    }
    ui_id tab = learner_id(l, NULL, -1, page_get(index)->title);
    if (learner_has(l, tab)) return learner_press(l, tab);
    if (index == page_find("train")) return learner_pick(l, "model menu", "Train and compare");
    return learner_miss(l, "there is no way to the page");
}

// --- units and timesteps ---

static inline rect learner_stage(struct learner *l) {
    return ui_spot_of(&l->app->ui, learner_id(l, NULL, -1, "stage"));
}

// The tile of a unit in the cell that is looked at, found by the pointer.
static inline bool learner_tile(struct learner *l, int slot, int unit) {
    const struct view_state *view = &l->app->view;
    rect box = view->stage_box;
    int input = record_cell(l->app->bench->record)->input;
    for (float y = box.y + 2; y < box.y + box.h; y += 3) {
        bool any = false;
        for (float x = box.x + 1; x < box.x + box.w; x += any ? 2 : 5) {
            learner_move(l, (point){x, y});
            bool here = view->hover_unit >= 0 && (slot < 0 ? view->hover_slot != input : view->hover_slot == slot);
            if (here && view->hover_unit == unit) return true;
            any = any || here;
            if (!here && !any && x > box.x + box.w * 0.7f) break;
        }
    }
    return learner_miss(l, "there is no tile of the unit on the stage");
}

static inline bool learner_unit(struct learner *l, int unit) {
    int now = l->app->view.unit, H = record_H(l->app->bench->record), before = l->app->view.view;
    if (now == unit) return true;
    if (!l->mouse) {
        if (!learner_leave(l)) return false;
        int down = (unit - now + H) % H,
            up = now < 0 ? H - unit : H - down; // from none: Down to the first, Up to the last
        if (now < 0) down = unit + 1;
        learner_keys(l, down <= up ? KEY_DOWN : KEY_UP, 0, down <= up ? down : up);
    } else {
        if (!learner_view(l, VIEW_STAGE) || !learner_tile(l, -1, unit)) return false;
        learner_click(l, l->app->ui.pointer);
        if (!learner_view(l, before)) return false;
    }
    return l->app->view.unit == unit || learner_miss(l, "the unit is not the selected one");
}

static inline bool at_timestep(const struct learner *l, int t, bool encoder) {
    const struct view_state *view = &l->app->view;
    return view->t == t && (!l->app->bench->record->encoder || view->encoder == encoder);
}

// The label of a column: an encoder's stands at the left of its decoder's.
static inline bool column_label(struct learner *l, int t, bool encoder, point *out) {
    char text[24];
    rect stage = learner_stage(l);
    point found;
    bool any = false;
    snprintf(text, sizeof text, "t = %d", t + 1);
    while (stage.w > 0 && learner_find_text(l, text, stage, &found)) {
        bool better = !any || (encoder ? found.x < out->x : found.x > out->x);
        if (better) *out = found;
        any = true;
        if (encoder)
            stage.w = found.x - 1 - stage.x;
        else
            stage = (rect){found.x + 1, stage.y, stage.x + stage.w - found.x - 1, stage.h};
    }
    return any;
}

// Under a tile of a narrow column, in the row where the open one has its label.
static inline bool narrow_column(struct learner *l, int t, bool encoder, int all, point *out) {
    const struct view_state *view = &l->app->view;
    rect stage = learner_stage(l), box = view->stage_box;
    point label = {0};
    for (int k = 0; k < all && label.y == 0; k++)
        if (!column_label(l, k, false, &label)) label.y = 0;
    if (label.y == 0) return false;
    for (float x = stage.x + 40; x < stage.x + stage.w; x += 3) {
        learner_move(l, (point){x, box.y + box.h * 0.2f});
        *out = (point){x + 2, label.y};
        if (view->hover_t == t && (!l->app->bench->record->encoder || view->encoder == encoder)) return true;
    }
    return false;
}

// Where they are too many the stage scrolls.
static inline bool click_column(struct learner *l, int t, bool encoder, int all) {
    rect stage = learner_stage(l);
    point at, middle = {stage.x + stage.w / 2, stage.y + stage.h / 2};
    bool here = column_label(l, t, encoder, &at) || narrow_column(l, t, encoder, all, &at);
    for (int k = 0; k < 2 * all && !here; k++) {
        learner_event(
            l, (struct input_event){.kind = INPUT_WHEEL, .at = middle, .mods = MOD_SHIFT, .wheel_y = k < all ? -1 : 1});
        here = column_label(l, t, encoder, &at);
    }
    if (!here) return learner_miss(l, "the stage has no such column");
    learner_click(l, at);
    return true;
}

static inline bool learner_timestep(struct learner *l, int t, bool encoder) {
    const struct record *record = l->app->bench->record;
    int before = l->app->view.view, S = record->encoder ? record_T(record->encoder) : 0, all = S + record_T(record);
    if (at_timestep(l, t, encoder)) return true;
    if (!l->mouse) {
        int to = t + (encoder ? 0 : S), now = l->app->view.t < 0 ? -1 : l->app->view.t + (l->app->view.encoder ? 0 : S);
        int on = (to - now + all) % all, back = now < 0 ? all - to : all - on;
        if (now < 0) on = to + 1;
        if (!learner_leave(l)) return false;
        learner_keys(l, on <= back ? ']' : '[', 0, on <= back ? on : back);
    } else if (!learner_view(l, VIEW_STAGE) || !click_column(l, t, encoder, all) || !learner_view(l, before))
        return false;
    return at_timestep(l, t, encoder) || learner_miss(l, "the timestep is not the selected one");
}
