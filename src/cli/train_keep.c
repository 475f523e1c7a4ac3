#include "train_keep.h"

#include "command.h"
#include "mem.h"
#include "resume.h"
#include "trainer.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct train_keep {
    struct kept *kept;
    char checkpoint[RUN_FOLDER_PATH];
    int64_t from, update; // of the points
    struct run_point *points;
    int64_t room;
    // of the writing at hand
    const struct training *training;
    const char *run;
    const float *best;
};

static struct train_keep *make(struct kept *kept) {
    struct train_keep *keep = kept ? mem_need(1, sizeof *keep) : NULL;
    if (keep) keep->kept = kept;
    return keep;
}

void train_keep_free(struct train_keep *keep) {
    if (!keep) return;
    kept_free(keep->kept);
    mem_free(keep->points);
    mem_free(keep);
}

// ---- beginning ----

static void copy_word(char *to, size_t size, const char *from) {
    snprintf(to, size, "%s", from ? from : "");
}

struct train_keep *train_keep_new(const char *folder, const struct model_words *model,
                                  const struct training_words *training, const struct recipe *recipe,
                                  int64_t check_every, bool other, struct err *err) {
    struct experiment_plan plan = {.setup = setup_default(), .models = 1, .check_every = check_every};
    struct setup *setup = &plan.setup;
    copy_word(setup->data, sizeof setup->data, model->data);
    copy_word(setup->task, sizeof setup->task, model->task);
    if (!words_choices(model, &setup->reading, err)) return NULL;
    setup->shape = (enum text_shape)model->shape;
    setup->tokens = (enum token_kind)model->tokens;
    setup->lower = model->lower;
    setup->min_count = model->min_count;
    setup->validation = training->validation;
    setup->recipe.seed = training->seed;
    plan.recipe[0] = *recipe;
    struct train_keep *keep = make(kept_new(&plan, folder, err));
    if (keep) kept_set_options(keep->kept, recipe, other, NULL);
    return keep;
}

// ---- going on ----

struct train_keep *train_keep_open(const char *folder, struct err *err) {
    struct train_keep *keep = make(experiment_open_kept(folder, err));
    if (!keep) return NULL;
    const struct experiment_plan *plan = kept_plan(keep->kept);
    bool good = plan->models == 1 ||
                err_set(err, ERR_USAGE, "%s: expected a run of one model, found %d; the window goes on with them",
                        folder, plan->models);
    good = good && (plan->start || err_set(err, ERR_VALUE, "%s: no checkpoint was written yet", folder));
    if (!good) {
        train_keep_free(keep);
        return NULL;
    }
    if (*kept_remarks(keep->kept)) fprintf(stderr, "%s\n", kept_remarks(keep->kept));
    keep->from = keep->update = plan->start->update;
    run_path(folder, 0, run_places[RUN_NEWEST], keep->checkpoint);
    return keep;
}

const char *train_keep_checkpoint(const struct train_keep *keep) {
    return keep->checkpoint;
}

const struct recipe *train_keep_recipe(const struct train_keep *keep) {
    return &kept_plan(keep->kept)->recipe[0];
}

bool train_keep_set_recipe(struct train_keep *keep, const struct recipe *recipe, bool other, struct err *err) {
    return kept_set_options(keep->kept, recipe, other, err);
}

uint64_t train_keep_data(const struct train_keep *keep) {
    return kept_plan(keep->kept)->start->data;
}

static const char *word(const char *text) {
    return *text ? text : NULL;
}

void train_keep_words(const struct train_keep *keep, struct model_words *model, struct training_words *training) {
    const struct setup *setup = &kept_plan(keep->kept)->setup;
    const struct data_choices *reading = &setup->reading;
    model->data = word(setup->data);
    model->task = word(setup->task);
    model->reader = word(reading->reader);
    model->separator = word(reading->separator);
    model->columns = word(reading->columns);
    model->on_problem = word(reading->on_problem);
    model->encoding = (int)reading->encoding;
    model->header = reading->header == 0 ? 0 : reading->header > 0 ? 1 : 2;
    model->shape = (int)setup->shape;
    model->tokens = (int)setup->tokens;
    model->lower = setup->lower;
    model->min_count = setup->min_count;
    training->validation = setup->validation;
}

// ---- writing ----

bool train_keep_add(struct train_keep *keep, const struct step_report *report, double lr, double seconds,
                    struct err *err) {
    int64_t count = keep->update - keep->from;
    if (count == keep->room) {
        int64_t room = keep->room > 0 ? 2 * keep->room : 256;
        size_t each = sizeof *keep->points;
        void *more = mem_grow(keep->points, (size_t)keep->room * each, (size_t)room * each);
        if (!more) return err_set(err, ERR_MEMORY, "no memory for the numbers of %lld updates", (long long)room);
        keep->points = more;
        keep->room = room;
    }
    keep->points[count] = (struct run_point){.loss = (float)report->loss,
                                             .grad_norm = (float)report->grad_norm,
                                             .clip_scale = (float)report->clip_scale,
                                             .lr = (float)lr,
                                             .seconds = (float)seconds,
                                             .tokens = (int32_t)report->tokens};
    keep->update++;
    return true;
}

// The words of the command line, and the folder's mark.
static bool save(void *context, const char *path, const char *mark, struct err *err) {
    const struct train_keep *keep = context;
    json_t *run = json_loads(keep->run, 0, NULL);
    json_object_set_new(run, "kept", json_loads(mark, 0, NULL));
    char *text = json_dumps(run, JSON_COMPACT);
    bool good = text ? training_save(keep->training, path, text, keep->best, err)
                     : err_set(err, ERR_MEMORY, "no memory for the words of the run");
    free(text);
    json_decref(run);
    return good;
}

void train_keep_write(struct train_keep *keep, const struct training *training, const struct recipe *recipe,
                      const struct train_keep_measured *measured, const char *run, const float *best) {
    struct trainer *trainer = training->trainer;
    int slabs = trainer_state_slabs(trainer);
    struct run_check check = {.update = keep->update, .train_loss = NAN, .valid_loss = NAN, .accuracy = NAN};
    if (measured) {
        check.valid_loss = measured->loss;
        check.accuracy = measured->accuracy;
    }
    struct run_keep what = {.from = keep->from, .update = keep->update, .data = training->data};
    what.run[0].points = keep->points;
    what.run[0].check = measured ? &check : NULL;
    what.run[0].recipe = recipe;
    what.run[0].model = training->model;
    what.run[0].state = (struct snapshot){.update = training->done,
                                          .rng = training->rng,
                                          .params = training->model->params,
                                          .m = slabs > 0 ? trainer_state(trainer, 0) : NULL,
                                          .v = slabs > 1 ? trainer_state(trainer, 1) : NULL};
    keep->training = training;
    keep->run = run;
    keep->best = best;
    kept_save_by(keep->kept, save, keep);
    kept_write(keep->kept, &what);
    keep->from = keep->update;
    struct err err;
    if (kept_trouble(keep->kept, &err)) command_fail(&err); // training goes on
}
