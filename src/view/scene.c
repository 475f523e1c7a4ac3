#include "scene.h"

#include "diagram.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SCALE_SAMPLES = 40000 }; // values looked at for the scale of a row: a frame must stay cheap at T 500, H 512

struct label_style scene_label(const struct scene *scene, bool colored) {
    if (!scene || !scene->state) return (struct label_style){.notation = NOTATION_COURSE, .colored = colored};
    return (struct label_style){.notation = scene->state->notation,
                                .colored = colored,
                                .weights = scene->state->stacked ? LABEL_WEIGHTS_STACKED : LABEL_WEIGHTS_SPLIT};
}

const struct step *scene_step(const struct scene *scene) {
    return scene->script ? script_running(scene->script, scene->position) : NULL;
}

bool scene_encoder(const struct scene *scene) {
    if (!scene->record || !scene->record->whole->encoder) return false;
    if (scene->state && scene->state->t >= 0) return scene->state->encoder;
    const struct step *step = scene_step(scene);
    return step ? step->encoder : true;
}

bool scene_step_is_here(const struct scene *scene) {
    const struct step *step = scene_step(scene);
    return step && step->encoder == record_is_encoder(scene->record);
}

int scene_t(const struct scene *scene) {
    int last = scene->record ? record_T(scene->record) - 1 : 0;
    int t = scene->state ? scene->state->t : -1;
    const struct step *step = scene_step(scene);
    if (t < 0 && scene_step_is_here(scene)) t = step->t;
    // Clip and update belong to no timestep; the walk back has just ended at the first one.
    return t < 0 ? 0 : t > last ? last : t;
}

bool scene_backward(const struct scene *scene) {
    if (scene->state && scene->state->backward_pinned) return scene->state->backward;
    const struct step *step = scene_step(scene);
    return step && step->phase >= PHASE_BACKWARD;
}

const struct record *scene_whole(const struct scene *scene) {
    return scene->record->whole;
}

struct weight scene_weight(const struct scene *scene) {
    return weight_settle(scene_whole(scene), scene->state ? scene->state->weight : (struct weight){0});
}

float scene_value(const struct scene *scene, struct draw_list *list, float x, float y, struct source source, int digits,
                  bool plus, struct text_style style) {
    if (scene_is_hidden(scene, source.tensor, source.row, source.column)) return draw_text(list, x, y, "?", style);
    return draw_value(list, x, y, source, digits, plus, style);
}

const struct itemised *scene_itemised(const struct scene *scene) {
    struct chain chain = {.side = record_is_encoder(scene->record)};
    diagram_place(scene, &chain.layer, &chain.direction);
    const struct insight *found = insights_itemised(scene->insights, chain, PATH_ALL);
    return found ? found->itemised : NULL;
}

bool scene_is_hidden(const struct scene *scene, const char *tensor, int row, int column) {
    for (int k = 0; k < scene->hidden_count; k++) {
        const struct hidden_value *hidden = &scene->hidden[k];
        if (!hidden->tensor || !tensor || strcmp(hidden->tensor, tensor) != 0) continue;
        if ((hidden->row < 0 || hidden->row == row) && (hidden->column < 0 || hidden->column == column)) return true;
    }
    return false;
}

float scene_row_scale(const struct record *record, int layer, int direction, int slot) {
    static const double steps[] = {0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
    enum { STEPS = sizeof steps / sizeof *steps };
    if (record_cell(record)->slots[slot].role == SLOT_GATE) return 1;
    const int T = record_T(record),
              H = slot == record_cell(record)->input ? net_layer_inputs(&record->layout.spec, layer) : record_H(record);
    const int stride = 1 + (int)((long)T * H / SCALE_SAMPLES);
    long within[STEPS] = {0}, total = 0;
    for (int t = 0; t < T; t += stride) {
        const double *values = tape_value(record->tape, layer, direction, slot, t);
        for (int i = 0; i < H; i++) {
            double size = fabs(values[i]);
            if (!isfinite(size)) continue;
            int k = 0;
            while (k < STEPS && size > steps[k])
                k++;
            if (k < STEPS) within[k]++;
            total++;
        }
    }
    long held = 0;
    for (int k = 0; k < STEPS; k++) {
        held += within[k];
        if (held * 100 >= total * 98) return (float)steps[k];
    }
    return (float)steps[STEPS - 1];
}

void scene_update_words(const struct scene *scene, char *out, size_t size) {
    const struct record *record = scene_whole(scene);
    char number[32];
    out[0] = 0;
    if (!record->batch) return;
    format_count(number, sizeof number, (long)record->update);
    snprintf(out, size, "update %s, example %d of %d", number, record->batch_index + 1, record_batch_count(record));
}
