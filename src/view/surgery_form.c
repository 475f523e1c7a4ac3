// The form that makes an edit, or changes the one that was picked in the list: every change is computed at once.

#include "surgery_inner.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROW = 30, SEGMENT = 32, SLOTS_MAX = 16, WHAT_COUNT = 4 };
enum what { WHAT_VECTOR, WHAT_INPUT, WHAT_TARGET, WHAT_WEIGHT };

struct form {
    struct surgery *s;
    struct edit *draft;
    rect *r;
    bool changed; // the value: what is picked in the list follows
    bool moved;   // the place
    bool put;     // it is to be in force from now on
    bool roomy;   // a high window
    float gap;    // between rows
    int T;        // timesteps of the side
};

static rect next_row(struct form *f, float height) {
    rect row = rect_cut_top(f->r, height);
    rect_cut_top(f->r, f->gap);
    return row;
}

static enum what what_of(const struct edit *edit) {
    return edit_holds(edit)                                         ? WHAT_VECTOR
           : edit->kind == EDIT_SYMBOL || edit->kind == EDIT_REAL   ? WHAT_INPUT
           : edit->kind == EDIT_TARGET || edit->kind == EDIT_ANSWER ? WHAT_TARGET
                                                                    : WHAT_WEIGHT;
}

static bool reads_numbers(const struct form *f) {
    return f->s->spec->real_input && (f->draft->encoder || f->s->spec->kind != NET_ENCODER_DECODER);
}

// What stands there now, as the value to begin with.
static void take_present(struct form *f) {
    struct edit *draft = f->draft;
    const struct record *record = f->s->whole;
    const struct example *example = &record_side(record, draft->encoder)->example;
    const struct net_spec *spec = f->s->spec;
    if (draft->kind == EDIT_SYMBOL) draft->symbol = example->x[draft->from];
    if (draft->kind == EDIT_TARGET) draft->symbol = example->target[draft->from];
    if (draft->kind == EDIT_REAL) draft->value = example->x_real[draft->from * spec->inputs + draft->unit];
    if (draft->kind == EDIT_ANSWER) draft->value = example->target_real[draft->from * spec->outputs + draft->unit];
    if (draft->kind == EDIT_WEIGHT)
        draft->value = record_param_value(record, RECORD_PARAM, draft->param, draft->row, draft->column);
}

static void become(struct form *f, enum what what) {
    struct surgery *s = f->s;
    s->memory->selected = -1;
    s->memory->unknown = false;
    s->memory->symbol[0] = 0;
    struct edit *draft = f->draft;
    bool sums = s->spec->output != OUTPUT_SOFTMAX;
    int last = record_T(s->whole) - 1, t = what == WHAT_TARGET && net_one_answer(s->spec) ? last : s->t;
    bool encoder = what == WHAT_INPUT && record_is_encoder(s->record);
    if (what != WHAT_INPUT && t > last) t = last; // of an encoder that is longer than its decoder

    if (what == WHAT_VECTOR) {
        *draft = surgery_draft(s);
        return;
    }
    *draft = (struct edit){.kind = EDIT_WEIGHT, .encoder = encoder, .layer = -1, .direction = -1, .from = t, .to = t};
    if (what == WHAT_INPUT) draft->kind = reads_numbers(f) ? EDIT_REAL : EDIT_SYMBOL;
    if (what == WHAT_TARGET) draft->kind = sums ? EDIT_ANSWER : EDIT_TARGET;
    take_present(f);
    s->ui->animating = true;
}

static void choose_what(struct form *f) {
    static const char *const items[WHAT_COUNT] = {"Vector", "Input", "Target", "Weight"};
    enum what now = what_of(f->draft);
    int chosen = ui_segments(f->s->ui, next_row(f, SEGMENT), "what", items, NULL, WHAT_COUNT, (int)now, false);
    if (chosen != (int)now) become(f, (enum what)chosen);
}

static void choose_side(struct form *f) {
    static const char *const items[] = {"Encoder", "Decoder"};
    enum what what = what_of(f->draft);
    if (f->s->spec->kind == NET_ENCODER_DECODER && (what == WHAT_VECTOR || what == WHAT_INPUT)) {
        int now = f->draft->encoder ? 0 : 1;
        int chosen = ui_segments(f->s->ui, next_row(f, SEGMENT), "side", items, NULL, 2, now, false);
        if (chosen != now) {
            f->draft->encoder = f->s->scene->state->encoder = chosen == 0; // what is compared is of the same side
            f->draft->from = f->draft->to = f->s->scene->state->t = 0;
            if (!f->draft->encoder) f->draft->direction = -1;
            if (what == WHAT_INPUT) f->draft->kind = reads_numbers(f) ? EDIT_REAL : EDIT_SYMBOL;
            f->moved = true;
        }
    }
    f->T = record_T(record_side(f->s->whole, f->draft->encoder));
}

// --- where ---

// One row of slots: those that are computed, or those that come in.
static void slot_row(struct form *f, rect r, bool incoming, const char *id) {
    char labels[SLOTS_MAX][64];
    const char *items[SLOTS_MAX];
    int slots[SLOTS_MAX], count = 0, now = -1;
    const struct cell_desc *cell = f->s->cell;
    for (int k = 0; k < cell->slot_count && count < SLOTS_MAX; k++) {
        enum slot_role role = cell->slots[k].role;
        bool computed = role == SLOT_GATE || role == SLOT_CANDIDATE || role == SLOT_STATE_OUT;
        if (incoming ? role != SLOT_STATE_IN : !computed) continue;
        label_slot(labels[count], sizeof labels[count], cell, k, incoming ? LABEL_SYMBOLIC : LABEL_NO_TIME,
                   LABEL_NO_UNIT, f->s->label);
        items[count] = labels[count];
        if (f->draft->slot == k) now = count;
        slots[count++] = k;
    }
    int chosen = ui_segments(f->s->ui, r, id, items, NULL, count, now, true);
    if (chosen == now || chosen < 0) return;
    bool gate = cell->slots[slots[chosen]].role == SLOT_GATE;
    f->draft->slot = slots[chosen];
    if (gate) f->draft->value = fmin(1, fmax(0, f->draft->value));
    f->moved = true;
}

static void direction_row(struct form *f, rect r) {
    static const char *const items[] = {"\\to ", "\\t{back}", "\\t{both}"};
    int now = f->draft->direction < 0 ? 2 : f->draft->direction;
    int chosen = ui_segments(f->s->ui, r, "direction", items, NULL, 3, now, true);
    if (chosen == now) return;
    f->draft->direction = chosen == 2 ? -1 : chosen;
    f->moved = true;
}

static void layer_row(struct form *f) {
    int layers = f->s->spec->layers;
    char texts[NET_MAX_LAYERS][16];
    const char *items[NET_MAX_LAYERS + 1];
    for (int l = 0; l < layers; l++) {
        snprintf(texts[l], sizeof texts[l], "%s%d", l ? "" : "Layer ", l + 1);
        items[l] = texts[l];
    }
    items[layers] = "all";
    int now = f->draft->layer < 0 ? layers : f->draft->layer;
    int chosen = ui_segments(f->s->ui, next_row(f, SEGMENT), "layer", items, NULL, layers + 1, now, false);
    if (chosen == now) return;
    f->draft->layer = chosen == layers ? -1 : chosen;
    f->moved = true;
}

static void choose_time(struct form *f, bool range) {
    char text[32];
    int last = f->T - 1, t = f->draft->from + 1, to = f->draft->to + 1;
    if (last < 1) return;
    snprintf(text, sizeof text, "t = %d", t);
    if (edit_slider_int(f->s->ui, next_row(f, ROW), range ? "From" : "At", text, &t, 1, last + 1)) {
        f->draft->from = t - 1;
        if (!range || f->draft->to < f->draft->from) f->draft->to = f->draft->from;
        f->moved = true;
    }
    if (!range) return;
    snprintf(text, sizeof text, "t = %d", to);
    if (edit_slider_int(f->s->ui, next_row(f, ROW), "To", text, &to, 1, last + 1)) {
        f->draft->to = to - 1;
        if (f->draft->from > f->draft->to) f->draft->from = f->draft->to;
        f->moved = true;
    }
}

static void choose_entry(struct form *f, const char *label, int count, bool every) {
    char text[32];
    int unit = f->draft->unit + 1;
    if (count < 2 && !every) return;
    if (unit == 0)
        snprintf(text, sizeof text, "all %d", count);
    else
        snprintf(text, sizeof text, "%d of %d", unit, count);
    if (!edit_slider_int(f->s->ui, next_row(f, ROW), label, text, &unit, every ? 0 : 1, count)) return;
    f->draft->unit = unit - 1;
    f->moved = true;
}

// --- what it becomes ---

static void choose_value(struct form *f, double low, double high) {
    char text[32];
    struct edit *draft = f->draft;
    if (draft->kind == EDIT_FREEZE)
        snprintf(text, sizeof text, "frozen");
    else
        format_value(text, sizeof text, draft->value, 3, false);
    double value = draft->kind == EDIT_FREEZE ? fmax(low, 0) : draft->value;
    if (!edit_value(f->s->ui, next_row(f, ROW), text, &value, low, high, &f->s->memory->typed)) return;
    bool gate = edit_holds(draft) && f->s->cell->slots[draft->slot].role == SLOT_GATE;
    if (gate) value = fmin(1, fmax(0, value));
    if (draft->kind == EDIT_FREEZE) draft->kind = EDIT_CLAMP;
    draft->value = value;
    f->changed = true;
}

// One press: in force at once.
static void quick(struct form *f) {
    static const struct {
        const char *label, *brief;
        enum edit_kind kind;
        double value;
        bool gates;
    } actions[] = {{"Open (1)", "Open", EDIT_CLAMP, 1, true},
                   {"Shut (0)", "Shut", EDIT_CLAMP, 0, true},
                   {"Set to 0", "Set to 0", EDIT_CLAMP, 0, false},
                   {"Freeze", "Freeze", EDIT_FREEZE, 0, true}};
    bool gate = f->s->cell->slots[f->draft->slot].role == SLOT_GATE;
    rect row = next_row(f, SEGMENT);
    float width = (row.w - (gate ? 16 : 8)) / (gate ? 3 : 2);
    for (size_t k = 0; k < sizeof actions / sizeof *actions; k++) {
        bool always = actions[k].kind == EDIT_FREEZE;
        if (!always && actions[k].gates != gate) continue;
        rect at = rect_cut_left(&row, width);
        rect_cut_left(&row, 8);
        if (!ui_button(f->s->ui, at, width < 84 ? actions[k].brief : actions[k].label, false)) continue;
        f->draft->kind = actions[k].kind;
        f->draft->value = actions[k].value;
        f->put = true;
    }
}

// What the two ends of a gate do, in words.
static void polarity(struct form *f) {
    const struct cell_slot *slot = &f->s->cell->slots[f->draft->slot];
    if (!slot->at_one || !f->roomy) return;
    for (int k = 1; k >= 0; k--) {
        char text[96];
        snprintf(text, sizeof text, "%d %s%s", k, k ? slot->at_one : slot->at_zero, k ? "," : ".");
        rect row = rect_cut_top(f->r, k ? 18 : 24);
        draw_text_fit(f->s->list, row.x, row.y + 13, row.w, text,
                      (struct text_style){FONT_SANS, 13, f->s->theme->ink3, ALIGN_LEFT});
    }
}

static void vector(struct form *f) {
    const struct net_spec *spec = f->s->spec;
    double low, high;
    slot_row(f, next_row(f, SEGMENT), false, "slot");
    rect row = next_row(f, SEGMENT);
    bool two = record_side(f->s->whole, f->draft->encoder)->layout.spec.directions > 1;
    rect incoming = rect_cut_left(&row, floorf(row.w * (two ? 0.42f : 0.5f)));
    slot_row(f, incoming, true, "incoming");
    rect_cut_left(&row, 8);
    if (two)
        direction_row(f, row);
    else
        draw_text_fit(f->s->list, row.x, row.y + 21, row.w, "as it comes in",
                      (struct text_style){FONT_SANS_MEDIUM, 13, f->s->theme->ink3, ALIGN_LEFT});
    if (spec->layers > 1) layer_row(f);
    choose_entry(f, "Unit", spec->hidden, true);
    choose_time(f, true);
    edit_range(f->s->whole, f->draft, &low, &high);
    choose_value(f, low, high);
    quick(f);
    polarity(f);
}

// A slider through the symbols, and a field to type one.
static void choose_symbol(struct form *f, int count) {
    struct surgery *s = f->s;
    struct edit *draft = f->draft;
    const char *none = draft->kind == EDIT_SYMBOL ? "nothing" : "none";
    char words[96];
    int symbol = draft->symbol;
    if (symbol < 0)
        snprintf(words, sizeof words, "%s", none);
    else
        label_words(words, sizeof words, edit_symbol_text(draft, s->whole, symbol), "symbol", symbol);
    if (edit_slider_int(s->ui, next_row(f, ROW), "Symbol", words, &symbol, -1, count - 1)) {
        draft->symbol = symbol;
        f->changed = true;
    }
    struct surgery_memory *memory = s->memory;
    rect row = next_row(f, SEGMENT);
    bool entered = ui_text_field(s->ui, (rect){row.x + 60, row.y, row.w - 60, row.h}, "symbol", memory->symbol,
                                 sizeof memory->symbol, "or type it, then Enter");
    if (entered && memory->symbol[0]) {
        int found = -1;
        for (int k = 0; k < count && found < 0; k++)
            if (!strcmp(edit_symbol_text(draft, s->whole, k), memory->symbol)) found = k;
        memory->unknown = found < 0;
        if (found >= 0) {
            draft->symbol = found;
            f->put = true;
        }
    }
    if (!memory->unknown || !memory->symbol[0]) return;
    char text[128];
    snprintf(text, sizeof text, "“%.24s” is not among the %d symbols", memory->symbol, count);
    row = next_row(f, 20);
    icon_draw(s->list, ICON_WARN, row.x, row.y + 2, 15, s->theme->err, 1.6f);
    draw_text_fit(s->list, row.x + 20, row.y + 14, row.w - 20, text,
                  (struct text_style){FONT_SANS_MEDIUM, 13, s->theme->err, ALIGN_LEFT});
}

static void example(struct form *f) {
    const struct net_spec *spec = f->s->spec;
    struct edit *draft = f->draft;
    bool answers = net_one_answer(spec) && what_of(draft) == WHAT_TARGET; // at the last timestep alone
    if (!answers) choose_time(f, false);
    bool input = draft->kind == EDIT_REAL || draft->kind == EDIT_SYMBOL;
    int count = !input || (spec->kind == NET_ENCODER_DECODER && !draft->encoder) ? spec->outputs : spec->inputs;
    if (draft->kind == EDIT_SYMBOL || draft->kind == EDIT_TARGET) {
        choose_symbol(f, count);
        return;
    }
    choose_entry(f, input ? "Channel" : "Output", count, false);
    bool probability = draft->kind == EDIT_ANSWER && spec->output == OUTPUT_SIGMOID;
    double most = edit_round_up(fmax(2, fabs(draft->value)));
    choose_value(f, probability ? 0 : -most, probability ? 1 : most);
}

static const char *parameter_row(void *context, int row) {
    const struct surgery *s = context;
    return s->whole->layout.params[row].name;
}

static void weight(struct form *f) {
    struct surgery *s = f->s;
    struct edit *draft = f->draft;
    const struct layout *layout = &s->whole->layout;
    const struct param *param = &layout->params[draft->param];
    rect chip = next_row(f, SEGMENT);
    if (ui_chip_id(s->ui, chip, ICON_GRID, param->name, "parameter")) {
        rect r = ui_popup_begin(s->ui, chip, chip.w - 24, fminf(240, 32.0f * (float)layout->count));
        int row = ui_list(s->ui, r, "parameters", layout->count, parameter_row, s, &s->memory->parameter_row);
        if (row >= 0) {
            draft->param = row;
            draft->row = draft->column = 0;
            f->moved = true;
            ui_popup_close(s->ui);
        }
        ui_popup_end(s->ui);
    }
    param = &layout->params[draft->param];
    int row = draft->row + 1, column = draft->column + 1;
    int rows = param_rows(param), columns = param_is_vector(param->role) ? 1 : param_columns(param);
    char text[32];
    snprintf(text, sizeof text, "%d of %d", row, rows);
    if (edit_slider_int(s->ui, next_row(f, ROW), "Row", text, &row, 1, rows)) draft->row = row - 1, f->moved = true;
    snprintf(text, sizeof text, "%d of %d", column, columns);
    if (columns > 1 && edit_slider_int(s->ui, next_row(f, ROW), "Column", text, &column, 1, columns))
        draft->column = column - 1, f->moved = true;
    double most = edit_round_up(fmax(2, fabs(draft->value)));
    choose_value(f, -most, most);
}

// --- in force ---

static void put(struct form *f) {
    struct surgery *s = f->s;
    struct surgery_memory *memory = s->memory;
    struct edits edits = *s->edits;
    if (memory->selected >= 0 && memory->selected < edits.count) {
        edits.list[memory->selected] = *f->draft;
        edit_ask(s->ui, s->scene, &edits, &memory->going);
    } else
        memory->selected = edit_ask_put(s->ui, s->scene, f->draft, &memory->going);
}

static void ending(struct form *f) {
    struct surgery *s = f->s;
    rect row = next_row(f, 36);
    if (s->memory->selected >= 0) {
        if (ui_button(s->ui, row, "Make another edit", false)) {
            s->memory->selected = -1;
            s->ui->animating = true;
        }
        return;
    }
    if (s->edits->count == EDITS_MAX) {
        char text[64];
        snprintf(text, sizeof text, "No more than %d edits: remove one first.", EDITS_MAX);
        draw_text_fit(s->list, row.x, row.y + 22, row.w, text,
                      (struct text_style){FONT_SANS_MEDIUM, 13, s->theme->ink2, ALIGN_LEFT});
        return;
    }
    if (ui_button(s->ui, row, "Set it", true)) f->put = true;
}

void surgery_form(struct surgery *s, rect *r, bool roomy) {
    static void (*const forms[WHAT_COUNT])(struct form *) = {vector, example, example, weight};
    struct edit draft = s->memory->draft;
    struct form f = {.s = s, .draft = &draft, .r = r, .roomy = roomy, .gap = roomy ? 8 : 4};
    rect head = rect_cut_top(r, 28);
    char title[48] = "Set something by hand";
    if (s->memory->selected >= 0) snprintf(title, sizeof title, "Change edit %d", s->memory->selected + 1);
    draw_text(s->list, head.x, head.y + 19, title,
              (struct text_style){FONT_SANS_SEMIBOLD, 14, s->theme->ink1, ALIGN_LEFT});
    ui_push_id(s->ui, "form");
    choose_what(&f);
    choose_side(&f);
    forms[what_of(&draft)](&f);
    if (f.moved && s->memory->selected < 0) take_present(&f);
    ending(&f);
    ui_pop_id(s->ui);
    s->memory->draft = draft;
    bool room = s->memory->selected >= 0 || s->edits->count < EDITS_MAX;
    if ((f.put && room) || ((f.changed || f.moved) && s->memory->selected >= 0)) put(&f);
}
