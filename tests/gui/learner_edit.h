#pragma once
// How a learner sets something by hand: the form of the view surgery, whose draft is taken to the edit row by row.

#include "edit.h"
#include "learner_walk.h"
#include "surgery.h"
#include "surgery_inner.h"

static inline const struct surgery_memory *learner_form(const struct learner *l) {
    return l->app->view_memory[view_find("surgery")];
}

static inline ui_id form_id(struct learner *l, const char *name) {
    return learner_id(l, "form", -1, name);
}

static inline bool form_segment(struct learner *l, const char *row, const char *label, int index, int count, int now) {
    return learner_segment(l, form_id(l, row), label, index, count, now);
}

static inline bool form_slide(struct learner *l, const char *row, int low, int high, int now, int to) {
    return now == to || learner_slide(l, form_id(l, row), low, high, 1, now, to);
}

// Slots stand in two rows: what the cell computes, and what comes in.
static inline bool form_slot(struct learner *l, int slot) {
    const struct cell_desc *cell = record_cell(l->app->bench->record);
    const struct edit *draft = &learner_form(l)->draft;
    if (draft->slot == slot) return true;
    for (int incoming = 0; incoming < 2; incoming++) {
        int count = 0, at = -1, now = -1;
        for (int k = 0; k < cell->slot_count; k++) {
            enum slot_role role = cell->slots[k].role;
            bool computed = role == SLOT_GATE || role == SLOT_CANDIDATE || role == SLOT_STATE_OUT;
            if (incoming ? role != SLOT_STATE_IN : !computed) continue;
            if (k == slot) at = count;
            if (k == draft->slot) now = count;
            count++;
        }
        if (at >= 0) return form_segment(l, incoming ? "incoming" : "slot", NULL, at, count, now);
    }
    return learner_miss(l, "the form has no such vector");
}

static inline bool form_layer(struct learner *l, int layer) {
    int layers = l->app->bench->model.layout.spec.layers, now = learner_form(l)->draft.layer;
    char label[24];
    if (layers < 2 || now == layer) return true;
    snprintf(label, sizeof label, layer < 0 ? "all" : layer ? "%d" : "Layer %d", layer + 1);
    return form_segment(l, "layer", label, layer < 0 ? layers : layer, layers + 1, now < 0 ? layers : now);
}

static inline bool form_direction(struct learner *l, const struct edit *edit) {
    int now = learner_form(l)->draft.direction;
    const struct record *side = record_side(l->app->bench->record, edit->encoder);
    if (side->layout.spec.directions < 2 || now == edit->direction) return true;
    return form_segment(l, "direction", NULL, edit->direction < 0 ? 2 : edit->direction, 3, now < 0 ? 2 : now);
}

static inline bool form_time(struct learner *l, const struct edit *edit, bool range) {
    const struct edit *draft = &learner_form(l)->draft;
    int T = record_T(record_side(l->app->bench->record, edit->encoder));
    if (T < 2) return true;
    return form_slide(l, range ? "From" : "At", 1, T, draft->from + 1, edit->from + 1) &&
           (!range || form_slide(l, "To", 1, T, draft->to + 1, edit->to + 1));
}

static inline bool form_value(struct learner *l, double value) {
    char text[40];
    snprintf(text, sizeof text, "%.9g", value);
    return learner_write(l, form_id(l, "typed value"), text, true) && learner_press(l, form_id(l, "Set it"));
}

static inline bool form_vector(struct learner *l, const struct edit *edit) {
    const struct edit *draft = &learner_form(l)->draft;
    int H = record_H(l->app->bench->record);
    bool gate = record_cell(l->app->bench->record)->slots[edit->slot].role == SLOT_GATE;
    if (!form_slot(l, edit->slot) || !form_direction(l, edit) || !form_layer(l, edit->layer) ||
        !form_slide(l, "Unit", 0, H, draft->unit + 1, edit->unit + 1) || !form_time(l, edit, true))
        return false;
    if (edit->kind == EDIT_FREEZE) return learner_press(l, form_id(l, "Freeze"));
    if (edit->value == 0) return learner_press(l, form_id(l, gate ? "Shut (0)" : "Set to 0"));
    if (edit->value == 1 && gate) return learner_press(l, form_id(l, "Open (1)"));
    return form_value(l, edit->value);
}

static inline bool form_symbol(struct learner *l, const struct edit *edit) {
    const struct record *record = l->app->bench->record;
    const struct net_spec *spec = &record->layout.spec;
    bool answers = net_one_answer(spec) && edit->kind == EDIT_TARGET;
    int count = edit->kind == EDIT_SYMBOL ? record_side(record, edit->encoder)->layout.spec.inputs : spec->outputs;
    if (!answers && !form_time(l, edit, false)) return false;
    if (edit->symbol >= 0)
        return learner_write(l, form_id(l, "symbol"), edit_symbol_text(edit, record, edit->symbol), true);
    return form_slide(l, "Symbol", -1, count - 1, learner_form(l)->draft.symbol, -1) &&
           learner_press(l, form_id(l, "Set it"));
}

static inline bool form_number(struct learner *l, const struct edit *edit) {
    const struct net_spec *spec = &record_side(l->app->bench->record, edit->encoder)->layout.spec;
    int count = edit->kind == EDIT_REAL ? spec->inputs : spec->outputs;
    if (!form_time(l, edit, false)) return false;
    if (count > 1 && !form_slide(l, edit->kind == EDIT_REAL ? "Channel" : "Output", 1, count,
                                 learner_form(l)->draft.unit + 1, edit->unit + 1))
        return false;
    return form_value(l, edit->value);
}

static inline bool form_weight(struct learner *l, const struct edit *edit) {
    const struct edit *draft = &learner_form(l)->draft;
    const struct param *param = &l->app->bench->model.layout.params[edit->param];
    int columns = param_is_vector(param->role) ? 1 : param_columns(param);
    if (draft->param != edit->param) {
        if (!learner_press(l, learner_popup_id("parameter"))) return false;
        if (l->mouse) {
            point at;
            if (!learner_find_text(l, param->name, l->app->ui.list->bounds, &at))
                return learner_miss(l, "the list has no such parameter");
            learner_click(l, at);
        } else {
            learner_key(l, KEY_HOME, 0);
            learner_keys(l, KEY_DOWN, 0, edit->param);
            learner_key(l, KEY_ENTER, 0);
        }
    }
    return form_slide(l, "Row", 1, param_rows(param), draft->row + 1, edit->row + 1) &&
           (columns < 2 || form_slide(l, "Column", 1, columns, draft->column + 1, edit->column + 1)) &&
           form_value(l, edit->value);
}

static inline bool learner_one_edit(struct learner *l, const struct edit *edit) {
    static const char *const what_words[] = {"Vector", "Input", "Target", "Weight"};
    enum { VECTOR, INPUT, TARGET, WEIGHT, WHAT_COUNT } what, now;
    const struct edit *draft = &learner_form(l)->draft;
    const struct edit *both[] = {edit, draft};
    int kinds[2];
    if (learner_form(l)->selected >= 0 && !learner_press(l, form_id(l, "Make another edit"))) return false;
    for (int k = 0; k < 2; k++)
        kinds[k] = edit_holds(both[k])                                            ? VECTOR
                   : both[k]->kind == EDIT_SYMBOL || both[k]->kind == EDIT_REAL   ? INPUT
                   : both[k]->kind == EDIT_TARGET || both[k]->kind == EDIT_ANSWER ? TARGET
                                                                                  : WEIGHT;
    what = (unsigned)kinds[0], now = (unsigned)kinds[1];
    if (!form_segment(l, "what", what_words[what], (int)what, WHAT_COUNT, (int)now)) return false;
    if (l->app->bench->record->encoder && (what == VECTOR || what == INPUT) &&
        !form_segment(l, "side", edit->encoder ? "Encoder" : "Decoder", edit->encoder ? 0 : 1, 2,
                      draft->encoder ? 0 : 1))
        return false;
    if (what == VECTOR) return form_vector(l, edit);
    if (edit->kind == EDIT_SYMBOL || edit->kind == EDIT_TARGET) return form_symbol(l, edit);
    return what == WEIGHT ? form_weight(l, edit) : form_number(l, edit);
}

// The view that was open is open afterwards.
static inline bool learner_edit(struct learner *l, const char *text) {
    struct edits edits = {0};
    struct err err = {0};
    int before = l->app->view.view, surgery = view_find("surgery");
    if (!edits_parse(&edits, text, l->app->bench->record, &err)) return learner_miss(l, err.message);
    if (!learner_view(l, surgery)) return false;
    for (int k = 0; k < edits.count; k++) {
        int had = workbench_edits(l->app->bench)->count;
        bool again = edits_find(workbench_edits(l->app->bench), &edits.list[k]) >= 0;
        if (!learner_one_edit(l, &edits.list[k])) return false;
        if (workbench_edits(l->app->bench)->count != had + !again) return learner_miss(l, "the edit is not in force");
    }
    return learner_view(l, before);
}

static inline bool learner_clear(struct learner *l) {
    int before = l->app->view.view;
    return learner_view(l, view_find("surgery")) && learner_press(l, learner_id(l, NULL, -1, "Clear all")) &&
           learner_view(l, before);
}
