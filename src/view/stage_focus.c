// What the running step reads and writes, from the cell's description.
#include "stage_inner.h"

int stage_row_of(const struct stage *s, int slot) {
    for (int k = 0; k < s->track->row_count; k++)
        if (s->track->rows[k].slot == slot) return k;
    return -1;
}

static bool made_in(const struct stage *s, const struct cell_part *part, int slot) {
    for (int k = part->first; k < part->first + part->count; k++)
        if (s->cell->steps[k].out == slot) return true;
    return false;
}

// Marks what a part reads: rows of this timestep, states of the one before, the input.
void stage_part_operands(const struct stage *s, const struct cell_part *part, bool *row, bool *before, bool *x) {
    for (int k = part->first; k < part->first + part->count; k++)
        for (int i = 0; i < 2; i++) {
            int slot = s->cell->steps[k].in[i];
            if (slot < 0 || made_in(s, part, slot)) continue;
            const struct cell_slot *about = &s->cell->slots[slot];
            int at = stage_row_of(s, about->role == SLOT_STATE_IN ? about->next : slot);
            if (about->role == SLOT_INPUT) *x = true;
            if (at < 0) continue;
            if (about->role == SLOT_STATE_IN)
                before[at] = true;
            else
                row[at] = true;
        }
}

void stage_part_results(const struct stage *s, const struct cell_part *part, bool *result) {
    for (int k = part->first; k < part->first + part->count; k++) {
        int at = stage_row_of(s, s->cell->steps[k].out);
        if (at >= 0) result[at] = true;
    }
}

static void backward_focus(struct stage *s, struct track_focus *f) {
    const struct step *step = s->step;
    const struct stage_track *track = s->track;
    bool memory = step->state == 1 && track->row_c >= 0;
    bool future = record_has_future(stage_side_of(s, s->now)->record, step->direction, step->t);
    f->state_row = memory ? track->row_c : track->row_a;
    switch (step->kind) {
    case STEP_FROM_LOSS:
        f->from_loss = true;
        f->row[track->row_a] = memory;
        s->focus.y_hat = !memory && stage_is_top(s) && stage_gives_output(s, s->now);
        break;
    case STEP_FROM_FUTURE:
        f->from_future = true;
        f->before[f->state_row] = true;
        break;
    case STEP_SUM:
        f->plus = f->from_loss = true;
        f->from_future = future;
        f->before[f->state_row] = f->from_future;
        f->row[track->row_a] = memory;
        f->result[f->state_row] = true;
        break;
    case STEP_PART_BACK: {
        const struct cell_part *part = &s->cell->parts[step->part];
        int at = stage_row_of(s, part->result);
        if (at >= 0) f->row[at] = true;
        stage_part_operands(s, part, f->result, f->leaves, &f->x);
        for (int k = part->first; k < part->first + part->count; k++) { // sums inside the part, as of an RNN
            int inner = stage_row_of(s, s->cell->steps[k].out);
            if (inner >= 0 && inner != at) f->result[inner] = true;
        }
        break;
    }
    default:
        break;
    }
}

static void track_focus(struct stage *s, struct track_focus *f) {
    const struct step *step = s->step;
    const struct stage_track *track = s->track;
    switch (step->kind) {
    case STEP_INPUT:
        f->x = f->before[track->row_a] = true;
        break;
    case STEP_PART:
        stage_part_operands(s, &s->cell->parts[step->part], f->row, f->before, &f->x);
        stage_part_results(s, &s->cell->parts[step->part], f->result);
        break;
    case STEP_HAND_OVER: // the states come in from the encoder
        for (int k = 0; k < track->row_count; k++)
            f->before[k] = track->rows[k].state;
        break;
    default:
        backward_focus(s, f);
        break;
    }
}

void stage_make_focus(struct stage *s) {
    const struct step *step = s->step;
    s->focus = (struct stage_focus){0};
    struct stage_track *before = s->track;
    for (int k = 0; k < s->track_count; k++) {
        s->tracks[k].focus = (struct track_focus){.state_row = s->tracks[k].row_a};
        if (!step || s->now < 0 || s->backward != (step->phase == PHASE_BACKWARD)) continue;
        struct stage_focus *f = &s->focus;
        f->running = true;
        s->track = &s->tracks[k];
        struct track_focus *own = &s->track->focus;
        own->on = step->layer == s->track->layer && step->direction == s->track->direction;
        f->y_hat_result |= step->kind == STEP_OUTPUT || step->kind == STEP_OUTPUT_BACK;
        f->y_hat |= step->kind == STEP_LOSS;
        f->loss_result |= step->kind == STEP_LOSS;
        f->loss |= step->kind == STEP_OUTPUT_BACK;
        f->x |= step->kind == STEP_EMBED || step->kind == STEP_EMBED_BACK;
        if (own->on) track_focus(s, own);
        f->x |= own->x && s->track->layer == 0;
        // the head reads the activations of the top layer
        if (step->kind == STEP_OUTPUT && stage_is_top(s)) own->row[s->track->row_a] = own->on = true;
    }
    s->track = before;
}
