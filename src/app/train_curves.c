// From the points of an experiment to what the plots read; only what is new is added.
#include "mem.h"
#include "train.h"

static void add(struct train_run_curves *c, const struct run_point *p) {
    // Where memory is short a curve ends here; the next frame tries again.
    if (!curve_data_add(&c->loss, p->loss, (float)p->tokens)) return;
    if (!curve_data_add(&c->norm, p->grad_norm, 1)) {
        curve_data_cut(&c->loss, curve_data_last(&c->loss) - 1);
        return;
    }
    if (!curve_data_add(&c->clipped, p->clip_scale < 1 ? 1 : 0, 1)) {
        curve_data_cut(&c->loss, curve_data_last(&c->loss) - 1);
        curve_data_cut(&c->norm, curve_data_last(&c->norm) - 1);
    }
}

static void cut(struct train_run_curves *c, int64_t update) {
    curve_data_cut(&c->loss, update);
    curve_data_cut(&c->norm, update);
    curve_data_cut(&c->clipped, update);
}

static void take_checks(struct train_run_curves *c, const struct run_look *run) {
    if (run->check_count > c->check_room) {
        int room = 2 * run->check_count + 16;
        int64_t *at = mem_array((size_t)room, sizeof *at);
        double *valid = mem_array((size_t)room, sizeof *valid);
        if (!at || !valid) {
            mem_free(at);
            mem_free(valid);
            return;
        }
        mem_free(c->at);
        mem_free(c->valid);
        c->at = at;
        c->valid = valid;
        c->check_room = room;
        c->checks = 0;
    }
    c->checks = run->check_count;
    for (int k = 0; k < c->checks; k++) {
        c->at[k] = run->checks[k].update;
        c->valid[k] = run->checks[k].valid_loss;
    }
}

// The last branches that were left, each in the place of its number: a branch that is left does not change.
static void take_older(struct train_run_curves *c, const struct run_look *run, int branch) {
    int first = branch > TRAIN_OLDER ? branch - TRAIN_OLDER : 0;
    for (int b = first; b < branch; b++) {
        const struct run_branch *left = &run->older[b];
        struct curve_data *loss = &c->older_loss[b % TRAIN_OLDER], *norm = &c->older_norm[b % TRAIN_OLDER];
        curve_data_clear(loss, left->from);
        curve_data_clear(norm, left->from);
        for (int64_t k = 0; k < left->point_count; k++) {
            const struct run_point *p = &left->points[k];
            if (!curve_data_add(loss, p->loss, (float)p->tokens) || !curve_data_add(norm, p->grad_norm, 1)) break;
        }
    }
}

void train_curves_take(struct train_curves *curves, const struct experiment_look *look) {
    bool other = look->branch != curves->branch;
    for (int k = 0; k < look->models; k++) {
        struct train_run_curves *c = &curves->run[k];
        const struct run_look *run = &look->run[k];
        if (other) {
            for (int b = curves->branch; b < look->branch; b++)
                cut(c, run->older[b].from);
            take_older(c, run, look->branch);
        }
        while (c->loss.count < run->point_count) {
            int64_t before = c->loss.count;
            add(c, &run->points[before]);
            if (c->loss.count == before) break;
        }
        take_checks(c, run);
    }
    curves->branch = look->branch;
}

void train_curves_clear(struct train_curves *curves) {
    curves->branch = 0;
    for (int k = 0; k < EXPERIMENT_MODELS; k++) {
        struct train_run_curves *c = &curves->run[k];
        cut(c, 0);
        c->checks = 0;
        for (int b = 0; b < TRAIN_OLDER; b++) {
            curve_data_clear(&c->older_loss[b], 0);
            curve_data_clear(&c->older_norm[b], 0);
        }
    }
}

void train_curves_release(struct train_curves *curves) {
    for (int k = 0; k < EXPERIMENT_MODELS; k++) {
        struct train_run_curves *c = &curves->run[k];
        curve_data_release(&c->loss);
        curve_data_release(&c->norm);
        curve_data_release(&c->clipped);
        for (int b = 0; b < TRAIN_OLDER; b++) {
            curve_data_release(&c->older_loss[b]);
            curve_data_release(&c->older_norm[b]);
        }
        mem_free(c->at);
        mem_free(c->valid);
    }
    *curves = (struct train_curves){0};
}
