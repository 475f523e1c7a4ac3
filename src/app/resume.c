#include "resume.h"

#include "carried.h"
#include "mem.h"
#include <string.h>

// What a checkpoint keeps beside the state. A network of real inputs has no symbols that go in.
static struct checkpoint_content content_of(const struct training *training) {
    return (struct checkpoint_content){
        .model = training->model, .vocabulary = &training->data->vocabulary, .labels = &training->data->labels};
}

bool training_save_model(const struct training *training, const char *path, struct err *err) {
    struct checkpoint_content content = content_of(training);
    return checkpoint_save_whole(path, &content, err);
}

bool training_save(const struct training *training, const char *path, const char *run, const float *best,
                   struct err *err) {
    struct trainer *trainer = training->trainer;
    char *text = mem_copy_text(run);
    struct checkpoint_state state = {.run = text, .updates = trainer_updates(trainer), .random = training->rng};
    for (int s = 0; s < trainer_state_slabs(trainer); s++)
        state.slab[CHECKPOINT_M + s] = trainer_state(trainer, s);
    state.slab[CHECKPOINT_BEST] = (float *)best; // only read
    if (training->carry) state.sequences = trainer_carried(trainer);
    if (state.sequences > 0) {
        state.carried = mem_need(trainer_carried_size(trainer, state.sequences), sizeof *state.carried);
        trainer_carried_get(trainer, state.carried);
    }
    struct checkpoint_content content = content_of(training);
    content.state = &state;
    bool good = checkpoint_save_whole(path, &content, err);
    mem_free(state.carried);
    mem_free(text);
    return good;
}

bool training_restore(struct training *training, const struct checkpoint_state *state, struct err *err) {
    struct trainer *trainer = training->trainer;
    int slabs = trainer_state_slabs(trainer),
        found = (state->slab[CHECKPOINT_M] != NULL) + (state->slab[CHECKPOINT_V] != NULL);
    if (slabs != found)
        return err_set(err, ERR_VALUE,
                       "expected the state of an update rule with %d tensor%s a parameter, found %d: the run "
                       "had another --optimizer",
                       slabs, slabs == 1 ? "" : "s", found);
    if (training->carry && state->sequences != 0 && state->sequences != training->batch)
        return err_set(err, ERR_VALUE,
                       "the run carries the state of %d sequences: it goes on with --batch %d only, found %d",
                       state->sequences, state->sequences, training->batch);
    for (int s = 0; s < slabs; s++)
        memcpy(trainer_state(trainer, s), state->slab[CHECKPOINT_M + s], training->model->layout.size * sizeof(float));
    if (training->carry && state->sequences > 0 && !trainer_carried_set(trainer, state->sequences, state->carried, err))
        return false;
    trainer_restore_updates(trainer, state->updates);
    training->done = (long)state->updates;
    training->rng = state->random;
    return true;
}
