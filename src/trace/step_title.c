// What steps are called.
#include "script.h"

#include <stdio.h>
#include <string.h>

const char *phase_title(enum phase phase) {
    static const char *const titles[PHASE_COUNT] = {"Forward", "Loss", "Backward", "Clip", "Update"};
    return (unsigned)phase < PHASE_COUNT ? titles[phase] : "";
}

// The part that a block of weights belongs to.
static int part_of_block(const struct cell_desc *cell, int block) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].op == OP_AFFINE && cell->steps[i].block == block) return cell_part_of_step(cell, i);
    return -1;
}

static void lower_first(char *text) {
    if (text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z')) text[0] = (char)(text[0] - 'A' + 'a');
}

static bool is_state_out(const struct cell_desc *cell, int slot) {
    return cell->slots[slot].role == SLOT_STATE_OUT;
}

static int part_that_makes(const struct cell_desc *cell, int slot) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].out == slot) return cell_part_of_step(cell, i);
    return -1;
}

static void put_title(const struct cell_desc *cell, const struct step *step, char *out, size_t size) {
    char name[64] = "";
    switch (step->kind) {
    case STEP_INPUT:
        snprintf(out, size, "Input");
        return;
    case STEP_PART:
        snprintf(out, size, "%s", cell->parts[step->part].title);
        return;
    case STEP_OUTPUT:
        snprintf(out, size, "Output");
        return;
    case STEP_LOSS:
        snprintf(out, size, "Loss");
        return;
    case STEP_OUTPUT_BACK:
        snprintf(out, size, "Output gradient");
        return;
    case STEP_FROM_LOSS:
        snprintf(out, size, "From this step\u2019s loss");
        return;
    case STEP_FROM_FUTURE:
        snprintf(out, size, "From the future");
        return;
    case STEP_SUM: { // the gradient of what a part made carries that part's name
        int part = part_that_makes(cell, cell->state_out[step->state]);
        snprintf(out, size, "%s", part >= 0 ? cell->parts[part].backward_title : "Gradient");
        return;
    }
    case STEP_PART_BACK:
        if (!is_state_out(cell, cell->parts[step->part].result)) {
            snprintf(out, size, "%s", cell->parts[step->part].backward_title);
            return;
        }
        snprintf(name, sizeof name, "%s", cell->parts[step->part].title);
        lower_first(name);
        snprintf(out, size, "Back through the %s", name);
        return;
    case STEP_CLIP:
        snprintf(out, size, "Clip");
        return;
    case STEP_EMBED:
        snprintf(out, size, "Embedding");
        return;
    case STEP_EMBED_BACK:
        snprintf(out, size, "Embedding gradient");
        return;
    case STEP_HAND_OVER:
        snprintf(out, size, "From the encoder");
        return;
    case STEP_UPDATE: {
        if (step->layer < 0 && step->block == BLOCK_EMBED) {
            snprintf(out, size, "Update, embedding");
            return;
        }
        int part = step->layer < 0 ? -1 : part_of_block(cell, step->block);
        snprintf(name, sizeof name, "%s", part < 0 ? "Output" : cell->parts[part].title);
        lower_first(name);
        snprintf(out, size, "Update, %s %s", name, step->bias ? "bias" : "weights");
        return;
    }
    case STEP_KIND_COUNT:
        break;
    }
    snprintf(out, size, "%s", "");
}

// Where a gradient comes from that does not come from where its kind of step says.
static const char *source_title(const struct record *side, const struct step *step) {
    if (step->kind == STEP_FROM_LOSS && step->layer < side->layout.spec.layers - 1) return "From the layer above";
    if (step->kind == STEP_FROM_LOSS && record_loss_time(side, step->direction, step->t) != step->t)
        return "From the loss";
    if (step->kind == STEP_FROM_FUTURE && record_after(side, step->direction, step->t) < 0) return "From the decoder";
    return NULL;
}

void step_title(const struct record *record, const struct step *step, char *out, size_t size) {
    if (size == 0) return;
    const struct record *side = record_side(record, step->encoder);
    const struct net_spec *spec = &side->layout.spec;
    char title[96], layer[48] = "", time[40] = "";
    put_title(record_cell(side), step, title, sizeof title);
    const char *source = source_title(side, step);
    if (source) snprintf(title, sizeof title, "%s", source);
    bool cell = step->layer >= 0 && step->kind != STEP_EMBED && step->kind != STEP_EMBED_BACK;
    if (cell && spec->layers > 1) snprintf(layer, sizeof layer, ", layer %d", step->layer + 1);
    if (cell && spec->directions > 1) strcat(layer, step->direction == 1 ? " (reverse)" : " (forward)");
    bool two = step->kind != STEP_CLIP && step->phase != PHASE_LOSS && side != record->whole;
    const char *who = !two ? "" : step->encoder ? "encoder" : "decoder";
    if (step->t >= 0)
        snprintf(time, sizeof time, ", %s%st = %d", who, two ? " " : "", step->t + 1);
    else if (two)
        snprintf(time, sizeof time, ", %s", who);
    snprintf(out, size, "%s%s%s", title, layer, time);
}
