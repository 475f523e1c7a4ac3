#include "kept_checkpoint.h"

#include "experiment.h"
#include "json_fields.h"
#include "file.h"
#include "mem.h"
#include <string.h>

struct mark {
    int64_t branch;
    uint64_t sum;
};
static const struct field mark_fields[] = {
    {"branch", FIELD_LONG, offsetof(struct mark, branch), 0, NULL},
    {"sum", FIELD_HEX, offsetof(struct mark, sum), 0, NULL},
};
enum { MARK_FIELDS = sizeof mark_fields / sizeof *mark_fields };

// ---- writing ----

static uint64_t sum_of(uint64_t sum, const struct layout *layout, const float *slab) {
    static const uint64_t prime = 0x100000001b3;
    for (int p = 0; slab && p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        size_t count = (size_t)param->in * (size_t)param->out;
        for (size_t i = 0; i < count; i++) {
            uint32_t word;
            memcpy(&word, &slab[param->offset + i], sizeof word);
            sum = (sum ^ word) * prime;
        }
    }
    return sum;
}

uint64_t kept_sum(const struct layout *layout, const struct snapshot *state) {
    static const uint64_t basis = 0xcbf29ce484222325;
    return sum_of(sum_of(sum_of(basis, layout, state->params), layout, state->m), layout, state->v);
}

void kept_put_mark(struct str *out, int64_t branch, uint64_t sum) {
    const struct mark mark = {branch, sum};
    str_put_char(out, '{');
    fields_write(out, mark_fields, MARK_FIELDS, &mark);
    str_put_char(out, '}');
}

bool kept_save_checkpoint(const char *path, const struct checkpoint_content *content, const struct snapshot *state,
                          const char *mark, struct err *err) {
    struct str run = {0};
    str_printf(&run, "{\"kept\":%s}", mark);
    struct checkpoint_state whole = {.run = run.data, .updates = state->update, .random = state->rng};
    whole.slab[CHECKPOINT_M] = (float *)state->m; // only read
    whole.slab[CHECKPOINT_V] = (float *)state->v;
    struct checkpoint_content with = *content;
    with.state = &whole;
    bool good = checkpoint_save_whole(path, &with, err);
    str_release(&run);
    return good;
}

// ---- reading ----

struct candidate {
    bool there, good;
    struct kept_at at;
    struct err err;
};

static bool read_mark(const struct checkpoint *checkpoint, struct mark *mark, const char *path, struct err *err) {
    json_t *run = checkpoint->state.run ? json_loads(checkpoint->state.run, 0, NULL) : NULL;
    const json_t *kept = json_object_get(run, "kept");
    bool good = json_is_object(kept) && fields_read(kept, mark_fields, MARK_FIELDS, mark, NULL) && mark->branch >= 1;
    json_decref(run);
    return good || err_at(err, ERR_FORMAT, path, 0, 0, "expected the checkpoint of a kept run, found another");
}

static bool load(const char *folder, int k, enum run_place place, struct checkpoint *checkpoint, struct kept_at *at,
                 struct err *err) {
    char path[RUN_FOLDER_PATH];
    struct mark mark = {0};
    run_path(folder, k, run_places[place], path);
    if (!checkpoint_load_state(checkpoint, path, err)) return false;
    const struct checkpoint_state *state = &checkpoint->state;
    const struct snapshot snapshot = {
        .params = checkpoint->model.params, .m = state->slab[CHECKPOINT_M], .v = state->slab[CHECKPOINT_V]};
    bool good = read_mark(checkpoint, &mark, path, err) &&
                (mark.sum == kept_sum(&checkpoint->model.layout, &snapshot) ||
                 err_at(err, ERR_FORMAT, path, 0, 0, "its numbers are not those that were written"));
    *at = (struct kept_at){mark.branch, state->updates};
    if (!good) checkpoint_release(checkpoint);
    return good;
}

static void try_place(const char *folder, int k, enum run_place place, struct candidate *out) {
    char path[RUN_FOLDER_PATH];
    struct checkpoint checkpoint;
    run_path(folder, k, run_places[place], path);
    *out = (struct candidate){.there = file_exists(path)};
    if (!out->there) return;
    out->good = load(folder, k, place, &checkpoint, &out->at, &out->err);
    if (out->good) checkpoint_release(&checkpoint);
}

static bool later(struct kept_at a, struct kept_at b) {
    return a.branch != b.branch ? a.branch > b.branch : a.update > b.update;
}

static bool same(struct kept_at a, struct kept_at b) {
    return a.branch == b.branch && a.update == b.update;
}

typedef struct candidate candidates[EXPERIMENT_MODELS][RUN_PLACES];

// The place where model k has it, or RUN_PLACES.
static int place_of(candidates all, int k, struct kept_at at) {
    int p = 0;
    while (p < RUN_PLACES && !(all[k][p].good && same(all[k][p].at, at)))
        p++;
    return p;
}

static bool choose(candidates all, int models, struct kept_common *out) {
    bool found = false;
    for (int p = 0; p < RUN_PLACES; p++) {
        struct kept_at at = all[0][p].at;
        bool in_all = all[0][p].good && (!found || later(at, out->at));
        for (int k = 0; in_all && k < models; k++)
            in_all = place_of(all, k, at) < RUN_PLACES;
        if (!in_all) continue;
        found = true;
        out->at = at;
        for (int k = 0; k < models; k++)
            out->place[k] = (enum run_place)place_of(all, k, at);
    }
    return found;
}

// The first that is damaged, or NULL.
static const struct candidate *damaged_one(candidates all, int models) {
    for (int k = 0; k < models; k++)
        for (int p = 0; p < RUN_PLACES; p++)
            if (all[k][p].there && !all[k][p].good) return &all[k][p];
    return NULL;
}

// Whether a checkpoint was ever written of all models: only then one is the newest.
static bool any_finished(candidates all, int models) {
    bool any = false;
    for (int k = 0; k < models; k++)
        any = any || all[k][RUN_NEWEST].there || all[k][RUN_PREVIOUS].there;
    return any;
}

static void say_damaged(struct str *remarks, const struct err *why, int64_t update) {
    char text[sizeof why->file + sizeof why->message];
    err_format(why, text, sizeof text);
    if (remarks->size > 0) str_put_char(remarks, ' ');
    str_printf(remarks, "%s; the checkpoint of update %lld is used.", text, (long long)update);
}

enum kept_found kept_find(const char *folder, int models, struct kept_common *out, struct str *remarks,
                          struct err *err) {
    candidates all;
    *out = (struct kept_common){0};
    for (int k = 0; k < models; k++)
        for (int p = 0; p < RUN_PLACES; p++)
            try_place(folder, k, (enum run_place)p, &all[k][p]);
    const struct candidate *damaged = damaged_one(all, models);
    if (!choose(all, models, out)) {
        if (damaged && err) *err = damaged->err;
        if (damaged) return KEPT_DAMAGED;
        if (!any_finished(all, models)) return KEPT_NONE_YET;
        err_at(err, ERR_FORMAT, folder, 0, 0, "expected checkpoints of one update of all models, found none");
        return KEPT_DAMAGED;
    }
    if (damaged) say_damaged(remarks, &damaged->err, out->at.update);
    for (int k = 0; k < models; k++) {
        struct kept_at at;
        if (load(folder, k, out->place[k], &out->checkpoint[k], &at, err)) continue;
        kept_common_release(out, k);
        return KEPT_DAMAGED;
    }
    return KEPT_FOUND;
}

void kept_common_release(struct kept_common *common, int models) {
    for (int k = 0; k < models; k++)
        checkpoint_release(&common->checkpoint[k]);
}
