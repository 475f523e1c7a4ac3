#include "equation_links.h"
#include "label_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STRIP_W = 158, STRIP_H = 22 };

static int time_of(const struct page *page, const struct label_target *target) {
    bool symbolic = target->t0 > LABEL_SYMBOLIC - 100 && target->t0 < LABEL_SYMBOLIC + 100;
    return symbolic ? page->t + target->t0 - LABEL_SYMBOLIC : target->t0;
}

static bool inside(const struct page *page, int t) {
    return t >= 0 && t < record_T(page->record);
}

static int layer_of(const struct page *page, const struct label_target *target) {
    return target->layer >= 0 ? target->layer : page->layer;
}

static int direction_of(const struct page *page, const struct label_target *target) {
    return target->direction >= 0 ? target->direction : page->direction;
}

// --- where it is computed ---

static int find(const struct page *page, const struct label_target *target, enum step_kind kind, int t, int which) {
    if (!inside(page, t)) return -1;
    return script_find(page->scene->script, kind, layer_of(page, target), direction_of(page, target), t, which);
}

static int value_position(const struct page *page, const struct label_target *target) {
    const struct cell_desc *cell = page->cell;
    int slot = target->index, t = time_of(page, target);
    if (slot == cell->input) return find(page, target, STEP_INPUT, t, -1);
    if (cell->slots[slot].role == SLOT_STATE_IN) {
        t += direction_of(page, target) == 1 ? 1 : -1;
        slot = cell->slots[slot].next;
    }
    return find(page, target, STEP_PART, t, cell_part_of_step(cell, step_that_makes(cell, slot)));
}

// A state's gradient is there with its sum, another's when the first of its readers was gone back through.
static int gradient_position(const struct page *page, const struct label_target *target) {
    const struct cell_desc *cell = page->cell;
    struct reader first;
    int t = time_of(page, target);
    for (int k = 0; k < cell->state_count; k++)
        if (cell->state_out[k] == target->index) return find(page, target, STEP_SUM, t, k);
    if (readers_of(cell, target->index, &first, 1) < 1) return -1;
    return find(page, target, STEP_PART_BACK, t, cell_part_of_step(cell, first.step));
}

static int update_position(const struct page *page, const struct label_target *target) {
    const struct script *script = page->scene->script;
    const bool head = target->kind == LABEL_HEAD_WEIGHT || target->kind == LABEL_HEAD_BIAS;
    const bool bias = target->kind == LABEL_BIAS || target->kind == LABEL_HEAD_BIAS;
    for (int p = script->phase_first[PHASE_UPDATE]; p < script->count; p++) {
        const struct step *step = &script->steps[p];
        if (step->kind != STEP_UPDATE || step->bias != bias || (step->layer < 0) != head) continue;
        if (head || (step->block == target->index && step->layer == layer_of(page, target) &&
                     step->direction == direction_of(page, target)))
            return p + 1;
    }
    return -1;
}

int link_position(const struct page *page, const struct label_target *target) {
    static const enum step_kind outputs[] = {[LABEL_Y_HAT] = STEP_OUTPUT,
                                             [LABEL_Y] = STEP_LOSS,
                                             [LABEL_LOSS] = STEP_LOSS,
                                             [LABEL_DZ_Y] = STEP_OUTPUT_BACK,
                                             [LABEL_LOGIT] = STEP_OUTPUT};
    switch (target->kind) {
    case LABEL_VALUE:
        return value_position(page, target);
    case LABEL_GRADIENT:
        return gradient_position(page, target);
    case LABEL_OUTPUT:
        return find(page, target, outputs[target->which], time_of(page, target), -1);
    default:
        return update_position(page, target);
    }
}

// Its strips, in every view.
static void light(const struct page *page, const struct label_target *target) {
    struct view_state *state = page->scene->state;
    if (target->kind > LABEL_GRADIENT) return;
    const struct cell_slot *slot = &page->cell->slots[target->index];
    bool before = slot->role == SLOT_STATE_IN;
    int t = time_of(page, target) + (!before ? 0 : direction_of(page, target) == 1 ? 1 : -1);
    if (!inside(page, t)) return;
    state->hover_slot = before ? slot->next : target->index;
    state->hover_t = t;
    state->hover_unit = page->unit;
    state->hover_grad = target->kind == LABEL_GRADIENT;
}

bool link_take(struct page *page, const struct math_link *link) {
    if (!label_target(link->key, link->length, &page->link_target)) return false;
    page->link = true;
    page->link_at = link->at;
    const char *inside = link->key + link->length + 2, *end = inside; // behind "}{"
    for (int depth = 1; *end; end++) {
        depth += (*end == '{') - (*end == '}');
        if (depth == 0) break;
    }
    snprintf(page->link_markup, sizeof page->link_markup, "%.*s", (int)(end - inside), inside);
    rect at = link->at;
    draw_rect(page->list, (rect){at.x + 2, at.y + at.h, at.w - 4, 1.5f}, page->theme->ink1, 0);
    if (rect_has(at, page->ui->pointer)) page->ui->cursor = CURSOR_HAND;
    light(page, &page->link_target);
    return true;
}

void link_go(struct page *page, const struct label_target *target) {
    struct view_state *state = page->scene->state;
    int position = link_position(page, target);
    if (position < 0) return;
    const struct step *step = &page->scene->script->steps[position - 1];
    state->unit = page->unit;
    state->t = -1; // the running step's
    state->place_pinned = false;
    state->backward_pinned = false;
    if (step->layer >= 0) state->layer = step->layer;
    if (step->direction >= 0) state->direction = step->direction;
    state->ask = (struct ask){.kind = ASK_SEEK, .index = position};
}

// --- the card ---

struct found { // a vector, and one number of it
    const char *tensor;
    const double *values;
    int n, t, at;
    enum strip_kind kind;
    float max;
};

static bool find_vector(const struct page *page, const struct label_target *target, struct found *out) {
    const struct tape *tape = page->record->tape;
    int t = time_of(page, target), layer = layer_of(page, target), direction = direction_of(page, target);
    if (target->kind > LABEL_GRADIENT || !inside(page, t)) return false;
    const struct cell_slot *slot = &page->cell->slots[target->index];
    bool grad = target->kind == LABEL_GRADIENT, input = target->index == page->cell->input;
    *out = (struct found){.n = input ? net_layer_inputs(&page->record->layout.spec, layer) : page->H, .t = t};
    out->tensor = record_name(page->record, grad ? RECORD_BACKWARD : RECORD_FORWARD, layer, direction, target->index);
    out->values = (grad ? tape_grad : tape_value)(tape, layer, direction, target->index, t);
    out->kind = grad ? STRIP_GRADIENT : slot->role == SLOT_GATE ? STRIP_GATE : STRIP_VALUE;
    out->at = page->unit;
    if (input && layer == 0 && page->record->example.x) out->at = page->record->example.x[t];
    if (out->at >= out->n) out->at = 0;
    int scale = slot->role == SLOT_STATE_IN ? slot->next : target->index;
    out->max = input || out->kind != STRIP_VALUE ? 1 : scene_row_scale(page->record, layer, direction, scale);
    return true;
}

static bool find_output(const struct page *page, const struct label_target *target, struct found *out) {
    const struct record *record = page->record;
    int t = time_of(page, target);
    if (target->kind != LABEL_OUTPUT || target->which == LABEL_Y || !inside(page, t)) return false;
    *out = (struct found){.n = record->layout.spec.outputs, .t = t, .max = 1, .kind = STRIP_GATE};
    out->tensor = "forward/y_hat";
    out->values = tape_y_hat(record->tape, t);
    out->at = record->example.target && record->example.target[t] >= 0 ? record->example.target[t] : 0;
    if (target->which == LABEL_DZ_Y) {
        out->tensor = "backward/logits";
        out->values = tape_logits_grad(record->tape, t);
        out->kind = STRIP_GRADIENT;
    }
    return target->which != LABEL_LOSS;
}

static const char *const output_words[] = {[LABEL_Y_HAT] = "the prediction; its number is the target's",
                                           [LABEL_Y] = "the target: one-hot",
                                           [LABEL_LOSS] = "the loss of this timestep, nats",
                                           [LABEL_DZ_Y] = "gradient of the logits; its number is the target's",
                                           [LABEL_LOGIT] = "the logits"};

// "weights of the forget gate, (8, 35)"
static void weight_words(const struct page *page, const struct label_target *target, char *out, size_t size) {
    const struct layout *layout = &page->record->layout;
    const int H = page->H, I = net_layer_inputs(&layout->spec, layer_of(page, target));
    if (target->kind == LABEL_HEAD_WEIGHT || target->kind == LABEL_HEAD_BIAS) {
        const struct param *p = &layout->params[layout_param(
            layout, target->kind == LABEL_HEAD_WEIGHT ? PARAM_HEAD : PARAM_HEAD_BIAS, -1, -1)];
        if (target->kind == LABEL_HEAD_WEIGHT)
            snprintf(out, size, "weights of the output, (%d, %d)", p->out, p->in);
        else
            snprintf(out, size, "biases of the output, (%d)", p->out);
        return;
    }
    const char *of = page->cell->slots[page->cell->parts[0].result].title;
    for (int i = 0; i < page->cell->step_count; i++) {
        const struct cell_step *step = &page->cell->steps[i];
        if (step->op == OP_AFFINE && step->block == target->index)
            of = page->cell->slots[page->cell->parts[cell_part_of_step(page->cell, i)].result].title;
    }
    int columns = target->which == 0 ? H : target->which == 1 ? I : H + I;
    if (target->kind == LABEL_BIAS || target->which == 2)
        snprintf(out, size, "%s of the %s, (%d)", target->kind == LABEL_BIAS ? "biases" : "weights from the memory", of,
                 H);
    else
        snprintf(out, size, "weights of the %s, (%d, %d)", of, H, columns);
}

static void card_words(const struct page *page, const struct label_target *target, char *out, size_t size) {
    if (target->kind == LABEL_OUTPUT) {
        snprintf(out, size, "%s", output_words[target->which]);
    } else if (target->kind > LABEL_GRADIENT) {
        weight_words(page, target, out, size);
    } else {
        const struct cell_slot *slot = &page->cell->slots[target->index];
        const char *what = target->kind == LABEL_GRADIENT ? "gradient of the loss by the " : "";
        if (slot->at_one && target->kind == LABEL_VALUE)
            snprintf(out, size, "%s: 1 %s", slot->title, slot->at_one);
        else
            snprintf(out, size, "%s%s", what, slot->title);
    }
}

static bool is_computed(const struct page *page, const struct label_target *target) {
    bool zero = target->kind == LABEL_VALUE && page->cell->slots[target->index].role == SLOT_STATE_IN;
    int position = link_position(page, target);
    if (position < 0) return zero && page->scene->position > 0; // the zero state before the first timestep
    bool weights = target->kind > LABEL_GRADIENT && target->kind != LABEL_OUTPUT; // there from the start
    return weights || position <= page->scene->position;
}

void link_card(struct page *page, const struct label_target *target, const char *markup, rect at) {
    const struct theme *theme = page->theme;
    struct draw_list *list = page->list;
    char words[128];
    struct found vector = {0};
    card_words(page, target, words, sizeof words);
    bool computed = is_computed(page, target), drawn = find_vector(page, target, &vector);
    bool loss = target->kind == LABEL_OUTPUT && target->which == LABEL_LOSS;
    if (!drawn) drawn = find_output(page, target, &vector);
    if (!computed) snprintf(words + strlen(words), sizeof words - strlen(words), "; not computed yet");
    struct text_style prose = {FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT},
                      number = {FONT_SANS_SEMIBOLD, 16, theme->ink1, ALIGN_RIGHT};
    drawn = drawn && computed;
    float width = fmaxf(STRIP_W + 24, text_width(list, words, prose) + 24), height = drawn ? 96 : 58;
    rect box = page_card_box(page, at, width, height);
    math_draw_fit(list, theme, box.x + 12, box.y + 25, width - 90, markup, 18, theme->ink1, ALIGN_LEFT);
    draw_text(list, box.x + 12, box.y + 47, words, prose);
    if (loss && computed) {
        int t = time_of(page, target);
        page_value(page, box.x + width - 12, box.y + 25,
                   (struct source){"forward/loss", t, -1, tape_loss(page->record->tape, t)}, 3, false, number);
    }
    if (!drawn) return;
    struct strip_style style = strip_style_default(vector.kind, 0, 0, 0);
    style.max = vector.max;
    style.selected = vector.at;
    style.sign_marks = page->scene->state->sign_marks;
    rect area = {box.x + 12, box.y + 60, STRIP_W, STRIP_H};
    if (vector.at >= 0) {
        struct source source = {vector.tensor, vector.t, vector.at, vector.values[vector.at]};
        page_value(page, box.x + width - 12, box.y + 25, source, 3, false, number);
    }
    strip_block(list, theme, area, vector.values, vector.n, &style);
}
