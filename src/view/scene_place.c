// Numbers as places: the one that says most about the running step, and those that are lit.
#include "scene.h"

#include <string.h>

static int chosen_unit(const struct scene *scene) {
    int H = record_H(scene->record), unit = scene->state ? scene->state->unit : -1;
    if (unit < 0 && scene->narration && scene->narration->unit > 0) unit = scene->narration->unit - 1;
    return unit < 0 || unit >= H ? 0 : unit;
}

static int output_of(const struct scene *scene, int t) {
    const struct example *example = &scene->record->example;
    return example->target && example->target[t] >= 0 && !example->target_real ? example->target[t] : 0;
}

// A vector of the step's layer at the timestep looked at.
static struct place of_slot(const struct scene *scene, const struct step *step, enum place_kind kind, int slot) {
    return (struct place){.kind = kind,
                          .encoder = record_is_encoder(scene->record),
                          .layer = step->layer,
                          .direction = step->direction,
                          .slot = slot,
                          .t = scene_t(scene),
                          .row = chosen_unit(scene)};
}

static void of_update(const struct scene *scene, const struct step *step, struct place *out) {
    struct place_side side = side_of(scene->record->whole, step->encoder);
    enum param_role role = step->layer < 0 && step->block == BLOCK_EMBED ? PARAM_EMBED
                           : step->layer < 0                             ? step->bias ? PARAM_HEAD_BIAS : PARAM_HEAD
                           : step->bias                                  ? PARAM_BIAS
                                                                         : PARAM_RECURRENT;
    int param = side_param(&side, role, step->layer, step->direction);
    if (param < 0) return;
    *out = (struct place){.kind = PLACE_PARAM_AFTER,
                          .encoder = step->encoder,
                          .param = param,
                          .row = step->layer < 0 ? 0 : step->block * side.spec->hidden + chosen_unit(scene)};
}

void scene_telling_place(const struct scene *scene, struct place *out) {
    const struct cell_desc *cell = record_cell(scene->record);
    const struct step *step = scene_step(scene);
    int t = scene_t(scene);
    *out = (struct place){.kind = PLACE_TOTAL_LOSS};
    // Another side's timestep is looked at: what runs is not there.
    if (!step || (step->t >= 0 && !scene_step_is_here(scene))) return;
    switch (step->kind) {
    case STEP_INPUT:
        *out = of_slot(scene, step, PLACE_VALUE, cell->state_in[0]);
        break;
    case STEP_PART:
        *out = of_slot(scene, step, PLACE_VALUE, cell->parts[step->part].result);
        break;
    case STEP_PART_BACK:
        *out = of_slot(scene, step, PLACE_GRAD, cell->steps[cell->parts[step->part].first].out);
        break;
    case STEP_SUM:
        *out = of_slot(scene, step, PLACE_GRAD, cell->state_out[step->state]);
        break;
    case STEP_FROM_LOSS:
        *out = of_slot(scene, step, PLACE_FROM_LOSS, cell->state_out[0]);
        break;
    case STEP_FROM_FUTURE:
        *out = of_slot(scene, step, PLACE_FROM_FUTURE, cell->state_out[0]);
        break;
    case STEP_OUTPUT:
        *out = (struct place){.kind = PLACE_Y_HAT, .t = t, .row = output_of(scene, t)};
        break;
    case STEP_LOSS:
        *out = (struct place){.kind = PLACE_LOSS, .t = t};
        break;
    case STEP_OUTPUT_BACK:
        *out = (struct place){.kind = PLACE_LOGITS_GRAD, .t = t, .row = output_of(scene, t)};
        break;
    case STEP_EMBED:
    case STEP_EMBED_BACK:
        *out = of_slot(scene, step, step->kind == STEP_EMBED ? PLACE_INPUT : PLACE_INPUT_GRAD, 0);
        out->row = 0;
        break;
    case STEP_HAND_OVER:
        *out = of_slot(scene, step, PLACE_VALUE, cell->state_in[0]);
        break;
    case STEP_CLIP:
        out->kind = PLACE_CLIP_SCALE;
        break;
    case STEP_UPDATE:
        of_update(scene, step, out);
        break;
    default:
        break;
    }
}

bool scene_hovered_place(const struct scene *scene, struct place *out) {
    const struct view_state *state = scene->state;
    const struct record *record = scene->record;
    if (state->hover_unit < 0 || state->hover_t < 0 || state->hover_slot < 0) return false;
    int slot = state->hover_slot;
    if (state->hover_t >= record_T(record) || slot >= record_cell(record)->slot_count) return false;
    if (state->hover_unit >=
        (slot == record_cell(record)->input ? net_layer_inputs(&record->layout.spec, state->layer) : record_H(record)))
        return false;
    *out = (struct place){.kind = state->hover_grad ? PLACE_GRAD : PLACE_VALUE,
                          .encoder = record_is_encoder(record),
                          .layer = state->layer,
                          .direction = state->direction,
                          .slot = slot,
                          .t = state->hover_t,
                          .row = state->hover_unit};
    return true;
}

enum scene_light scene_lit(const struct scene *scene, const char *tensor, int row, int column) {
    const struct lit *lit = &scene->state->lit;
    for (int k = 0; k < lit->count; k++)
        if (lit->row[k] == row && lit->column[k] == column && !strcmp(lit->tensor[k], tensor))
            return k == 0 ? LIT_NUMBER : LIT_OPERAND;
    return LIT_NOT;
}
